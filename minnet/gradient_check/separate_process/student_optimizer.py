"""Calls an optimizer in whatever style it is written: in place or not, on vectors, dicts, lists."""

from __future__ import annotations

from typing import Any

from minnet.gradient_check.separate_process.student_objects import (
    Found,
    numbers,
    split_arguments,
)
from minnet.utils.types import Array


class StudentOptimizer:
    """An optimizer, or a function w, gradient -> w, on one vector."""

    def __init__(self, found: Found, arguments: Any) -> None:
        self.state: Any = None
        positional, keywords = split_arguments(arguments)
        if isinstance(found, tuple):
            self.method: Any = found[0]
        else:
            obj = found(*positional, **keywords)
            names = ("step", "update", "apply", "__call__")
            self.method = next((getattr(obj, n) for n in names if hasattr(obj, n)), None)
        if self.method is None:
            raise NotImplementedError("step is missing")

    def step(self, values: Array, grads: Array) -> Array:
        """The values after one step; as vectors, else as the only entry of a dict or list."""
        errors: list[Exception] = []
        for wrap in (lambda a: a, lambda a: {"w": a}, lambda a: [a]):
            w, held = values.copy(), None
            held = wrap(w)
            try:
                result = self.method(held, wrap(grads))
            except NotImplementedError:
                raise
            except Exception as error:
                errors.append(error)
                continue
            result = held if result is None else result
            while isinstance(result, (dict, list, tuple)) and result:
                result = next(iter(result.values())) if isinstance(result, dict) else result[0]
            return numbers(result)
        raise errors[0]
