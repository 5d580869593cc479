"""Kills at random instants, and the resumed training compared with the uninterrupted one.

One training after another is killed by SIGKILL again and again until it comes to its end; each
time it continues from its checkpoint. A byte of shared memory says when it was killed: within an
epoch, within a save, or between. Needs a system with fork.
"""

from __future__ import annotations

import mmap
import os
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from reliability_helpers import OPTIMIZERS, TEMPORARY, Report, fingerprint, fit, mn, size, trainer

from minnet.saving import atomic_write as disk

EPOCHS = 8
START, EPOCH, SAVE, DONE = range(4)
NAMES = {START: "between", EPOCH: "within an epoch", SAVE: "within a save", DONE: "at the end"}


class Watch(mn.Callback):
    """Says in shared memory that an epoch is at work."""

    def __init__(self, shared: mmap.mmap) -> None:
        self.shared = shared

    def on_epoch_begin(self, trainer: mn.Trainer, epoch: int) -> None:
        self.shared[0] = EPOCH

    def on_epoch_end(self, trainer: mn.Trainer, row: dict[str, float]) -> None:
        self.shared[0] = START


def run(path: Path, optimizer: str, steps: int | None, shared: mmap.mmap) -> None:
    """In the child: continue, train to the end, leave the fingerprint."""
    write = disk.write

    def recorded(where: Path, data: bytes) -> None:
        before, shared[0] = shared[0], SAVE
        write(where, data)
        shared[0] = before

    disk.write = recorded
    made = trainer(optimizer)
    if path.exists():
        made.load_checkpoint(path)
    fit(made, EPOCHS, Watch(shared), mn.Checkpoint(path, steps=steps))
    shared[0] = DONE
    path.with_suffix(".done").write_text(fingerprint(made), encoding="utf-8")


def child(path: Path, optimizer: str, steps: int | None, shared: mmap.mmap, wait: float) -> bool:
    """Fork, train, kill after `wait` seconds; True if the child came to its end before."""
    shared[0] = START
    process = os.fork()
    if process == 0:
        try:
            run(path, optimizer, steps, shared)
        except BaseException as error:
            path.with_suffix(".error").write_text(repr(error), encoding="utf-8")
        finally:
            os._exit(0)
    end = time.perf_counter() + wait
    while time.perf_counter() < end:
        if os.waitpid(process, os.WNOHANG)[0]:
            return True
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return False


def main() -> None:
    share = size(__doc__)
    report = Report("kills")
    if not hasattr(os, "fork"):
        report.line("kills", "this system has no fork")
        report.end()
    random, shared = np.random.default_rng(2), mmap.mmap(-1, 1)
    wanted = {EPOCH: round(200 * share), SAVE: round(200 * share)}
    kills: Counter[int] = Counter()
    right, wrong, lost, errors, trainings = 0, 0, 0, [], 0
    references: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        while sum(kills.values()) < 1000 * share or any(kills[k] < n for k, n in wanted.items()):
            optimizer = list(OPTIMIZERS)[trainings % len(OPTIMIZERS)]
            if optimizer not in references:
                made = trainer(optimizer)
                start = time.perf_counter()
                fit(made, EPOCHS, mn.Checkpoint(Path(folder) / "whole", steps=1))
                seconds = time.perf_counter() - start
                references[optimizer] = fingerprint(made)
            path = Path(folder) / f"{trainings}.minnet"
            steps, had = [None, 1, 4][trainings // len(OPTIMIZERS) % 3], False
            trainings += 1
            for attempt in range(1000):
                wait = 1e9 if attempt > 30 else random.uniform(0, seconds / 2)
                if child(path, optimizer, steps, shared, wait):
                    break
                kills[shared[0]] += 1
                lost += had and not path.exists()
                had = path.exists()
            error = path.with_suffix(".error")
            if error.exists():
                errors.append(error.read_text(encoding="utf-8"))
                continue
            same = path.with_suffix(".done").read_text(encoding="utf-8") == references[optimizer]
            right, wrong = right + same, wrong + (not same)
        left = list(Path(folder).glob(TEMPORARY))
    report.line("trainings, optimizers", (trainings, len(references)))
    report.line("kills", sum(kills.values()))
    for place, count in sorted(kills.items()):
        report.line(f"  {NAMES[place]}", count)
    report.must("resumed bit for bit", wrong == 0, f"{right} of {trainings}")
    report.must("errors when going on", not errors, errors[:3] or 0)
    report.must("checkpoints lost", lost == 0, lost)
    report.must("temporary files left at the end", len(left) == 0, len(left))
    report.end()


if __name__ == "__main__":
    main()
