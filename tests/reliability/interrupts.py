"""Ctrl-C at random instants: stopped after the step, marked, saved, and resumed bit for bit."""

from __future__ import annotations

import signal
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from reliability_helpers import Report, fingerprint, fit, mn, size, trainer

EPOCHS = 12


def press(after: float) -> threading.Thread:
    """Send SIGINT to this process, as Ctrl-C does."""

    def wait_and_press() -> None:
        time.sleep(after)
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=wait_and_press)
    thread.start()
    return thread


class Begun(mn.Callback):
    """Ctrl-C is pressed only once the training has begun."""

    def __init__(self, after: float) -> None:
        self.after, self.thread = after, None

    def on_epoch_begin(self, trainer: mn.Trainer, epoch: int) -> None:
        if self.thread is None:
            self.thread = press(self.after)


def main() -> None:
    wanted = max(1, round(100 * size(__doc__)))
    report = Report("interrupts")
    random = np.random.default_rng(4)
    with tempfile.TemporaryDirectory() as folder:
        fit(trainer(), EPOCHS, mn.Checkpoint(Path(folder) / "warm"))  # what is done once only
        whole = trainer()
        start = time.perf_counter()
        fit(whole, EPOCHS, mn.Checkpoint(Path(folder) / "whole"))
        seconds = time.perf_counter() - start
        interrupted, within, right, wrong, trainings = 0, 0, 0, [], 0
        while interrupted < wanted:
            trainings += 1
            path, ended = Path(folder) / f"{trainings}.minnet", False
            while not ended:
                made = trainer()
                if path.exists():
                    made.load_checkpoint(path)
                begun = Begun(random.uniform(0, seconds))
                try:
                    history = fit(made, EPOCHS, begun, mn.Checkpoint(path, every=3))
                    if begun.thread is not None:
                        begun.thread.join()
                except KeyboardInterrupt:  # it came behind the end of fit: look at the file again
                    continue
                if history.interrupted:
                    interrupted += 1
                    within += made._resume_point().progress is not None
                    if not made.history.interrupted or made.network.training:
                        wrong.append("not reported as interrupted")
                else:
                    ended = True
            if fingerprint(made) == fingerprint(whole):
                right += 1
            else:
                wrong.append("another end")
    report.line("interrupts, within an epoch", (interrupted, within))
    holds = right == trainings and not wrong
    report.must("trainings that ended bit for bit right", holds, f"{right}, {wrong[:3]}")
    report.end()


if __name__ == "__main__":
    main()
