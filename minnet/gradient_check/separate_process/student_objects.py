"""Calls a layer, loss or optimizer in whatever style it is written.

Classes with and without a base, `(y, cache)`, pairs of functions, gradients that are returned or
kept. The reference of an assignment is called through the same adapters, so both are asked the
same.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.gradient_check.separate_process.weights_by_name import NamedWeight
from minnet.nn.layer import Layer
from minnet.nn.search import layers_of
from minnet.utils.types import Array

_MODES = (
    "training",
    "is_training",
    "train_mode",
    "train_flg",
    "train_flag",
    "in_training",
    "train",
)
_OPPOSITE_MODES = ("deterministic", "eval", "test", "is_test", "inference", "evaluation")
_CACHES = ("cache", "x", "inputs", "input", "saved", "memo", "ctx")
_TARGETS = ("target", "targets", "y", "t", "y_true", "labels", "label", "true", "ytrue", "truth")
_FORWARD = "{} {}forward forward{} {}fwd {}loss compute{} {}value"
_BACKWARD = (
    "{}backward backward{} {}grad {}gradient {}bwd {}back d{} grad{} gradient{} {}derivative "
    "{}lossgrad {}lossgradient {}lossbackward"
)
_LARGEST = 32 << 20
Found = type | tuple[Callable[..., Any] | None, Callable[..., Any] | None]


def plain(name: str) -> str:
    """A name in lower case, without underscores: the same in any spelling."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def find(namespace: dict[str, Any], name: str | tuple[str, ...]) -> Found | None:
    """The class of this name, or the pair of functions; None if neither is there."""
    names = (name, name) if isinstance(name, str) else name
    if isinstance(name, str):
        spelled = [n for n in namespace if n == name] or [
            n for n in namespace if plain(n) == plain(name)
        ]
        for known in spelled:
            if isinstance(namespace[known], type):
                return namespace[known]  # type: ignore[no-any-return]
    functions = {plain(n): f for n, f in namespace.items() if inspect.isfunction(f)}
    pair = []
    for part, patterns in zip(names, (_FORWARD, _BACKWARD), strict=True):
        wanted = [p.format(plain(part)) for p in ["{}", *patterns.split()]]
        wanted = wanted[1:] if isinstance(name, str) else wanted
        pair.append(next((functions[w] for w in wanted if w in functions), None))
    return None if pair == [None, None] else (pair[0], pair[1])


