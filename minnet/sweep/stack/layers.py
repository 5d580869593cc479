"""How each built-in layer computes for a stack of runs: x (runs, m, features).

Each rule repeats the formulas of its layer, in the same order, with one axis more in front; the
derivations are in the layers' own files. In evaluation x may be the (m, features) of all runs.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from minnet.nn import layers
from minnet.nn.activations import Activation
from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.sweep.stack.parameters import StackedParameters
from minnet.utils.checks import is_built_in
from minnet.utils.types import Array


class Rule:
    """How a stack of layers computes; as it is here, for Flatten: rows are flat already."""

    def __init__(self, same: Sequence[Any], parameters: StackedParameters) -> None:
        """`same` are the layers of all runs at one place."""

    def forward(self, x: Array, training: bool) -> Array:  # noqa: ARG002
        """The outputs of all runs."""
        return x

    def backward(self, grad: Array, for_input: bool) -> Array:  # noqa: ARG002
        """Sets the gradients of the Parameters; returns dL/dx, if it is wanted."""
        return grad


class _Activation(Rule):
    """An activation that works on any number of axes is used as it is."""

    def __init__(self, same: Sequence[Any], _: StackedParameters) -> None:
        self.layer: Layer = copy.copy(same[0])

    def forward(self, x: Array, _: bool) -> Array:
        return self.layer.forward(x)

    def backward(self, grad: Array, _: bool) -> Array:
        return self.layer.backward(grad)


class _Linear(Rule):
    """y = x W + b, one product for each run."""

    def __init__(self, same: Sequence[layers.Linear], parameters: StackedParameters) -> None:
        first = same[0]
        self.weight = parameters[first.weight]
        self.bias = None if first.bias is None else parameters[first.bias]

    def forward(self, x: Array, _: bool) -> Array:
        self.x = x
        y: Array = np.matmul(x, self.weight.value)
        if self.bias is not None:
            y += self.bias.value[:, None]
        return y

    def backward(self, grad: Array, for_input: bool) -> Array:
        np.matmul(self.x.swapaxes(1, 2), grad, out=self.weight.grad)
        if self.bias is not None:
            np.add.reduce(grad, axis=1, out=self.bias.grad)
        if for_input:
            grad = np.matmul(grad, self.weight.value.swapaxes(1, 2))
        return grad


class _LayerNorm(Rule):
    """y = gamma x^ + beta, along each row."""

    def __init__(self, same: Sequence[layers.LayerNorm], parameters: StackedParameters) -> None:
        self.epsilon = same[0].epsilon
        self.gamma, self.beta = parameters[same[0].gamma], parameters[same[0].beta]

    def forward(self, x: Array, _: bool) -> Array:
        centered = x - x.mean(axis=-1, keepdims=True)
        variance = (centered * centered).mean(axis=-1, keepdims=True)
        self.s = np.sqrt(variance + self.epsilon)
        self.normalized = centered / self.s
        y: Array = self.gamma.value[:, None] * self.normalized + self.beta.value[:, None]
        return y

    def backward(self, grad: Array, _: bool) -> Array:
        x = self.normalized
        self.beta.grad[...], self.gamma.grad[...] = grad.sum(axis=1), (grad * x).sum(axis=1)
        H = grad * self.gamma.value[:, None]  # noqa: N806
        mean_H, mean_Hx = (a.mean(axis=-1, keepdims=True) for a in (H, H * x))  # noqa: N806
        dx: Array = (H - mean_H - x * mean_Hx) / self.s
        return dx


class _BatchNorm(Rule):
    """y = gamma x^ + beta, feature by feature over the batch of each run."""

    def __init__(self, same: Sequence[layers.BatchNorm], parameters: StackedParameters) -> None:
        first = same[0]
        self.momentum, self.epsilon = first.momentum, first.epsilon
        self.gamma, self.beta = parameters[first.gamma], parameters[first.beta]
        self.running = [parameters[p].value for p in (first.running_mean, first.running_variance)]

    def forward(self, x: Array, training: bool) -> Array:
        mean, variance = self.running
        if training:
            mean = self._mean(x)
        centered = x - mean[:, None]
        if training:
            variance, n = self._mean(centered * centered), x.shape[1]
            for running, new in zip(self.running, (mean, variance * (n / (n - 1))), strict=True):
                running += self.momentum * (new - running)
        self.s = np.sqrt(variance + self.epsilon)
        self.normalized = centered / self.s[:, None]
        y: Array = self.gamma.value[:, None] * self.normalized + self.beta.value[:, None]
        y[~np.isfinite(variance).all(axis=1)] = np.nan  # its running means stay: left to the layer
        return y

    def backward(self, grad: Array, _: bool) -> Array:
        x, n = self.normalized, grad.shape[1]
        dbeta, dgamma = (self._sum(a).astype(grad.dtype) for a in (grad, grad * x))
        self.beta.grad[...], self.gamma.grad[...] = dbeta, dgamma
        dx: Array = grad - x * (dgamma / n)[:, None] - (dbeta / n)[:, None]
        return (self.gamma.value / self.s)[:, None] * dx

    def _sum(self, x: Array) -> Array:
        total: Array = x.astype(np.float64).sum(axis=1)
        return total

    def _mean(self, x: Array) -> Array:
        mean: Array = (self._sum(x) / x.shape[1]).astype(x.dtype, copy=False)
        return mean


class _Dropout(Rule):
    """y = x M, each run with the mask of its own layer's generator."""

    def __init__(self, same: Sequence[layers.Dropout], _: StackedParameters) -> None:
        self.same = same

    def forward(self, x: Array, training: bool) -> Array:
        if not training:
            return x
        kept = np.ones(x.shape, x.dtype)
        for own, layer in zip(kept, self.same, strict=True):
            if layer.rate:
                own[...] = layer.random.random(own.shape, dtype=np.float32) >= layer.rate
        factors = np.array([1 / (1 - layer.rate) for layer in self.same]).astype(x.dtype)
        self.mask: Array = kept * factors[:, None, None]
        y: Array = x * self.mask
        return y

    def backward(self, grad: Array, _: bool) -> Array:
        return grad * self.mask


