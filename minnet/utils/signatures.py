"""Whether a function that a user wrote can be called as it will be called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def fits(function: Callable[..., Any], arguments: int) -> bool:
    """True if the function takes so many arguments, or does not say what it takes.

    >>> fits(lambda step: 0.1, 1), fits(lambda epoch, rate: 0.1, 1)
    (True, False)
    """
    try:
        inspect.signature(function).bind(*[None] * arguments)
    except TypeError:
        return False
    except ValueError:  # some functions written in C have no signature
        return True
    return True


def argument_names(function: Callable[..., Any]) -> list[str]:
    """The names of its arguments; none for a function that does not say."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def signature_of(function: Callable[..., Any]) -> str:
    """The arguments for a message, `(epoch, rate)`."""
    return f"({', '.join(argument_names(function))})"
