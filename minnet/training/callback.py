"""Callbacks: code of one's own at the moments of training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minnet.training.history import History, Row

if TYPE_CHECKING:
    from minnet.training.trainer import Trainer


class Callback:
    """Subclass it and write the moments that you want; the others do nothing.

    A callback that remembers something from epoch to epoch gives it to checkpoints by `state` and
    takes it back by `restore`.

    `on_epoch_end` may add numbers to `row`, which the History then shows. Set
    `trainer.stop = True` to end the training after the present step.

    >>> class Announce(Callback):
    ...     def on_epoch_end(self, trainer, row):
    ...         print(f"epoch {row['epoch']}: loss {row['loss']:.3f}")
    """

    def on_fit_begin(self, trainer: Trainer) -> None:
        """Before the first epoch of a `fit`."""

    def on_epoch_begin(self, trainer: Trainer, epoch: int) -> None:
        """Before the first step of an epoch, which are counted from 1."""

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """After each update; `loss` is that of the batch before the update."""

    def on_epoch_end(self, trainer: Trainer, row: Row) -> None:
        """After the validation of an epoch; `row` is its line of the History."""

    def after_step(self, trainer: Trainer) -> None:
        """After `on_step_end` of all callbacks: here checkpoints are written."""

    def after_epoch(self, trainer: Trainer, row: Row) -> None:
        """After `on_epoch_end` of all callbacks, the row in the History: checkpoints again."""

    def before_fit_end(self, trainer: Trainer) -> None:
        """After the last step, also after Ctrl-C, and before `on_fit_end` of any callback."""

    def state(self) -> dict[str, Any]:
        """What a checkpoint must keep: numbers, strings, arrays, lists and dicts of these."""
        return {}

    def takes(self, state: dict[str, Any]) -> bool:  # noqa: ARG002
        """Whether this memory can be its own; False where it is of another column or file.

        Of several callbacks of one class the first that says True gets it.
        """
        return True

    def restore(self, trainer: Trainer, state: dict[str, Any]) -> None:
        """Take back what `state` gave; called after `on_fit_begin` of a fit that goes on."""

    def on_fit_end(self, trainer: Trainer, history: History) -> None:
        """After the last epoch, also after an interruption."""
