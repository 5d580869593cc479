"""The arguments of a layer's constructor, kept so that a file can say how to make the layer again.

What a file can hold is kept as a copy, so that a later `append` changes nothing: numbers, strings,
arrays, layers, named initializers, and lists, tuples and dicts of these. Of everything else only
the repr is kept, for the layer's own repr and for the error that `save` raises.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.nn import initializers
from minnet.nn.parameter import Parameter
from minnet.nn.search import is_layer

PLAIN = (type(None), bool, int, float, str)
"""Types that are kept as they are; exactly these, not their subclasses."""

_CONTAINERS = (list, tuple, dict)
_DEEPEST = 64


class Unsavable:
    """Replaces an argument that no file can hold."""

    def __init__(self, value: object) -> None:
        try:
            self.text = repr(value)
        except Exception:  # a custom repr of an unfinished object
            self.text = f"<{type(value).__name__}>"
        self.kind: str = type(value).__name__

    def __repr__(self) -> str:
        return self.text


def remember(value: Any, known: dict[int, Any] | None = None, depth: int = 0) -> Any:
    """A private copy of an argument; `known` handles lists that contain themselves.

    >>> sizes = [3, 4]
    >>> kept = remember(sizes)
    >>> sizes.append(5)
    >>> kept
    [3, 4]
    """
    known = {} if known is None else known
    if id(value) in known:
        return known[id(value)]
    if type(value) is np.ndarray and value.dtype.kind in "biuf":
        return value.copy()
    if type(value) in PLAIN or isinstance(value, (np.generic, Parameter, Unsavable)):
        return value
    if is_layer(value) or is_named_initializer(value):
        return value
    if type(value) not in _CONTAINERS or depth > _DEEPEST:
        return Unsavable(value)
    depth += 1
    if type(value) is tuple:
        return tuple(remember(item, known, depth) for item in value)
    if type(value) is list:
        copy: Any = known.setdefault(id(value), [])
        copy.extend(remember(item, known, depth) for item in value)
    else:
        copy = known.setdefault(id(value), {})
        copy.update({key: remember(item, known, depth) for key, item in value.items()})
    return copy


def is_named_initializer(value: object) -> bool:
    """One of `mn.initializers`, also one made by `constant`, `uniform` or `normal`."""
    return initializer_name(value) is not None


def initializer_name(value: object) -> tuple[str, list[float]] | None:
    """Name and numbers of an initializer of `mn.initializers`; None for everything else.

    >>> initializer_name(initializers.uniform(-1.0, 1.0))
    ('uniform', [-1.0, 1.0])
    """
    if isinstance(value, functools.partial):
        for name, maker in MAKERS.items():
            made: Any = maker(0.0)
            if made.func is value.func and not value.args:
                return name, list(value.keywords.values())
        return None
    for name, function in initializers.INITIALIZERS.items():
        if value is function:
            return name, []
    return None


MAKERS: dict[str, Callable[..., initializers.Initializer]] = {
    "constant": initializers.constant,
    "uniform": initializers.uniform,
    "normal": initializers.normal,
}
"""The initializers that take numbers."""
