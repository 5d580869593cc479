"""Pairs of functions, `affine_forward` and `affine_backward`, as classes that can be examined.

Also a loss that returns its value and the gradient, `softmax_loss(x, y)`.
"""

from __future__ import annotations

import itertools
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from minnet.gradient_check.calling_convention import (
    CallingConvention,
    required_arguments,
    returned_names,
)
from minnet.gradient_check.command_line.guesses import IMAGES, VECTORS

_OPTIONS: dict[str, Any] = {
    **{"stride": 1, "pad": 1, "pool_height": 2, "pool_width": 2},
    **{"mode": "train", "p": 0.6, "eps": 1e-5},
}
_DENSE, _COLUMNS, _IMAGES = ((3, 4), (4,)), ((4, 3), (4, 1)), ((4, 2, 3, 3), (4,))
_WEIGHTS: tuple[tuple[tuple[tuple[int, ...], ...], ...], ...] = (
    ((),),
    (((3, 4),), ((3,),), ((4, 3),), ((2,),), ((),)),
    (_DENSE, _COLUMNS, ((3,), (3,)), _IMAGES, ((2,), (2,))),
    (((5, 4), (3, 4), (4, 4)),),
    (((5, 4), (3, 4), (4, 4), (4,)),),
)
"""Shapes of the arrays that may follow x, by their number."""


class Pair(NamedTuple):
    """Two functions; of a loss, one that returns the gradient with the value."""

    forward: FunctionType
    backward: FunctionType | None


class _FunctionLayer:
    _functions: dict[str, Any]
    _given: dict[str, Any]

    def __init__(self) -> None:
        for name, value in self._given.items():
            setattr(self, name, value.copy())

    def forward(self, x: Any) -> Any:
        return self._functions["forward"](x, *(getattr(self, name) for name in self._given))

    def backward(self, grad: Any, cache: Any) -> Any:
        return self._functions["backward"](grad, cache)


class _FunctionLoss:
    _functions: dict[str, Any]

    def forward(self, prediction: Any, target: Any) -> Any:
        value, self.gradient = self._functions["forward"](prediction, target)
        return value

    def backward(self) -> Any:
        return self.gradient


def pairs_in(module: ModuleType) -> dict[str, Pair]:
    """The function pairs that a file defines, by their common name."""
    functions = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    }
    found = {}
    for name, function in functions.items():
        common = name.replace("_forward", "").replace("forward_", "")
        partner = functions.get(name.replace("forward", "backward"), function)
        if partner is function:
            partner = functions.get(f"{name}_backward", function)
        if partner is not function:
            found[common] = Pair(function, partner)
        elif name.endswith("_loss") and len(returned_names(function)) == 2:
            found[name] = Pair(function, None)
    return found


def class_of(name: str, pair: Pair, weights: tuple[Any, ...] = ()) -> type:
    """A class whose forward and backward call the functions; `weights` follow x."""
    functions = {"forward": pair.forward, "backward": pair.backward or pair.forward}
    given = dict(zip(required_arguments(pair.forward)[1:], weights, strict=False))
    arrays = [key for key, value in given.items() if isinstance(value, np.ndarray)]
    base = _FunctionLoss if pair.backward is None else _FunctionLayer
    body = {"_functions": functions, "_given": given, "_weights": arrays}
    return type(name, (base,), {**body, "__module__": pair.forward.__module__})


def guess(name: str, pair: Pair) -> tuple[type, tuple[int, ...], bool] | None:
    """The class of a pair with weights that its forward takes, an input, and if of columns."""
    others = required_arguments(pair.forward)[1:]
    options = [n for n in others if "param" in n or n in ("config", "options", "conf")]
    weights = _WEIGHTS[min(len(others) - len(options), len(_WEIGHTS) - 1)]
    generator = np.random.default_rng(0)
    for columns, shape, shapes in itertools.product(
        (False, True), (VECTORS, IMAGES, (5, 4, 3)), weights
    ):
        drawn = iter([generator.uniform(0.3, 1.0, size=size) for size in shapes])
        given = tuple(_OPTIONS if n in options else next(drawn, np.ones(3)) for n in others)
        cls = class_of(name, pair, given)
        if _runs(cls(), generator.normal(size=shape), columns):
            return cls, (*shape[1:], shape[0]) if columns else shape, columns
    return None


def _runs(obj: Any, x: Any, columns: bool) -> bool:
    convention = CallingConvention(obj)
    convention.columns = columns
    try:
        with np.errstate(all="ignore"):
            y, cache = convention.output(obj.forward(*convention.forward_arguments(x)))
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
