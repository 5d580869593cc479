"""Assigning an attribute that an object does not have: nothing would use it, so it is refused."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

from minnet.utils.checks import is_built_in


def check_attribute(owner: Any, name: str, arguments: bool = True) -> None:
    """Refuse to give a built-in object an attribute that is new to it; custom classes may.

    What exists is what the class defines, what is there already, and, if `arguments` have the names
    of attributes, what the constructor takes.

    Raises:
        AttributeError: naming the attributes that exist.
    """
    if name in vars(owner) or not is_built_in(owner) or name in _known(type(owner), arguments):
        return
    import difflib  # here: only this message needs it

    known = sorted(_known(type(owner), arguments) | {n for n in vars(owner) if not n.startswith("_")})
    likely = difflib.get_close_matches(name, known, n=1)
    raise AttributeError(
        f"{type(owner).__name__}: expected one of the attributes {', '.join(known)} to be "
        f"assigned, got {name!r}, which nothing would use. "
        + (f"Did you mean {likely[0]}?" if likely else "Leave it out, or assign one of these.")
    )


@lru_cache(maxsize=256)
def _known(cls: type, arguments: bool) -> frozenset[str]:
    """Arguments of the constructor, and public attributes and annotations of the classes."""
    constructor = inspect.signature(cls.__init__)  # type: ignore[misc]
    names = set(list(constructor.parameters)[1:]) if arguments else set()
    for ancestor in cls.__mro__[:-1]:
        names |= set(vars(ancestor).get("__annotations__", ()))
        names |= {n for n, value in vars(ancestor).items() if not callable(value)}
    return frozenset(name for name in names if not name.startswith("_"))
