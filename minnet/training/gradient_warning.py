"""One warning, at the start of a fit, for a custom layer whose backward is clearly wrong.

The test is cheap: a copy of the layer in float64, a few samples, one difference along a direction
for the input and for each Parameter. Where forward has no slope that can be measured, it is silent.
`mn.check_layer` tests more, and names the mistake.
"""

from __future__ import annotations

import copy
import warnings
import weakref
from collections.abc import Iterator
from functools import partial

import numpy as np

from minnet.nn.dtype import convert_output
from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.nn.search import layers_of
from minnet.training.objective import without_side_effects
from minnet.utils.checks import is_built_in
from minnet.utils.differences import direction_of, slope_along
from minnet.utils.types import Array

_SAMPLES = 5
_examined: weakref.WeakSet[type] = weakref.WeakSet()


def warn_of_wrong_gradients(network: Network, x: Array) -> None:
    """Test each custom layer of the network on the first samples; each class once in a process."""
    state = np.random.get_state()  # noqa: NPY002 - a layer may draw from it
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = list(_wrong_layers(network, x[:_SAMPLES]))
    finally:
        np.random.set_state(state)  # noqa: NPY002
    for cls, shape, wrong in found:
        warnings.warn(
            f"fit: {cls.__name__}.backward: {wrong}. See print(mn.check_layer({cls.__name__}(...), "
            f"{shape})); Trainer(..., check=False) leaves this test out.",
            UserWarning,
            stacklevel=3,
        )


def _wrong_layers(network: Network, x: Array) -> Iterator[tuple[type, tuple[int, ...], str]]:
    """The custom classes that are new and wrong, each with the shape of its input."""
    with without_side_effects(network):
        reached = list(_with_inputs(network, x.astype(network.dtype, copy=False)))
    for layer, inputs in reached:
        cls = next((type(part) for part in layers_of(layer) if not is_built_in(part)), None)
        if cls is None or cls in _examined:
            continue
        try:
            wrong = _wrong_gradient(layer, inputs)
        except Exception:  # the training will explain it better
            continue
        _examined.add(cls)
        if wrong:
            yield cls, inputs.shape, wrong


def _with_inputs(network: Network, x: Array) -> Iterator[tuple[Layer, Array]]:
    """The layers in order, those of inner networks too, and what comes into each."""
    for layer in network.layers:
        if isinstance(layer, Network):
            yield from _with_inputs(layer, x)
        else:
            yield layer, x
        x = convert_output(layer.forward(x), "forward", network.dtype)


def _wrong_gradient(layer: Layer, inputs: Array) -> str:
    """What is wrong, with both slopes; empty if nothing is known to be."""
    alone = Network([copy.deepcopy(layer)], dtype="float64")
    alone.training = True
    generator, state = np.random.default_rng(0), alone.random.bit_generator.state
    x = inputs if alone.takes_indices else inputs.astype(np.float64)

    def forward(v: Array, parameter: Parameter | None = None) -> Array:
        alone.random.bit_generator.state = state
        np.random.seed(0)  # noqa: NPY002
        if parameter is None:
            return np.array(alone.forward(v))
        before, parameter.value = parameter.value.copy(), v
        try:
            return forward(x)
        finally:
            parameter.value = before

    y = forward(x)
    if not np.array_equal(y, forward(x)):
        return ""
    g = generator.normal(size=y.shape)
    dx = np.array(alone.backward(g))
    parts: list[tuple[str, Array, Array, Parameter | None]] = [("dL/dx", x, dx, None)]
    for name, p in alone.parameters().items():
        parts += [(f"{name[2:]}.grad", p.value.copy(), p.grad.copy(), p)] if p.trainable else []
    for name, value, gradient, parameter in parts[alone.takes_indices :]:
        direction = direction_of(gradient, generator)
        true = slope_along(partial(forward, parameter=parameter), value, direction, g)
        mine = float(np.vdot(gradient, direction))
        if true is not None and abs(mine - true) > 0.02 * max(abs(mine), abs(true)) + 1e-6:
            slopes = f"along one direction {mine:.4g}, and measured {true:.4g}"
            return f"{name} is not the derivative of forward ({slopes})"
    return ""