def _positional(function: Any) -> list[inspect.Parameter]:
    """The arguments that a call must give, by position."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in found if p.kind in kinds]


def _required(function: Any) -> list[str]:
    return [p.name.lower().strip("_") for p in _positional(function) if p.default is p.empty]


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


class StudentLayer:
    """A layer or loss, or a pair of functions in place of one.

    Args:
        found: a class, or functions (forward, backward). arguments: for the constructor.
        names: of the weights, to those of the reference. is_loss: forward takes a target, too.
    """

    names: list[str]
    is_loss: bool
    aliases: dict[str, str]

    def __init__(self, found: Found, arguments: Any, names: dict[str, str], is_loss: bool) -> None:
        self.names, self.is_loss, self.aliases = list(names), is_loss, names
        self.cache: tuple[Any, ...] = ()
        self.inputs: list[Array] = []
        self.returned: Any = None
        self.arguments = arguments
        self.pair = found if isinstance(found, tuple) else None
        self.obj: Any = None
        self.values: dict[str, Array | None] = dict.fromkeys(names)
        if not isinstance(found, tuple):
            positional, keywords = split_arguments(arguments)
            self.obj = found(*positional, **keywords)
            for layer in layers_of(self.obj) if isinstance(self.obj, Layer) else []:
                layer._minnet.random = np.random.default_rng()

    # -- weights

    def _weight(self, name: str) -> NamedWeight:
        return NamedWeight(self.obj, [name, self.aliases[name]], self.names.index(name))

    def weights(self) -> dict[str, Array | None]:
        """All weights by name, None for one that is not there; functions keep none."""
        if self.pair is not None:
            return {}
        return {name: self._weight(name).value() for name in self.names}

    def set(self, values: dict[str, Array]) -> None:
        """New numbers for weights."""
        for name, value in values.items():
            if self.pair is not None:
                self.values[name] = np.array(value)
            else:
                self._weight(name).set(value)

    def _weight_arguments(self, function: Any) -> list[Array | None]:
        """The weights in the order in which a function takes them."""
        asked = _required(function)
        order = sorted(
            self.names, key=lambda n: asked.index(n.lower()) if n.lower() in asked else 99
        )
        return [self.values[name] for name in order]

    # -- forward

    def _method(self, part: int) -> Any:
        if self.pair is not None:
            return self.pair[part]
        names = (
            ("forward", "__call__", "call", "loss"),
            ("backward", "gradient", "grad", "backprop"),
        )
        return next(
            (m for m in (getattr(self.obj, n, None) for n in names[part]) if callable(m)), None
        )

    def forward(self, inputs: list[Array], training: bool) -> Array:
        """The output; errors come through."""
        method = self._method(0)
        if method is None:
            raise NotImplementedError("forward is missing")
        arguments: list[Any] = list(inputs)
        if self.is_loss and len(inputs) == 2:
            first = [p.name.lower().strip("_") for p in _positional(method)][:2]
            if len(first) == 2 and first[0] in _TARGETS and first[1] not in _TARGETS:
                arguments.reverse()
        if self.pair is not None:
            arguments += self._weight_arguments(method)
        self.set_mode(training)
        result = method(*arguments, **mode_arguments(method, training))
        self.inputs, self.cache = list(inputs), ()
        if isinstance(result, tuple) and result:
            result, self.cache = result[0], result[1:]
        return numbers(result)

    def set_mode(self, training: bool) -> None:
        """Switch to training or evaluation, in the way that this object provides."""
        obj = self.obj
        if isinstance(obj, Layer):
            obj.training = training
        elif any(isinstance(getattr(obj, n, None), (bool, int)) for n in _MODES):
            name = next(n for n in _MODES if isinstance(getattr(obj, n, None), (bool, int)))
            setattr(obj, name, training)
        elif isinstance(getattr(obj, "mode", None), str):
            obj.mode = _mode_word(obj.mode, training)
        elif callable(getattr(obj, "train", None)) and callable(getattr(obj, "eval", None)):
            (obj.train if training else obj.eval)()

    # -- backward

    def backward(self, upstream: list[Array]) -> None:
        """One backward, its result kept; errors come through."""
        for name in self.names if self.pair is None else []:
            self._weight(name).clear_gradient()
        self.returned = None
        reset = getattr(self.obj, "zero_grad", None)
        if callable(reset) and not _required(reset):
            reset()
        method = self._method(1)
        if method is None and self.is_loss and len(self.cache) == 1:
            self.returned = self.cache[0]
            return
        if method is None:
            raise NotImplementedError("backward is missing")
        self.returned = method(*self._backward_arguments(method, upstream))

    def _backward_arguments(self, method: Any, upstream: list[Array]) -> list[Any]:
        names = _required(method)
        if self.is_loss:
            return self._loss_arguments(names)
        count = max(len(names), 1)
        kept = [*self.cache] if self.cache else [*self.inputs]
        if len(self.cache) > 1 and count == 2:
            kept = [self.cache]
        if count > 1 + len(kept) and not self.cache:
            kept += self._weight_arguments(method)
        if count == 2 and names[0] in _CACHES and names[1] not in _CACHES:
            return [*kept[:1], *upstream]
        return [*upstream, *kept][:count]

    def _loss_arguments(self, names: list[str]) -> list[Any]:
        kept: list[Any] = [*self.cache] if len(self.cache) == 1 else []
        if len(names) < 2:
            return (kept or [1.0])[: len(names)]
        if len(names) == 2 and kept:
            return [*kept, 1.0] if names[0] in _CACHES else [1.0, *kept]
        ordered = [*self.inputs]
        if len(names) > 2:
            return [1.0, *ordered][: len(names)]
        return ordered[::-1] if names[0] in _TARGETS and names[1] not in _TARGETS else ordered

    def gradients(self) -> dict[str, Any]:
        """The last backward's gradients: "input", and each weight by name."""
        returned = self.returned
        rest: Any = ()
        if isinstance(returned, (tuple, list)) and returned:
            returned, rest = returned[0], list(returned[1:])
        if len(rest) == 1 and isinstance(rest[0], dict):
            rest = rest[0]
        if isinstance(returned, dict):
            rest, returned = returned, _entry(returned, ["dx", "x", "input", "dinput", "dz", "da"])
        found = {"input": returned}
        for index, name in enumerate(self.names):
            gradient = None
            if isinstance(rest, dict):
                gradient = _entry(rest, [name, f"d{name}", f"grad_{name}", f"{name}_grad"])
            elif len(rest) == len(self.names):
                gradient = rest[index]
            if gradient is None and self.pair is None:
                gradient = self._weight(name).gradient()
            found[name] = gradient
        return found


def _entry(values: dict[Any, Any], names: list[str]) -> Any:
    wanted = [plain(name) for name in names]
    return next((v for w in wanted for k, v in values.items() if plain(str(k)) == w), None)


def _mode_word(word: str, training: bool) -> str:
    if training:
        return "training" if word in ("training", "evaluation") else "train"
    return {"training": "evaluation", "evaluation": "evaluation", "eval": "eval"}.get(word, "test")


def mode_arguments(method: Any, training: bool) -> dict[str, Any]:
    """Keyword arguments of forward that choose the mode: forward(x, training=True)."""
    for parameter in _positional(method):
        if parameter.name in _MODES:
            return {parameter.name: training}
        if parameter.name in _OPPOSITE_MODES:
            return {parameter.name: not training}
        if parameter.name == "mode":
            word = parameter.default if isinstance(parameter.default, str) else "train"
            return {"mode": _mode_word(word, training)}
    return {}
