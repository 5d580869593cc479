"""A Parameter that records what is assigned to its gradient, also with a wrong shape.

In training, a gradient of the wrong shape is refused at once. In a check the wrong array
shows the mistake, so it is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.parameter import Parameter
from minnet.nn.search import find


class Buffer(np.ndarray[Any, Any]):
    """A gradient's array in which a sum or an assignment of the wrong shape is not an error."""

    holder: RecordedParameter | None = None

    def __iadd__(self, other: Any) -> Any:  # type: ignore[misc]
        try:
            return super().__iadd__(other)
        except (ValueError, TypeError):
            return np.asarray(self) + np.asarray(other)

    def __isub__(self, other: Any) -> Any:  # type: ignore[misc]
        try:
            return super().__isub__(other)
        except (ValueError, TypeError):
            return np.asarray(self) - np.asarray(other)

    def __setitem__(self, key: Any, value: Any) -> None:
        try:
            super().__setitem__(key, value)
        except (ValueError, TypeError):
            whole = key is Ellipsis or (isinstance(key, slice) and key == slice(None))
            if self.holder is None or not whole:
                raise
            self.holder.note(value)


class RecordedParameter(Parameter):
    """A Parameter during a check."""

    _note: Any = None
    _noted = False

    def note(self, grad: Any) -> None:
        """Keep what was assigned, also None and wrong shapes."""
        self._noted = True
        self._note = grad if grad is None or isinstance(grad, Parameter) else np.array(grad)

    @property
    def grad(self) -> Any:
        """The array that is written to in place, or what was assigned instead."""
        return self._grad if self._note is None else self._note

    @grad.setter
    def grad(self, grad: Any) -> None:
        if grad is not self._grad:
            self.note(grad)

    def clear(self) -> None:
        """Set the gradient to zero, as the network does before a backward."""
        buffer = np.zeros(self.value.shape).view(Buffer)
        buffer.holder = self
        self._grad, self._note, self._noted = buffer, None, False

    def outcome(self) -> tuple[bool, Any]:
        """Whether a gradient was set, and what it is."""
        if self._noted:
            return True, self._note
        return bool(np.any(np.asarray(self._grad) != 0)), np.array(self._grad)


def record(parameter: Parameter) -> None:
    """Turn a Parameter into a recorded one, with float64 numbers."""
    parameter.__class__ = RecordedParameter
    parameter._value = np.array(parameter.value, dtype=np.float64)
    parameter._owner = None
    parameter.clear()


def parameters_in(obj: Any) -> dict[str, Parameter]:
    """All Parameters by path, also in classes that are not Layers; each once."""
    return {name: item for name, item in _items(obj).items() if isinstance(item, Parameter)}


def layers_in(obj: Any) -> list[Layer]:
    """The object itself, if it is a Layer, and all Layers inside of it."""
    found = [item for item in _items(obj).values() if isinstance(item, Layer)]
    return [obj, *found] if isinstance(obj, Layer) else found


def _items(obj: Any) -> dict[str, Any]:
    """Every Parameter and Layer inside of an object, by path."""
    if isinstance(obj, Layer):
        return {f.name: f.item for f in find(obj)}
    found: dict[str, Any] = {}
    _walk(obj, "", 4, found, set())
    return found


def _walk(obj: Any, path: str, depth: int, found: dict[str, Any], seen: set[int]) -> None:
    if id(obj) in seen or depth == 0:
        return
    seen.add(id(obj))
    if isinstance(obj, (Layer, Parameter)):
        found[path] = obj
    if isinstance(obj, (Parameter, np.ndarray)) or callable(obj):
        return
    pairs = getattr(obj, "__dict__", {}).items()
    if isinstance(obj, dict):
        pairs = obj.items()
    elif isinstance(obj, (list, tuple)):
        pairs = enumerate(obj)
    for key, value in list(pairs):
        if isinstance(value, (Parameter, dict, list, tuple)) or hasattr(value, "forward"):
            _walk(value, f"{path}.{key}" if path else str(key), depth - 1, found, seen)