class _Block(Rule):
    """Layers one after the other: of a Network, or of a Residual, which adds its input."""

    def __init__(self, same: Sequence[Any], parameters: StackedParameters) -> None:
        self.rules = rules_of([layer.layers for layer in same], parameters)
        self.adds = isinstance(same[0], layers.Residual)

    def forward(self, x: Array, training: bool) -> Array:
        y = run_forward(self.rules, x, training)
        return x + y if self.adds else y

    def backward(self, grad: Array, for_input: bool) -> Array:
        below = run_backward(self.rules, grad, for_input)
        return grad + below if self.adds and for_input else below


RULES: dict[type[Layer], type[Rule]] = {
    **{layers.Flatten: Rule, layers.Linear: _Linear, layers.Dropout: _Dropout},
    **{layers.BatchNorm: _BatchNorm, layers.LayerNorm: _LayerNorm},
    **{layers.Residual: _Block, Network: _Block},
}


def rule_for(layer: Layer) -> type[Rule] | None:
    """The rule of a built-in layer; None if there is none."""
    is_activation = isinstance(layer, Activation) and is_built_in(layer)
    return _Activation if is_activation else RULES.get(type(layer))


def rules_of(runs: Sequence[Sequence[Any]], parameters: StackedParameters) -> list[Rule]:
    """The rule of each layer; `runs` has the layers of each run."""
    pairs = [(rule_for(same[0]), same) for same in zip(*runs, strict=True)]
    return [rule(same, parameters) for rule, same in pairs if rule is not None]


def run_forward(rules: Sequence[Rule], x: Array, training: bool) -> Array:
    """All layers in order; each returns the type of the network."""
    for rule in rules:
        x = rule.forward(x, training).astype(x.dtype, copy=False)
    return x


def run_backward(rules: Sequence[Rule], grad: Array, for_input: bool = False) -> Array:
    """All layers from the last to the first; what nobody needs is not computed."""
    for index in range(len(rules) - 1, -1, -1):
        below = rules[index].backward(grad, for_input or index > 0)
        grad = below.astype(grad.dtype, copy=False)
    return grad
