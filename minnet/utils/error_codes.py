"""Marks an error with the code that the gradient check reports for it, instead of by its words."""

from __future__ import annotations

from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def with_code(error: E, code: str) -> E:
    """The error itself, marked.

    >>> code_of(with_code(TypeError("got int64"), "integer-arithmetic"))
    'integer-arithmetic'
    """
    vars(error)["_minnet_code"] = code
    return error


def code_of(error: BaseException) -> str | None:
    """The code that an error was marked with, or None."""
    return vars(error).get("_minnet_code")
