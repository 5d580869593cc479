"""Assigning an attribute that an object does not have: nothing would use it, so it is refused."""

from __future__ import annotations

import inspect
from typing import Any

from minnet.utils.checks import is_built_in
from minnet.utils.foreign_names import foreign_names


def check_attribute(owner: Any, name: str, arguments: bool = True) -> None:
    """Refuse to give a built-in object an attribute that is new to it; custom classes may.

    What exists is what the class defines, what is there already, and, if `arguments` have the names
    of attributes, what the constructor takes.

    Raises:
        AttributeError: naming the attributes that exist.
    """
    if name in vars(owner) or not is_built_in(owner):
        return
    if (arguments and name in _arguments(type(owner))) or hasattr(type(owner), name):
        return
    known = _assignable(owner, arguments)
    raise AttributeError(
        f"{type(owner).__name__}: expected one of the attributes {', '.join(known) or '(none)'} to "
        f"be assigned, got {name!r}, which nothing would use. {_advice(owner, name, known)}"
    )


def _advice(owner: Any, name: str, known: list[str]) -> str:
    """Where the attribute may have been meant to be."""
    import difflib  # here: only this message needs it

    name = next((n for n in foreign_names("argument").get(name, ()) if " " not in n), name)
    if name in known:
        return f"Did you mean {name}?"
    if name in _arguments(type(owner)):
        return f"Create a new {type(owner).__name__}(..., {name}=...)."
    for part, value in vars(owner).items():
        has_own = name in getattr(value, "__dict__", ())
        if part[0] != "_" and (has_own or isinstance(getattr(type(value), name, None), property)):
            return f"Did you mean that of its {part}, .{part}.{name}?"
    likely = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {likely[0]}?" if likely else "Leave it out, or assign one of these."


def _assignable(owner: Any, arguments: bool) -> list[str]:
    """The public attributes that may be assigned, in order of the alphabet."""
    names = set(vars(owner)) | (_arguments(type(owner)) if arguments else set())
    for ancestor in type(owner).__mro__[:-1]:
        names |= {n for n, v in vars(ancestor).items() if isinstance(v, property) and v.fset}
    return sorted(name for name in names if not name.startswith("_"))


def _arguments(cls: type[Any]) -> set[str]:
    """The arguments of the constructor, and of those that it may call."""
    constructors = [vars(kind)["__init__"] for kind in cls.__mro__[:-1] if "__init__" in vars(kind)]
    return {n for own in constructors for n in list(inspect.signature(own).parameters)[1:]}
