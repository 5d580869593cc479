"""Learning curves that grow while `fit` runs: in a window, or below the cell of a notebook."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from minnet.plot.learning_curves import history, one_to_three_names
from minnet.plot.script_pictures import is_notebook, opens_windows
from minnet.training.callbacks import Callback
from minnet.training.history import History, Row

_SECONDS_BETWEEN_PICTURES = 0.2


class Live(Callback):
    """Draws the learning curves of a `fit` after its epochs, at most five times a second.

    Where there is neither a window nor a notebook it says so in one sentence and draws nothing.

    Args:
        names: one to three columns of the History, as in `mn.plot.history`.

    Raises:
        TypeError, ValueError: not one to three names; at the end of the first epoch, a name that
            the History does not have.

    >>> import minnet as mn
    >>> x, y = mn.datasets.linear_binary(40, seed=0)
    >>> layers = [mn.Linear(2, 1), mn.Sigmoid()]
    >>> trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(1.0), seed=0)
    >>> record = trainer.fit(x, y, 3, callbacks=[mn.plot.Live()])  # in a window
    """

    def __init__(self, names: str | Sequence[str] = "loss") -> None:
        self.names = one_to_three_names("mn.plot.Live", names)
        self.record = History()
        self._ax: Any = None
        self._handle: Any = None
        self._next = 0.0

    def on_fit_begin(self, trainer: Any) -> None:
        """Open the window, or the place below the cell."""
        import matplotlib.pyplot as plt

        self.record, self._ax, self._next = History(), None, 0.0
        for row in trainer.history:
            self.record.append(row)
        notebook = is_notebook()
        if not notebook and not opens_windows():
            text = "mn.plot.Live: no window can be opened here, so nothing is drawn."
            print(text, file=sys.stderr)
            return
        figure, self._ax = plt.subplots(layout="constrained")
        if notebook:
            plt.close(figure)  # else the cell would show it a second time
            self._handle = import_module("IPython.display").display(figure, display_id=True)
        else:
            plt.show(block=False)

    def on_epoch_end(self, trainer: Any, row: Row) -> None:  # noqa: ARG002
        """One more point of each curve."""
        self.record.append(row)
        if self._ax is not None and time.perf_counter() >= self._next:
            self._draw()
            self._next = time.perf_counter() + _SECONDS_BETWEEN_PICTURES

    def on_fit_end(self, trainer: Any, history: History) -> None:  # noqa: ARG002
        """The last picture has all epochs."""
        if self._ax is not None and len(self.record):
            self._draw()

    def _draw(self) -> None:
        self._ax.clear()
        history(self.record, self.names, self._ax)
        if self._handle is not None:
            self._handle.update(self._ax.figure)
        else:
            self._ax.figure.canvas.draw()
            self._ax.figure.canvas.flush_events()
