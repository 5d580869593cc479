"""The weight called W of any object, and its gradient, wherever the object keeps them.

An attribute, an entry of a dict, a `mn.Parameter`, an object with `.data` and `.grad`; the gradient
beside it as `dW`, `grad_W`, `grads["W"]`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minnet.nn.parameter import Parameter
from minnet.utils.types import Array

_BOXED_VALUE = ("value", "data", "val", "array")
_BOXED_GRADIENT = ("grad", "gradient", "grads", "dw")
_LISTS = ["params", "parameters", "weights"]
_GRADIENT_LISTS = ["grads", "gradients"]
_PATTERNS = "d{} d_{} grad_{} {}_grad {}_gradient gradient_{} grad{} {}grad {}_d dL_d{} dL_{} d{}s"


class Slot:
    """One attribute or entry: read it, replace it."""

    holder: Any
    key: Any

    def __init__(self, holder: Any, key: Any) -> None:
        self.holder, self.key = holder, key
        self.by_key: bool = isinstance(holder, (dict, list))

    def get(self) -> Any:
        """What is there now."""
        return self.holder[self.key] if self.by_key else getattr(self.holder, self.key)

    def put(self, value: Any) -> None:
        """Replace it."""
        if self.by_key:
            self.holder[self.key] = value
        else:
            setattr(self.holder, self.key, value)


def _plain(name: object) -> str:
    return str(name).strip("_").lower()


def _slots(obj: Any, depth: int = 2) -> Iterator[Slot]:
    """Attributes (properties and slots too), then what is in the dicts and objects among them."""
    names = list(vars(obj)) if hasattr(obj, "__dict__") else []
    for cls in type(obj).__mro__[:-1]:
        names += [n for n in vars(cls) if isinstance(vars(cls)[n], property) or n in _declared(cls)]
    found = [Slot(obj, name) for name in dict.fromkeys(names) if not name.startswith("__")]
    found = [slot for slot in found if slot.key != "_minnet"]
    yield from found
    for slot in found:
        with contextlib.suppress(Exception):
            held = slot.get()
            if isinstance(held, dict):
                yield from (Slot(held, key) for key in held if isinstance(key, str))
            elif depth and hasattr(held, "__dict__") and not callable(held) and _box(held) is None:
                yield from _slots(held, depth - 1)


def _declared(cls: type) -> tuple[str, ...]:
    names = vars(cls).get("__slots__", ())
    return (names,) if isinstance(names, str) else tuple(names)


def _find(obj: Any, names: list[str], accepts: Callable[[Any], bool]) -> Slot | None:
    """The first slot whose name is among `names`; an exact spelling wins."""
    known = list(_slots(obj))
    for spelling in (str, _plain):
        for name in names:
            for slot in known:
                if spelling(slot.key) == spelling(name):
                    with contextlib.suppress(Exception):
                        if accepts(slot.get()):
                            return slot
    return None


def is_number_array(value: Any) -> bool:
    """Arrays, and plain numbers."""
    return isinstance(value, (np.ndarray, float, int, np.number)) and not isinstance(value, bool)


def _box(value: Any) -> Slot | None:
    if is_number_array(value):
        return None
    found = (Slot(value, n) for n in _BOXED_VALUE if is_number_array(getattr(value, n, None)))
    return next(found, None)


class NamedWeight:
    """The weight of this name in one object.

    Args:
        obj: any object. names: as the task calls it, and as the reference does.
        index: its number, for objects that keep lists of weights and of gradients.
    """

    obj: Any
    names: list[str]
    index: int

    def __init__(self, obj: Any, names: list[str], index: int) -> None:
        self.obj, self.names, self.index = obj, names, index
        found = _find(obj, names, lambda v: is_number_array(v) or _box(v) is not None)
        self.slot: Slot | None = found or self._in_list(_LISTS)

    def _in_list(self, names: list[str]) -> Slot | None:
        slot = _find(self.obj, names, lambda v: isinstance(v, list) and self.index < len(v))
        return None if slot is None else Slot(slot.get(), self.index)

    def value(self) -> Array | None:
        """The numbers, or None where there is no such weight (yet)."""
        if self.slot is None:
            return None
        held = self.slot.get()
        box = _box(held)
        return np.array(held if box is None else box.get())

    def set(self, value: Array) -> None:
        """New numbers, in place where that is possible."""
        if self.slot is None:
            return
        held = self.slot.get()
        if isinstance(held, Parameter):
            held._value, held._grad = np.array(value, np.float64), np.zeros(np.shape(value))
            return
        slot = _box(held) or self.slot
        old = slot.get()
        if isinstance(old, np.ndarray) and old.dtype == np.float64 and old.flags.writeable:
            old[...] = value
        else:
            slot.put(np.array(value) if np.ndim(value) else float(value))

    def _gradient_slot(self) -> Slot | None:
        held = None if self.slot is None else self.slot.get()
        if held is not None and not is_number_array(held):
            for name in _BOXED_GRADIENT:
                if hasattr(held, name):
                    return Slot(held, name)
        spelled = [p.format(name) for name in self.names for p in _PATTERNS.split()]
        found = _find(self.obj, spelled, is_number_array) or self._in_gradients()
        return found or self._in_list(_GRADIENT_LISTS)

    def _in_gradients(self) -> Slot | None:
        """grads["W"]: an entry of the same name in a dict for gradients."""
        for slot in _slots(self.obj):
            if "grad" in slot.key.lower() or slot.key.lower() in ("d", "dparams", "deltas"):
                with contextlib.suppress(Exception):
                    held = slot.get()
                    if isinstance(held, dict):
                        wanted = [_plain(name) for name in self.names]
                        match = next((k for k in held if _plain(k) in wanted), None)
                        if match is not None:
                            return Slot(held, match)
        return None

    def clear_gradient(self) -> None:
        """Zeros in place of the last gradient: `=` and `+=` are both right then."""
        slot = self._gradient_slot()
        if slot is None:
            return
        held = slot.get()
        if isinstance(held, np.ndarray) and held.flags.writeable:
            held[...] = 0
        elif is_number_array(held):
            slot.put(0.0)

    def gradient(self) -> Any:
        """The gradient that is there now, or None."""
        slot = self._gradient_slot()
        return None if slot is None else slot.get()
