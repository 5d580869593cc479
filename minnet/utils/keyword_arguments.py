"""Errors for arguments that a constructor does not take: they name the ones that it does."""

from __future__ import annotations

import inspect
from typing import Any

NAMES_IN_OTHER_LIBRARIES = {
    "lr": "learning_rate",
    "learning_rate_init": "learning_rate",
    "eps": "epsilon",
    "alpha": "slope",
    "negative_slope": "slope",
    "p": "rate",
    "units": "out_features",
    "input_dim": "in_features",
    "filters": "out_channels",
}
"""Each name in another library, and the name here."""

_LONG = 60  # characters of an argument that an error shows


def check_arguments(kind: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse what the constructor of `kind` does not take, with a better message than Python's.

    Raises:
        TypeError: naming the argument, the existing ones, and the likely one.

    >>> class Scale:
    ...     def __init__(self, features): ...
    >>> check_arguments(Scale, (), {"feature": 3})
    Traceback (most recent call last):
    ...
    TypeError: Scale: feature: expected one of the arguments features, got feature=3. ...
    """
    constructor: Any = kind.__init__  # type: ignore[misc]
    if constructor is object.__init__:
        if args or kwargs:
            named = [f"{key}={short(value)}" for key, value in kwargs.items()]
            given = ", ".join([*map(short, args), *named])
            raise TypeError(
                f"{kind.__name__}: the constructor takes no arguments, got ({given}). "
                f"Write {kind.__name__}()."
            )
        return
    if not kwargs:
        return
    _, *parameters = inspect.signature(constructor, follow_wrapped=False).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    for name, value in kwargs.items():
        if name not in names:
            known = ", ".join(names) or "(there are none)"
            raise TypeError(
                f"{kind.__name__}: {name}: expected one of the arguments {known}, "
                f"got {name}={short(value)}. {_suggestion(name, names)}"
            )


def short(value: object) -> str:
    """The repr of a value, cut if it is long."""
    text = repr(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."


def _suggestion(name: str, names: list[str]) -> str:
    """The argument that was probably meant."""
    import difflib  # here: only this message needs it

    translated = NAMES_IN_OTHER_LIBRARIES.get(name)
    likely = [translated] if translated in names else []
    likely += difflib.get_close_matches(name, names, n=1)
    likely += [known for known in names if name in known]
    return f"Did you mean {likely[0]}?" if likely else "Leave it out, or take one of these."
