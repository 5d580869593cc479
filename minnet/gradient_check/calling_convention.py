"""How forward and backward of a class are called, in the styles in which courses write them.

The contract is `forward(x) -> y` and `backward(grad) -> dx`. A class without a base, or a pair of
functions, may also write `forward(x) -> (y, cache)`, `backward(grad, cache) -> (dx, dW, db)`,
`backward(grad, learning_rate)` that updates the weights itself, or hold the samples in columns.
Names of arguments and what is returned show which. The gradient check and the grading of coursework
call student code through the functions here; `CallingConvention` adds what the check needs: several
inputs side by side in one array.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from minnet.gradient_check.weights import RETURNED, follow, is_cache_name, partner_of, place
from minnet.nn.layer import Layer
from minnet.utils.types import Array

RATES = {"learning_rate", "lr", "eta", "alpha", "rate", "step_size"}
_CERTAIN_RATES = RATES - {"alpha", "rate"}
_SAVED = {"cache", "ctx", "context", "memory", "saved", "caches", "tape", "residuals"}
_INPUTS = {"x", "input", "inputs", "input_data", "prediction", "y_pred", "a_prev"}
_TARGETS = {"y_true", "target", "targets", "truth", "labels", "label", "t", "y_target", "true"}
_DX = ("dx", "x", "input", "dinput", "dz", "da")
Path = tuple[Any, ...]


class NotExaminedError(Exception):
    """The way in which a class is written is not known, so that nothing can be said about it."""


def required_arguments(function: Any, also: Collection[str] = ()) -> list[str]:
    """The arguments without which a method or function cannot be called, and those in `also`."""
    try:
        arguments = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = (a for a in arguments if a.kind in kinds)
    return [a.name for a in needed if a.default is a.empty or a.name in also]


def backward_names(backward: Any) -> list[str]:
    """The arguments that backward is given; a learning rate also where it has a default."""
    return required_arguments(backward, _CERTAIN_RATES)


def takes_rate(names: list[str]) -> bool:
    """Whether backward updates the weights itself, with a learning rate."""
    return any(name.lower().strip("_") in RATES for name in names)


def takes_target_first(names: list[str]) -> bool:
    """forward(y_true, y_pred) of a loss, instead of forward(prediction, target)."""
    return len(names) == 2 and names[0].lower() in _TARGETS and names[1].lower() not in _TARGETS


def backward_arguments(
    asked: list[str], g: Any, cache: Any, inputs: dict[str, Any], weights: dict[str, Any]
) -> list[Any]:
    """What each argument of backward is for: by its name, else in the order g, cache, inputs.

    Args:
        asked: the names. g: the upstream gradient. cache: what forward returned beside y.
        inputs: the arguments of forward, by name.
        weights: those that are weights.

    Raises:
        NotExaminedError: there are more arguments than things to give.
    """
    if len(asked) < 2:
        return [g][: len(asked)]
    by_name, known = {**weights, **inputs}, dict[str, Any]()
    for name in asked:
        word = name.lower().strip("_")
        if word in RATES:
            known[name] = 1.0
        elif word in _SAVED and cache is not None:
            known[name] = cache
        elif name in by_name:
            known[name] = by_name.pop(name)
        elif word in _INPUTS and inputs:
            known[name] = next(iter(inputs.values()))
    left = [name for name in asked if name not in known]
    given = [g, *by_name.values()]
    if cache is not None:
        spread = isinstance(cache, tuple) and len(cache) == len(left) - 1 > 1
        given = [g, *cache] if spread else [g, cache]
        given = [g] if any(n.lower().strip("_") in _SAVED for n in asked) else given
    known.update(zip(left, given, strict=False))
    if any(name not in known for name in asked):
        raise NotExaminedError(
            f"backward takes the arguments {', '.join(asked)}, and it is not known what "
            f"to give for all of them. Keep in self what backward needs: backward(self, grad)."
        )
    return [known[name] for name in asked]


def split_gradients(returned: Any) -> tuple[Any, list[Any]]:
    """dx, and what backward returned beside it: arrays, or one dict of them."""
    if isinstance(returned, dict):
        entry = next((k for n in _DX for k in returned if str(k).lower().strip("_") == n), None)
        return (None if entry is None else returned[entry]), [returned]
    if isinstance(returned, (tuple, list)):
        return (returned[0], list(returned[1:])) if returned else (None, [])
    return returned, []


def gradients_by_name(
    rest: list[Any], weights: list[str], names: list[str], in_order: list[str]
) -> dict[str, Any]:
    """Which gradient beside dx belongs to which weight: by name, else by order.

    Args:
        rest: of `split_gradients`. weights: their names. names: in `return dx, dW, db`.
        in_order: the weights that these may be, if their names do not say it.
    """
    if len(rest) == 1 and isinstance(rest[0], dict):
        by_name = {str(key): value for key, value in rest[0].items()}
    else:
        by_name = dict(zip(names[1:], rest, strict=False))
    found = {}
    for weight in weights:
        key = weight if weight in by_name else partner_of(weight, by_name)
        if key is not None:
            found[weight] = by_name[key]
    if len(found) < len(rest) == len(in_order) and not isinstance(rest[0], dict):
        found = dict(zip(in_order, rest, strict=True))
    return found


def take_back(obj: Any, before: dict[Path, Array]) -> dict[Path, Array]:
    """Undo the update that backward made with a learning rate of 1; what it subtracted."""
    found = {}
    for path, value in before.items():
        after = follow(obj, path)
        if np.shape(after) == value.shape and np.any(np.asarray(after) != value):
            found[path] = value - np.asarray(after)
            if isinstance(after, np.ndarray):
                after[...] = value
            else:
                place(obj, path, value)
    return found


def returned_names(backward: Any) -> list[str]:
    """The names in the last `return dx, dW, db` of a method."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(backward))))
    except (OSError, TypeError, SyntaxError, IndentationError):
        return []
    values = [n.value for n in ast.walk(tree) if isinstance(n, ast.Return)]
    tuples = [v for v in values if isinstance(v, ast.Tuple)]
    entries = tuples[-1].elts if tuples else []
    return [getattr(entry, "id", getattr(entry, "attr", "")) for entry in entries]


