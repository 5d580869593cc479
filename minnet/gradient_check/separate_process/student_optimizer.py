"""Calls an optimizer in whatever style it is written: in place or not, on vectors, dicts, lists."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.gradient_check.separate_process.student_object import (
    Found,
    method_of,
    numbers,
    split_arguments,
    takes_options,
)
from minnet.utils.types import Array

_METHODS = "step update apply __call__"


class StudentOptimizer:
    """An optimizer, or a function of w and its gradient, on one vector."""

    def __init__(self, found: Found, arguments: Any, options: dict[str, Any]) -> None:
        self.found, self.arguments, self.options = found, arguments, options
        self.forms: list[Callable[[Any], Any]] = [lambda a: a, lambda a: {"w": a}, lambda a: [a]]
        self._begin()

    def _begin(self) -> None:
        """A new object, or for a function new options, in which it keeps its state."""
        positional, keywords = split_arguments(self.arguments)
        is_function = isinstance(self.found, tuple)
        found: Any = self.found
        self.method = (
            found[0] if is_function else method_of(found(*positional, **keywords), _METHODS)
        )
        if self.method is None:
            raise NotImplementedError("step is missing")
        names = list(inspect.signature(self.method).parameters)[2:] if is_function else []
        self.rest = {name: dict(self.options) for name in names if takes_options(name)}

    def step(self, values: Array, grads: Array) -> Array:
        """The values after one step; as vectors, else as the only entry of a dict or list."""
        failed: Exception | None = None
        for form in self.forms:
            held = form(values.copy())
            try:
                result = self.method(held, form(grads), **self.rest)
                result = numbers(_only(held if result is None else result))
            except NotImplementedError:
                raise
            except Exception as error:
                failed = failed or error
            else:
                if len(self.forms) == 1 or not np.array_equal(result, values):
                    self.forms = [form]  # the one that this optimizer takes
                    return result
            self._begin()
        if failed is not None:
            raise failed
        return values


def _only(held: Any) -> Any:
    """The array in a dict, list or tuple of one."""
    while isinstance(held, (dict, list, tuple)) and held:
        held = next(iter(held.values())) if isinstance(held, dict) else held[0]
    return held
