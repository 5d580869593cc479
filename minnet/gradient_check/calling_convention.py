"""How forward and backward of a class are called, in the styles in which courses write them.

The contract is `forward(x) -> y` and `backward(grad) -> dx`. A class without a base may also write
`forward(x) -> (y, cache)`, `backward(grad, cache) -> (dx, dW, db)`, `backward(grad, learning_rate)`
that updates the weights itself, or hold the samples in columns. Names of arguments and what is
returned show which; several inputs go through a check as one array, side by side.
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

_RATES = {"learning_rate", "lr", "eta", "alpha", "rate", "step_size", "learning_rate_"}
_SAVED = {"cache", "ctx", "context", "memory", "saved", "caches", "tape", "residuals"}
_INPUTS = {"x", "input", "inputs", "input_data", "prediction", "y_pred", "a_prev"}
_TARGETS = {"y_true", "target", "targets", "truth", "labels", "label", "t", "y_target", "true"}


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


def takes_target_first(names: list[str]) -> bool:
    """forward(y_true, y_pred) of a loss, instead of forward(prediction, target)."""
    return len(names) == 2 and names[0].lower() in _TARGETS and names[1].lower() not in _TARGETS


class CallingConvention:
    """How to call the objects of one class, and what to make of what they return.

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
        self.asked: list[str] = required_arguments(
            obj.backward, _RATES - {"alpha", "rate"} if self.plain else ()
        )
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
        arguments = self._backward_arguments(upstream, given, cache)
        before = {path: np.array(follow(obj, path)) for path in self._weights}
        returned = obj.backward(*arguments)
        if self.plain and any(name.lower() in _RATES for name in self.asked):
            vars(obj)[RETURNED] = _take_back(obj, before)
        if self.plain and isinstance(returned, tuple) and not self.sizes:
            returned, *rest = returned or (None,)
            vars(obj)[RETURNED] = self._matched(rest, before)
        if self.sizes:
            return self._side_by_side(returned, len(given))
        if self.columns and isinstance(returned, np.ndarray) and returned.ndim:
            returned = np.moveaxis(returned, -1, 0)
        return returned

    def _backward_arguments(self, g: Any, given: Any, cache: Any) -> list[Any]:
        """What each argument of backward is for, by its name."""
        if len(self.asked) < 2:
            return [g]
        known: dict[str, Any] = {}
        inputs = self.forward_arguments(given) if any(map(self._is_input, self.asked)) else [None]
        for name in self.asked:
            if name.lower() in _RATES:
                known[name] = 1.0
            elif name.lower() in _SAVED:
                known[name] = cache
            elif self._is_input(name):
                known[name] = inputs[0]
        left = [name for name in self.asked if name not in known]
        named = any(name.lower() in _SAVED for name in self.asked)
        known.update(zip(left, (g,) if named else (g, cache), strict=False))
        absent = [name for name in self.asked if name not in known]
        if absent or (cache is None and any(known[name] is None for name in self.asked)):
            raise NotExaminedError(
                f"backward takes the arguments {', '.join(self.asked)}, and it is not known what "
                f"to give for all of them. Keep in self what backward needs: backward(self, grad)."
            )
        return [known[name] for name in self.asked]

    def _is_input(self, name: str) -> bool:
        return self.plain and (name.lower() in _INPUTS or name in self.inputs)

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

    def _matched(self, gradients: list[Any], before: dict[tuple[Any, ...], Array]) -> Any:
        """Which returned gradient belongs to which weight: by name, else by order."""
        if len(gradients) == 1 and isinstance(gradients[0], dict):
            by_name = {str(key): value for key, value in gradients[0].items()}
        else:
            by_name = dict(zip(self._names[1:], gradients, strict=False))
        found = {}
        for path in before:
            name = str(path[-1])
            key = name if name in by_name else partner_of(name, by_name)
            if key is not None:
                found[path] = by_name[key]
        arrays = [path for path, value in before.items() if value.ndim or len(path) > 1]
        if len(found) < len(gradients) == len(arrays):
            found = dict(zip(arrays, gradients, strict=True))
        if not found and gradients:
            raise NotExaminedError(
                f"backward returns {len(gradients) + 1} arrays, and it is not known to which "
                f'weight each belongs. Return a dict beside dx: return dx, {{"W": dW, "b": db}}.'
            )
        return found


def _take_back(obj: Any, before: dict[tuple[Any, ...], Array]) -> dict[tuple[Any, ...], Array]:
    """Undo the update that backward made with a learning rate of 1; what it subtracted."""
    found = {}
    for path, value in before.items():
        after = np.asarray(follow(obj, path))
        if after.shape == value.shape and (after != value).any():
            found[path] = value - after
            if isinstance(follow(obj, path), np.ndarray):
                follow(obj, path)[...] = value
            else:
                place(obj, path, value)
    return found


def _weight_paths(obj: Any) -> Iterator[tuple[Any, ...]]:
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
