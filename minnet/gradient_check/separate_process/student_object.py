"""Calls a layer or loss in whatever style it is written.

Classes with and without a base, pairs of functions, gradients that are returned or kept. The
reference of an assignment is called through the same adapters, so both are asked the same.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.gradient_check.calling_convention import (
    backward_arguments,
    backward_names,
    gradients_by_name,
    required_arguments,
    returned_names,
    split_gradients,
    take_back,
    takes_rate,
    takes_target_first,
)
from minnet.gradient_check.separate_process.named_weight import NamedWeight, plain
from minnet.gradient_check.training_mode import mode_arguments, mode_word, set_mode
from minnet.nn.layer import Layer
from minnet.nn.search import layers_of
from minnet.utils.types import Array

_FORWARD = "{}forward forward{} {} {}fwd {}loss compute{} {}value"
_BACKWARD = (
    "{}backward backward{} {}grad {}gradient {}bwd {}back d{} grad{} gradient{} {}derivative "
    "{}prime {}lossgrad {}lossgradient {}lossbackward"
)
_FORWARD_METHODS = (
    "forward __call__ call loss forward_propagation forward_pass forward_prop feedforward"
)
_BACKWARD_METHODS = (
    "backward gradient grad backprop backward_propagation backward_pass backward_prop derivative "
    "prime"
)
_LARGEST = 32 << 20
Found = type | tuple[Callable[..., Any] | None, Callable[..., Any] | None]


def find(namespace: dict[str, Any], name: str | tuple[str, ...]) -> Found | None:
    """The class of this name, or the pair of functions; None if neither is there."""
    names = (name, name) if isinstance(name, str) else name
    if isinstance(name, str):
        exact = [n for n in namespace if n == name]
        for known in exact or [n for n in namespace if plain(n) == plain(name)]:
            if isinstance(namespace[known], type):
                return namespace[known]  # type: ignore[no-any-return]
    functions = {plain(n): f for n, f in namespace.items() if inspect.isfunction(f)}
    pair = []
    for part, patterns in zip(names, (_FORWARD, _BACKWARD), strict=True):
        wanted = [p.format(plain(part)) for p in patterns.split()]
        wanted = wanted if isinstance(name, str) else [plain(part), *wanted]
        pair.append(next((functions[w] for w in wanted if w in functions), None))
    return None if pair == [None, None] else (pair[0], pair[1])


def split_arguments(arguments: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of a constructor: a dict has them by name."""
    return ((), dict(arguments)) if isinstance(arguments, dict) else (tuple(arguments), {})


def numbers(value: Any) -> Array:
    """What a student's code returned, as a plain array of numbers.

    Raises:
        TypeError: it is none.
    """
    if value is None:
        raise TypeError("expected an array, got None: is a return missing?")
    try:
        array = np.array(value, subok=False)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"expected an array of numbers, got {type(value).__name__} of {array.dtype}"
        )
    if array.nbytes > _LARGEST:
        raise TypeError(f"expected an array of a usual size, got shape {array.shape}")
    return array


def method_of(obj: Any, names: str) -> Any:
    """The first method of these names that an object has, or None."""
    return next((m for m in (getattr(obj, n, None) for n in names.split()) if callable(m)), None)


def takes_options(name: str) -> bool:
    """bn_param, conv_param: a dict that a function takes after its arrays."""
    return "param" in name or name in ("config", "options", "conf", "hyperparameters")


