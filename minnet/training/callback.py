"""The base class of callbacks: your own code, called at the start and end of fits, epochs, steps.

`trainer` is the `mn.Trainer` whose `fit` runs. Here it has the type Any, because trainer.py
imports this file and not the other way round; a subclass may write `trainer: mn.Trainer`.
"""

from __future__ import annotations

from typing import Any

from minnet.training.history import History, Row


class Callback:
    """Subclass it and write the methods that you need; the others do nothing.

    Callbacks are called in the order of the list, `mn.Checkpoint` after all others; `on_fit_end`
    in reverse order. A callback with its own state returns it from `state` for checkpoints and
    gets it back in `restore`.

    `on_epoch_end` may add numbers to `row`, which the History then shows. Set
    `trainer.stop = True` to end the training after the current step.

    >>> class Announce(Callback):
    ...     def on_epoch_end(self, trainer, row):
    ...         print(f"epoch {row['epoch']}: loss {row['loss']:.3f}")
    """

    def on_fit_begin(self, trainer: Any) -> None:
        """Before the first epoch of a `fit`."""

    def on_epoch_begin(self, trainer: Any, epoch: int) -> None:
        """Before the first step of an epoch; epochs are counted from 1."""

    def on_step_end(self, trainer: Any, loss: float) -> None:
        """After each update; `loss` is the loss of the batch before the update."""

    def on_epoch_end(self, trainer: Any, row: Row) -> None:
        """After the validation of an epoch; `row` is its row of the History."""

    def on_fit_end(self, trainer: Any, history: History) -> None:
        """After the last epoch, also after Ctrl-C; called in reverse order of the list."""

    def state(self) -> dict[str, Any]:
        """What a checkpoint must save: numbers, strings, arrays, lists and dicts of these."""
        return {}

    def takes(self, state: dict[str, Any]) -> bool:  # noqa: ARG002
        """True if this callback can restore the saved state.

        False if the state is from one that monitors another column or writes another file.

        Of several callbacks of one class the first that returns True gets it.
        """
        return True

    def restore(self, trainer: Any, state: dict[str, Any]) -> None:
        """Take back what `state` returned; called after `on_fit_begin` of a resumed fit."""
