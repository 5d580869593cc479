"""What was set about an optimizer or a loss: the arguments that differ from their defaults.

Two experiments then look different wherever they are printed.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np


def changed_settings(thing: Any, but: tuple[str, ...] = ()) -> str:
    """`momentum=0.9, nesterov=True`: the arguments of the constructor, as they are stored.

    An argument counts that has a default and is stored under its own name; `but` leaves some out.

    >>> class Brake:
    ...     def __init__(self, force=1.0, when=None):
    ...         self.force, self.when = force, when
    >>> changed_settings(Brake(force=2.5)), changed_settings(Brake())
    ('force=2.5', '')
    """
    defaults = {n: d for n, d in _defaults(type(thing)).items() if n not in but}
    values = ((name, getattr(thing, name, default), default) for name, default in defaults.items())
    return ", ".join(f"{n}={_short(value)}" for n, value, d in values if not _same(value, d))


def _defaults(cls: type) -> dict[str, Any]:
    """The constructor's arguments that have a default, with it."""
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    return {n: p.default for n, p in parameters.items() if p.default is not p.empty}


def _same(value: Any, default: Any) -> bool:
    """Whether a setting still has its default."""
    if value is default:
        return True
    return not isinstance(value, (np.ndarray, dict, list, tuple)) and bool(value == default)


def _short(value: Any) -> str:
    """A setting as one would write it, unless it is long."""
    if isinstance(value, np.ndarray) and value.size <= 10:
        value = value.tolist()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list) and all(isinstance(entry, float) for entry in value):
        return f"[{', '.join(f'{entry:g}' for entry in value)}]"
    return f"array{value.shape}" if isinstance(value, np.ndarray) else repr(value)