class StudentObject:
    """A layer or loss, or a pair of functions in place of one.

    Args:
        found: a class, or functions (forward, backward). arguments: for the constructor.
        names: of the weights, to those of the reference. is_loss: forward takes a target, too.
        options: the entries of bn_param, conv_param and others, for functions.
    """

    def __init__(
        self,
        found: Found,
        arguments: Any,
        names: dict[str, str],
        is_loss: bool,
        options: dict[str, Any],
    ) -> None:
        self.names, self.is_loss, self.aliases = list(names), is_loss, names
        self.is_pair: bool = isinstance(found, tuple)
        self.options = dict(options)
        self.arguments = arguments
        self.inputs: list[Array] = []
        self.cache: Any = None
        self.found: dict[str, Any] = {}
        if isinstance(found, tuple):
            self.obj: Any = types.SimpleNamespace(**dict.fromkeys(names))
            self.forward_function, self.backward_function = found
        else:
            positional, keywords = split_arguments(arguments)
            self.obj = found(*positional, **keywords)
            for layer in layers_of(self.obj) if isinstance(self.obj, Layer) else []:
                layer._minnet.random = np.random.default_rng()
            self.forward_function = method_of(self.obj, _FORWARD_METHODS)
            self.backward_function = method_of(self.obj, _BACKWARD_METHODS)

    def weight(self, name: str) -> NamedWeight:
        """The weight of this name, where it is now."""
        return NamedWeight(self.obj, [name, self.aliases[name]], self.names.index(name))

    def weights(self) -> dict[str, Array | None]:
        """All weights by name, None for one that is not there; functions keep none."""
        return {} if self.is_pair else {name: self.weight(name).value() for name in self.names}

    def set(self, values: dict[str, Array]) -> None:
        """New numbers for weights."""
        for name, value in values.items():
            if self.is_pair:
                setattr(self.obj, name, np.array(value))
            else:
                self.weight(name).set(value)

    def _weight_arguments(self, asked: list[str]) -> dict[str, Any]:
        """What a function takes after its inputs: weights by name, else in order, and options."""
        weights = {name.lower(): value for name, value in vars(self.obj).items()}
        left = [n for n in weights if n not in [a.lower() for a in asked]]
        given: dict[str, Any] = {}
        for name in asked:
            if takes_options(name):
                given[name] = self.options
            elif name.lower() in weights:
                given[name] = weights[name.lower()]
            elif left:
                given[name] = weights[left.pop(0)]
        return given

    def forward(self, inputs: list[Array], training: bool) -> Array:
        """The output; errors come through."""
        method = self.forward_function
        if method is None:
            raise NotImplementedError("forward is missing")
        asked = required_arguments(method)
        arguments: list[Any] = list(inputs)
        if len(inputs) == 2 and takes_target_first([n.strip("_") for n in asked[:2]]):
            arguments.reverse()
        self.kept = dict(zip(asked, arguments, strict=False))
        if self.is_pair:
            self.options["mode"] = mode_word("", training)
            arguments += self._weight_arguments(asked[len(inputs) :]).values()
        else:
            set_mode(self.obj, training)
        result = method(*arguments, **mode_arguments(method, training))
        self.inputs, self.cache = list(inputs), None
        if isinstance(result, tuple) and result:
            result, *rest = result
            self.cache = rest[0] if len(rest) == 1 else tuple(rest) or None
        return numbers(result)

    def backward(self, upstream: list[Array]) -> None:
        """One backward, its gradients kept in `found`; errors come through."""
        weights = {name: self.weight(name) for name in self.names}
        for weight in weights.values():
            weight.clear_gradient()
        self.found = {}
        reset = getattr(self.obj, "zero_grad", None)
        if callable(reset) and not required_arguments(reset):
            reset()
        method = self.backward_function
        if method is None and self.is_loss and self.cache is not None:
            self.found = {"input": self.cache}
            return
        if method is None:
            raise NotImplementedError("backward is missing")
        asked = backward_names(method)
        before = {w.path: v for w in weights.values() if w.path and (v := w.value()) is not None}
        dx, rest = split_gradients(method(*self._backward_arguments(asked, upstream)))
        taken = take_back(self.obj, before) if takes_rate(asked) else {}
        self.found = {name: taken.get(weight.path or ()) for name, weight in weights.items()}
        names = returned_names(method) if len(rest) > 1 else []
        self.found |= gradients_by_name(rest, self.names, names, self.names)
        self.found["input"] = dx

    def _backward_arguments(self, asked: list[str], upstream: list[Array]) -> list[Any]:
        g = 1.0 if self.is_loss else upstream[0]
        if self.is_loss and self.cache is None and len(asked) == 2:
            first = takes_target_first([name.strip("_") for name in asked])
            return self.inputs[::-1] if first else list(self.inputs)
        if self.is_loss and self.cache is not None and len(asked) == 1:
            return [self.cache]
        weights = self._weight_arguments(self.names) if self.is_pair else {}
        if not asked and not self.is_loss:  # backward(*args), or backward(grad=None)
            return upstream
        return backward_arguments(asked, g, self.cache, self.kept, weights)

    def gradients(self) -> dict[str, Any]:
        """The last backward's gradients: "input", and each weight by name."""
        gradients = {"input": self.found.get("input")}
        for name in self.names:
            returned = self.found.get(name)
            gradients[name] = self.weight(name).gradient() if returned is None else returned
        return gradients
