"""Which layer was it? Adds the place to an error that comes out of a layer."""

from __future__ import annotations

from minnet.nn.layer import Layer


def blame(
    error: Exception, index: int, layer: Layer, verb: str, shape: tuple[int, ...]
) -> Exception:
    """The same error, its message beginning with `layers[2] Linear(16 -> 3)`.

    Only errors with one sentence are changed (not, for example, an OSError with its number).
    """
    if len(error.args) == 1 and isinstance(error.args[0], str):
        message, name = error.args[0], explain(layer)
        place = f"layers[{index}]"
        if message.startswith(_places(layer)):  # from a Parameter, which knows its place
            return error
        if message.startswith("layers["):  # from a nested network
            message = f"{place}.{message}"
        elif message.startswith(name):
            message = f"{place} {message}"
        else:
            what = "an input" if verb == "forward" else "a gradient"
            message = f"{place} {name}.{verb}: {message} (called with {what} of shape {shape})"
        error.args = (message,)
    return error


def _places(layer: Layer) -> tuple[str, ...]:
    """The full names of the layer's Parameters, as they stand in their own messages."""
    try:
        return tuple(p.name for p in layer.parameters().values())
    except ValueError:  # one of them stands twice
        return ()


def explain(layer: Layer) -> str:
    """The layer's own repr; its class name where a student's repr fails or is long."""
    try:
        text = repr(layer)
    except Exception:
        return type(layer).__name__
    return text if len(text) <= 80 else f"{type(layer).__name__}(...)"
