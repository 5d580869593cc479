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
    changed = []
    for name, parameter in inspect.signature(type(thing).__init__).parameters.items():
        if parameter.default is not parameter.empty and name not in but:
            value = getattr(thing, name, parameter.default)
            if not _same(value, parameter.default):
                changed.append(f"{name}={_short(value)}")
    return ", ".join(changed)


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
