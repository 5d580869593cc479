"""Pairs of functions, `affine_forward` and `affine_backward`, as classes that can be examined.

Also a loss that returns (value, gradient), and an activation beside its derivative
(`tanh`, `tanh_prime`).
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from minnet.gradient_check.calling_convention import CallingConvention, required_arguments
from minnet.gradient_check.command_line.guesses import IMAGES, VECTORS

Pair = tuple[FunctionType, FunctionType]

_OPTIONS: dict[str, Any] = {
    **{"stride": 1, "pad": 1, "pool_height": 2, "pool_width": 2},
    **{"mode": "train", "p": 0.6, "eps": 1e-5},
}
_WEIGHTS: dict[int, tuple[tuple[tuple[int, ...], ...], ...]] = {
    0: ((),),
    1: (((3, 4),), ((3,),), ((2,),), ((),)),
    2: (((3, 4), (4,)), ((4, 3), (4,)), ((3,), (3,)), ((4, 2, 3, 3), (4,)), ((2,), (2,))),
    3: (((5, 4), (3, 4), (4, 4)),),
    4: (((5, 4), (3, 4), (4, 4), (4,)),),
}
_DERIVATIVES = ("_prime", "_derivative", "_deriv", "_grad", "_gradient", "_backward")


def pairs_in(module: ModuleType) -> dict[str, Pair]:
    """The function pairs that a file defines, by their common name."""
    functions = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    }
    found = {}
    for name, function in functions.items():
        partner = functions.get(name.replace("forward", "backward"), function)
        if partner is not function:
            found[name.replace("_forward", "").replace("forward_", "")] = (function, partner)
            continue
        ends = (functions.get(name + end) for end in _DERIVATIVES)
        derivative = next((f for f in ends if f is not None), None)
        if derivative is not None:
            found[name] = (function, derivative)
        elif name.endswith("_loss") and len(required_arguments(function)) == 2:
            found[name] = (function, function)
    return found


def is_loss_pair(pair: Pair) -> bool:
    """A value with its gradient, or a value beside its derivative, of a prediction and target."""
    return len(required_arguments(pair[0])) == 2 and not pair[0].__name__.count("forward")


def class_of(name: str, pair: Pair, weights: tuple[Any, ...]) -> type:
    """A class whose forward and backward call the two functions; `weights` follow x."""
    forward, backward = pair
    names = required_arguments(forward)
    asked = required_arguments(backward)

    def construct(self: Any) -> None:
        for weight, value in zip(names[1:], weights, strict=False):
            setattr(self, weight, np.array(value) if isinstance(value, np.ndarray) else value)

    def call(self: Any, x: Any) -> Any:
        return forward(x, *(getattr(self, weight) for weight in names[1:]))

    def derivative(self: Any, x: Any) -> Any:
        self.x = x
        return forward(x)

    def back(self: Any, grad: Any, cache: Any) -> Any:  # noqa: ARG001
        return backward(grad, cache)

    def chain(self: Any, grad: Any) -> Any:
        return grad * backward(self.x)

    def value(self: Any, first: Any, second: Any) -> Any:
        result = forward(first, second)
        self.found = (first, second)
        if isinstance(result, tuple):
            result, self.gradient = result
        return result

    def slope(self: Any) -> Any:
        return self.gradient if backward is forward else backward(*self.found)

    if is_loss_pair(pair):
        value.__signature__ = _with_self(names)  # type: ignore[attr-defined]
        methods: tuple[Callable[..., Any], ...] = (value, slope)
    else:
        methods = (call, back) if len(asked) > 1 else (derivative, chain)
    body = {"__init__": construct, "forward": methods[0], "backward": methods[1]}
    known = {"_functions": dict(zip(("forward", "backward"), pair, strict=True))}
    arrays = [n for n, w in zip(names[1:], weights, strict=False) if isinstance(w, np.ndarray)]
    return type(name, (), {**body, **known, "_weights": arrays, "__module__": forward.__module__})


def _with_self(names: list[str]) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(n, kind) for n in ("self", *names)])


def guess(name: str, pair: Pair) -> tuple[type, tuple[int, ...]] | None:
    """The class of a pair, with weights of the first shapes that its forward takes."""
    others = required_arguments(pair[0])[1:]
    arrays = [n for n in others if not _is_options(n)]
    generator = np.random.default_rng(0)
    for shape, shapes in itertools.product(
        (VECTORS, IMAGES, (5, 4, 3)), _WEIGHTS.get(len(arrays), ())
    ):
        drawn = iter([generator.uniform(0.3, 1.0, size=size) for size in shapes])
        weights = tuple(dict(_OPTIONS) if _is_options(n) else next(drawn) for n in others)
        cls = class_of(name, pair, weights)
        if _runs(cls, generator.normal(size=shape)):
            return cls, shape
    return None


def _is_options(name: str) -> bool:
    return "param" in name or name in ("config", "options", "conf")


def _runs(cls: type, x: Any) -> bool:
    obj = cls()
    convention = CallingConvention(obj)
    try:
        with np.errstate(all="ignore"):
            y, cache = convention.output(obj.forward(x))
            convention.backward(obj, np.ones_like(y), x, cache)
    except Exception:
        return False
    return bool(np.shape(y)[:1] == (len(x),))


def by_case(name: str, pair: Pair, case: Any) -> tuple[type, Any]:
    """The class and the input, from `CASES = {affine_forward: ((5, 3), (3, 4), (4,))}`."""
    generator = np.random.default_rng(0)
    x, *weights = case
    drawn = (generator.normal(size=w) if isinstance(w, tuple) else w for w in weights)
    return class_of(name, pair, tuple(drawn)), x
