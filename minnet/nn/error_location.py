"""Adds to an error that comes out of a layer which layer it was: `layers[2] Linear(16 -> 3)`."""

from __future__ import annotations

from typing import Any


def locate_error(
    error: Exception, index: int, layer: Any, method: str, shape: tuple[int, ...]
) -> Exception:
    """The same error; its message now begins with `layers[2] Linear(16 -> 3)`.

    Only errors with one sentence are changed (not, for example, an OSError with its number).
    """
    if len(error.args) == 1 and isinstance(error.args[0], str):
        message, name = error.args[0], short_repr(layer)
        place = f"layers[{index}]"
        if message.startswith(_parameter_names(layer)):  # from a Parameter, which has its place
            return error
        if message.startswith("layers["):  # from a nested network
            message = f"{place}.{message}"
        elif message.startswith(name):
            message = f"{place} {message}"
        else:
            what = "an input" if method == "forward" else "a gradient"
            message = f"{place} {name}.{method}: {message} (called with {what} of shape {shape})"
        error.args = (message,)
    return error


def _parameter_names(layer: Any) -> tuple[str, ...]:
    """The full names of the layer's Parameters, which begin their error messages."""
    try:
        return tuple(p.name for p in layer.parameters().values())
    except ValueError:  # the layer uses a Parameter twice
        return ()


def short_repr(layer: object) -> str:
    """The layer's repr; its class name where a custom repr fails or is long."""
    try:
        text = repr(layer)
    except Exception:
        return type(layer).__name__
    return text if len(text) <= 80 else f"{type(layer).__name__}(...)"