class CallingConvention:
    """How the gradient check calls the objects of one class, and what they return.

    Args:
        obj: an object as its constructor made it.

    Attributes:
        columns: the samples are on the last axis.
        sizes: shapes of one sample of each input, where forward takes several.
    """

    def __init__(self, obj: Any) -> None:
        self.columns = False
        self.sizes: tuple[tuple[int, ...], ...] = ()
        self.inputs: list[str] = required_arguments(obj.forward)
        self.plain: bool = not isinstance(obj, Layer)
        self.asked: list[str] = (backward_names if self.plain else required_arguments)(obj.backward)
        self._weights = list(_weight_paths(obj)) if self.plain else []
        if hasattr(obj, "_functions"):  # made of a pair of functions: what follows x
            self._weights = [(name,) for name in obj._weights]
        self._names = returned_names(obj.backward) if self.plain else []

    def forward_arguments(self, given: Array) -> list[Array]:
        """The arguments of forward for an input of the check, whose first axis has the samples."""
        ends = np.cumsum([int(np.prod(size)) for size in self.sizes])[:-1]
        parts = np.split(given, ends, axis=1) if self.sizes else [given]
        shaped = [
            part.reshape(len(given), *size) if self.sizes else part
            for part, size in zip(parts, self.sizes or ((),), strict=True)
        ]
        return [np.moveaxis(part, 0, -1) if self.columns else part for part in shaped]

    def output(self, returned: Any) -> tuple[Any, Any]:
        """The output, samples first, and the cache, if forward returned one with it."""
        y, cache = returned, None
        if self.plain and isinstance(returned, tuple) and len(returned) == 2:
            y, cache = returned
        if self.columns and isinstance(y, np.ndarray) and y.ndim:
            y = np.moveaxis(y, -1, 0)
        return y, cache

    def backward(self, obj: Any, g: Any, given: Any, cache: Any) -> Any:
        """Call backward; keep the gradients of weights that it returns or subtracts."""
        upstream = np.moveaxis(g, 0, -1) if self.columns and np.ndim(g) else g
        several = len(self.asked) > 1 and self.plain
        inputs = (
            dict(zip(self.inputs, self.forward_arguments(given), strict=False)) if several else {}
        )
        arguments = backward_arguments(self.asked, upstream, cache, inputs, {})
        before = {path: np.array(follow(obj, path)) for path in self._weights}
        returned = obj.backward(*arguments)
        if self.plain and takes_rate(self.asked):
            vars(obj)[RETURNED] = take_back(obj, before)
        if self.plain and isinstance(returned, tuple) and not self.sizes:
            returned, rest = split_gradients(returned)
            vars(obj)[RETURNED] = self._matched(rest, before)
        if self.sizes:
            return self._side_by_side(returned, len(given))
        if self.columns and isinstance(returned, np.ndarray) and returned.ndim:
            returned = np.moveaxis(returned, -1, 0)
        return returned

    def _matched(self, rest: list[Any], before: dict[Path, Array]) -> dict[Path, Any]:
        """The returned gradients by the path of their weight; single numbers only by name."""
        named = {str(path[-1]): path for path in before}
        in_order = [n for n, path in named.items() if before[path].ndim or len(path) > 1]
        found = gradients_by_name(rest, list(named), self._names, in_order)
        if rest and not found:
            raise NotExaminedError(
                f"backward returns {len(rest) + 1} arrays, and it is not known to which "
                f'weight each belongs. Return a dict beside dx: return dx, {{"W": dW, "b": db}}.'
            )
        return {named[name]: value for name, value in found.items()}

    def _side_by_side(self, returned: Any, samples: int) -> Any:
        """The gradients of several inputs as one array, as the inputs came."""
        parts = list(returned) if isinstance(returned, (tuple, list)) else [returned]
        if self.columns:
            parts = [np.moveaxis(np.asarray(part), -1, 0) for part in parts]
        wanted = [(samples, *size) for size in self.sizes]
        if len(parts) != len(wanted) or any(part is None for part in parts):
            raise NotExaminedError(
                f"forward takes {len(wanted)} inputs, backward returns {len(parts)} gradients: "
                f"expected one for each input. What has no gradient can be kept in self."
            )
        if [np.shape(part) for part in parts] != wanted:
            return parts[0] if np.shape(parts[0]) != wanted[0] else parts[1]
        return np.concatenate([np.reshape(part, (samples, -1)) for part in parts], axis=1)


def _weight_paths(obj: Any) -> Iterator[Path]:
    """Where an object keeps arrays of floats, among its attributes and in dicts and lists there."""
    for name, value in vars(obj).items() if hasattr(obj, "__dict__") else ():
        pairs: Any = ()
        if isinstance(value, dict):
            pairs = value.items()
        elif isinstance(value, list):
            pairs = enumerate(value)
        elif not is_cache_name(name):
            pairs = [(None, value)]
        for key, item in pairs:
            numbers = isinstance(item, np.ndarray) or (key is None and isinstance(item, float))
            if numbers and np.asarray(item).dtype.kind == "f":
                yield (name,) if key is None else (name, key)
