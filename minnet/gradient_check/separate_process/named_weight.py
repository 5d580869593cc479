"""The weight called W of any object, and its gradient, wherever the object keeps them.

An attribute, an entry of a dict or a list, a `mn.Parameter`, an object with `.data` and `.grad`;
the gradient beside it as `dW`, `grad_W`, `grads["W"]`.
"""

from __future__ import annotations

import contextlib
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from minnet.gradient_check.weights import follow, partner_of, place
from minnet.nn.parameter import Parameter
from minnet.utils.types import Array

_VALUE_KEYS = ("value", "data", "val", "array")
_GRADIENT_KEYS = ("grad", "gradient", "grads", "dw")
_LISTS = ("params", "parameters", "weights")
_GRADIENT_LISTS = ("grads", "gradients")
_LEAVES = (np.ndarray, Parameter, type, types.FunctionType, types.MethodType, types.ModuleType)
_DEPTH = 3
Path = tuple[Any, ...]


def plain(name: object) -> str:
    """A name in lower case, without underscores: the same in any spelling."""
    return "".join(c for c in str(name).lower() if c.isalnum())


def is_number_array(value: Any) -> bool:
    """Arrays, and plain numbers."""
    return isinstance(value, (np.ndarray, float, int, np.number)) and not isinstance(value, bool)


def _entries(holder: Any) -> Iterator[tuple[Any, Any]]:
    """What a dict, a list or an object holds: attributes, also properties and slots."""
    if isinstance(holder, dict):
        yield from ((key, value) for key, value in holder.items() if isinstance(key, str))
    elif isinstance(holder, list):
        yield from enumerate(holder)
    elif not isinstance(holder, _LEAVES):
        names = list(getattr(holder, "__dict__", {}))
        for cls in type(holder).__mro__[:-1]:
            slots = vars(cls).get("__slots__", ())
            names += (slots,) if isinstance(slots, str) else slots
            names += [n for n, member in vars(cls).items() if isinstance(member, property)]
        for name in dict.fromkeys(names):
            if not name.startswith("__") and name != "_minnet":
                with contextlib.suppress(Exception):
                    yield name, getattr(holder, name)


def _walk(holder: Any, path: Path = (), depth: int = _DEPTH) -> Iterator[tuple[Path, Any]]:
    """All that an object holds, by path; what is near comes first."""
    held = list(_entries(holder)) if not path or depth else []
    yield from (((*path, key), value) for key, value in held)
    for key, value in held:
        if hasattr(value, "__dict__") or isinstance(value, (dict, list)):
            yield from _walk(value, (*path, key), depth - 1)


class NamedWeight:
    """The weight of this name in one object.

    Args:
        obj: any object. names: as the task calls it, and as the reference does.
        index: its number, for objects that keep lists of weights and of gradients.
    """

    names: list[str]
    index: int

    def __init__(self, obj: Any, names: list[str], index: int) -> None:
        self.obj, self.names, self.index = obj, names, index
        self.path: Path | None = self._value_path()

    def _value_path(self) -> Path | None:
        known = [
            (path[:-1] if path[-1] in _VALUE_KEYS and len(path) > 1 else path, path)
            for path, value in _walk(self.obj)
            if is_number_array(value) or isinstance(value, Parameter)
        ]
        for spelling in (str, plain):
            for name in self.names:
                for named, path in known:
                    if spelling(named[-1]) == spelling(name):
                        return path
        return self._in_list(_LISTS)

    def _in_list(self, names: tuple[str, ...]) -> Path | None:
        paths = ((*path, self.index) for path, _ in _walk(self.obj) if path[-1] in names)
        return next((path for path in paths if is_number_array(self._held(path))), None)

    def _held(self, path: Path | None) -> Any:
        with contextlib.suppress(Exception):
            return None if path is None else follow(self.obj, path)
        return None

    def value(self) -> Array | None:
        """The numbers, or None where there is no such weight (yet)."""
        held = self._held(self.path)
        held = held.value if isinstance(held, Parameter) else held
        return None if held is None else np.array(held)

    def set(self, value: Array) -> None:
        """New numbers, in place where that is possible."""
        held = self._held(self.path)
        if isinstance(held, Parameter):
            held._value, held._grad = np.array(value, np.float64), np.zeros(np.shape(value))
        elif isinstance(held, np.ndarray) and held.dtype == np.float64 and held.flags.writeable:
            held[...] = value
        elif self.path is not None:
            place(self.obj, self.path, np.array(value) if np.ndim(value) else float(value))

    def _gradient_path(self) -> Path | None:
        path = self.path
        if path is None:
            return None
        if path[-1] in _VALUE_KEYS:  # beside the value, in a box of both
            held = dict(_entries(self._held(path[:-1])))
            for key in _GRADIENT_KEYS:
                if key in held:
                    return (*path[:-1], key)
        table: dict[str, Path] = {}
        for known, value in _walk(self.obj):
            if value is None or is_number_array(value):
                inside = any(_is_for_gradients(key) for key in known[:-1])
                label = f"grad_{known[-1]}" if inside and known[-1] in self.names else known[-1]
                table.setdefault(str(label), known)
        kept = {label: self._held(known) for label, known in table.items()}
        for name in (str(path[-1]), *self.names):
            partner = partner_of(name, kept)
            if partner is not None:
                return table[partner]
        return self._in_list(_GRADIENT_LISTS)

    def clear_gradient(self) -> None:
        """Zeros in place of the last gradient: `=` and `+=` are both right then."""
        held, path = self._held(self.path), self._gradient_path()
        if isinstance(held, Parameter):
            held._grad[...] = 0
            return
        held = self._held(path)
        if isinstance(held, np.ndarray) and held.flags.writeable:
            held[...] = 0
        elif path is not None and is_number_array(held):
            place(self.obj, path, 0.0)

    def gradient(self) -> Any:
        """The gradient that is there now, or None."""
        held = self._held(self.path)
        return held.grad if isinstance(held, Parameter) else self._held(self._gradient_path())


def _is_for_gradients(key: object) -> bool:
    return "grad" in str(key).lower() or str(key).lower() in ("d", "dparams", "deltas")
