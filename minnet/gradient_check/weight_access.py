"""One weight and its gradient: how they are read and set, wherever the student keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.gradient_check.parameter_recorder import RecordedParameter, parameters_in
from minnet.utils.types import Array


@dataclass
class Weight:
    """One weight: a path to its value and one to its gradient, followed again in each object."""

    name: str
    value_path: tuple[Any, ...]
    grad_path: tuple[Any, ...] = ()
    kind: str = "plain"  # or "parameter"

    def value(self, obj: Any) -> Array:
        """The numbers of the weight in this object."""
        if self.kind == "parameter":
            return parameters_in(obj)[self.name].value
        return np.asarray(follow(obj, self.value_path))

    def set(self, obj: Any, value: Array) -> None:
        """Give the weight new numbers, in place where that is possible."""
        if self.kind == "parameter":
            parameters_in(obj)[self.name]._value = np.array(value, dtype=np.float64)
            return
        old = follow(obj, self.value_path)
        if isinstance(old, np.ndarray) and old.dtype == np.float64 and old.flags.writeable:
            old[...] = value
            return
        place(obj, self.value_path, np.array(value) if np.ndim(value) else np.float64(value))

    def outcome(self, obj: Any, before: Any) -> tuple[bool, Any]:
        """Whether the gradient was set by a backward, and what it is; `before`: its snapshot."""
        if self.kind == "parameter":
            found = parameters_in(obj).get(self.name)
            return found.outcome() if isinstance(found, RecordedParameter) else (False, None)
        try:
            after = follow(obj, self.grad_path)
        except (AttributeError, KeyError, IndexError, TypeError):
            return False, None
        if after is None:
            return False, None
        if before is None:
            return True, np.array(after)
        array, copied = before
        return after is not array or not same(copied, after), np.array(after)

    def snapshot(self, obj: Any) -> Any:
        """The gradient as it is now: the array itself, and a copy of it; None if there is none."""
        try:
            now = follow(obj, self.grad_path) if self.kind == "plain" else None
        except (AttributeError, KeyError, IndexError, TypeError):
            return None
        return None if now is None else (now, np.array(now))


def same(one: Any, other: Any) -> bool:
    """Equal arrays, NaN included."""
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape:
        return False
    return bool(((first == second) | ((first != first) & (second != second))).all())


def follow(obj: Any, path: tuple[Any, ...]) -> Any:
    """The attribute, entry or element at the end of a path."""
    for key in path:
        if isinstance(obj, dict):
            obj = obj[key]
        elif isinstance(obj, (list, tuple)):
            obj = obj[int(key)]
        else:
            obj = getattr(obj, key)
    return obj


def place(obj: Any, path: tuple[Any, ...], value: Any) -> None:
    """Assign a value to the end of a path."""
    holder, key = follow(obj, path[:-1]), path[-1]
    if isinstance(holder, dict):
        holder[key] = value
    elif isinstance(holder, list):
        holder[int(key)] = value
    else:
        setattr(holder, key, value)
