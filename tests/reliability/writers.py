"""Two processes write to one path while a third reads it: the reader never sees a broken file."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from pathlib import Path

import numpy as np
from reliability_helpers import TEMPORARY, Report, mn, size

SAVES = 20


def network(writer: int) -> mn.Network:
    """Two networks that differ in size and in every value."""
    made = mn.Network([mn.Linear(20, 30 + 50 * writer), mn.ReLU()], seed=writer)
    made.flat_values = np.full(made.flat_values.shape, writer + 1.0)
    return made


def write(path: Path, writer: int, saves: int) -> None:
    made = network(writer)
    for _ in range(saves):
        made.save(path)


def main() -> None:
    rounds = max(1, round(50 * size(__doc__)))
    report = Report("two writers and a reader")
    context = multiprocessing.get_context("spawn")
    reads, seen, broken, left = 0, set(), [], 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            path = Path(folder) / f"{number}.minnet"
            network(0).save(path)
            writers = [context.Process(target=write, args=(path, w, SAVES)) for w in (0, 1)]
            for process in writers:
                process.start()
            while any(process.is_alive() for process in writers):
                reads += 1
                try:
                    values = mn.load(path).flat_values
                    seen.add(float(values[0]))
                    if (values != values[0]).any():
                        broken.append("a mixture of both")
                except Exception as error:
                    broken.append(repr(error))
                time.sleep(0.001)
            for process in writers:
                process.join()
                if process.exitcode:
                    broken.append(f"a writer ended with {process.exitcode}")
            left += len(list(Path(folder).glob(TEMPORARY)))
    report.line("rounds, saves, reads", (rounds, 2 * SAVES * rounds, reads))
    report.must("the reader saw both writers", len(seen) == 2, seen)
    report.must("broken reads", not broken, broken[:3] or 0)
    report.must("temporary files left", left == 0, left)
    report.end()


if __name__ == "__main__":
    main()
