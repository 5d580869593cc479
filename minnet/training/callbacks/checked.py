"""The callbacks of a `fit`: what is none is refused, and checkpoints come in the safe order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from minnet.training.callback import Callback
from minnet.training.callbacks.checkpoint import Checkpoint
from minnet.utils.checks import describe


def checked_callbacks(callbacks: Sequence[Callback]) -> list[Callback]:
    """The callbacks of a `fit`, each an object of a subclass."""
    result = list(callbacks) if isinstance(callbacks, Iterable) else [callbacks]
    for callback in result:
        if not isinstance(callback, Callback):
            raise TypeError(
                f"fit: callbacks: expected objects of subclasses of mn.Callback, got "
                f"{describe(callback)}."
            )
    return _the_best_before_the_last(result)


def _the_best_before_the_last(callbacks: list[Callback]) -> list[Callback]:
    """The same, in their order; among the checkpoints those with `best_of` first.

    The others hold the memory of all callbacks, and "this epoch was the best" may stand in a file
    only when the file of the best is written: the training may be killed between the two.
    """
    checkpoints = [c for c in callbacks if isinstance(c, Checkpoint)]
    ordered = iter(sorted(checkpoints, key=lambda c: c.watch is None))
    return [next(ordered) if isinstance(c, Checkpoint) else c for c in callbacks]
