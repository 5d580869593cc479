"""Damaged files: each truncation and flipped bit of one small file, and many random mutations.

Half of the mutated files get a new digest, so that they reach the parser. A mutated file that
loads must be the network that was saved, bit for bit; everything else must be a CheckpointError.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from reliability_helpers import Report, fingerprint, fit, mn, size, trainer

from minnet.saving.file_format import DESCRIPTION, from_zip, to_zip


def sealed(data: bytes) -> bytes:
    """The same with the digest that fits."""
    return data[:-64] + hashlib.sha256(data[:-64]).hexdigest().encode()


def mutate(data: bytes, random: np.random.Generator) -> bytes:
    """One to four damages: bits, truncations, deletions, insertions, exchanges, also in headers."""
    out = bytearray(data)
    for _ in range(random.integers(1, 5)):
        kind, at = random.integers(7), int(random.integers(max(1, len(out))))
        length = int(random.integers(1, 40))
        if kind == 0 and out:
            out[at] ^= 1 << int(random.integers(8))
        elif kind == 1:
            del out[at:]
        elif kind == 2:
            del out[at : at + length]
        elif kind == 3:
            out[at:at] = random.bytes(length)
        elif kind == 4 and out:
            out[at : at + length] = random.bytes(len(out[at : at + length]))
        elif kind == 5:  # a zip structure
            marks = [i for i in range(len(out) - 3) if out[i : i + 2] == b"PK"]
            if marks:
                at = marks[int(random.integers(len(marks)))] + int(random.integers(46))
                out[at : at + 1] = random.bytes(1)
        elif kind == 6:  # a piece of the file once more, somewhere else
            start = int(random.integers(max(1, len(out))))
            out[at:at] = out[start : start + length]
    return bytes(out)


class Judge:
    """Loads mutated files and counts what came out."""

    def __init__(self, path: Path, load: object, snapshot: object) -> None:
        self.path, self.load, self.snapshot = path, load, snapshot
        self.right = snapshot(load())
        self.found: Counter[str] = Counter()
        self.slowest = 0.0

    def __call__(self, data: bytes) -> None:
        self.path.write_bytes(data)
        start = time.perf_counter()
        try:
            result = self.load()
        except mn.CheckpointError:
            self.found["refused"] += 1
        except BaseException as error:
            self.found[f"other exception {type(error).__name__}: {error}"[:200]] += 1
        else:
            same = self.snapshot(result) == self.right
            self.found["loaded, the same bits" if same else "SILENTLY WRONG"] += 1
        self.slowest = max(self.slowest, time.perf_counter() - start)


def memory() -> float:
    """The largest memory of this process so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def network_bits(network: mn.Network) -> list[tuple[str, bytes]]:
    values = [(n, p.value.tobytes()) for n, p in network.parameters().items()]
    return [(repr(network), b""), *values]


def main() -> None:
    share = size(__doc__)
    report = Report("damaged files")
    random = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.minnet"
        mn.Network([mn.Linear(2, 2), mn.ReLU(), mn.Linear(2, 1)], seed=0).save(path)
        data = path.read_bytes()
        judge = Judge(path, lambda: mn.load(path), network_bits)
        before = memory()
        truncations = range(0, len(data), max(1, round(1 / share)))
        for length in truncations:
            judge(data[:length])
        bits = range(0, 8 * len(data), max(1, round(1 / share)))
        for bit in bits:
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            judge(bytes(flipped))
        report.line("size of the small file, bytes", len(data))
        report.line("truncations, flipped bits", (len(truncations), len(bits)))
        report.must(
            "truncations and bits: all refused", set(judge.found) == {"refused"}, judge.found
        )

        mutations = round(100_000 * share)
        for i in range(mutations // 2):
            mutated = mutate(data, random)
            judge(sealed(mutated) if i % 2 and len(mutated) > 64 else mutated)
        report.line("mutations of the network file", mutations // 2)
        report.must("one exception type, none silently wrong", good(judge), dict(judge.found))
        report.must("slowest, seconds", judge.slowest < 1, round(judge.slowest, 4))

        path = Path(folder) / "training.minnet"
        made = trainer()
        fit(made, 2)
        made.save_checkpoint(path)
        data, again = path.read_bytes(), trainer()

        def load() -> mn.Trainer:
            again.load_checkpoint(path)
            return again

        load()
        judge = Judge(path, load, training_bits)
        for i in range(mutations - mutations // 2):
            mutated = mutate(data, random)
            judge(sealed(mutated) if i % 2 and len(mutated) > 64 else mutated)
        report.line(
            "mutations of a checkpoint, bytes each", (mutations - mutations // 2, len(data))
        )
        report.must("one exception type, none silently wrong", good(judge), dict(judge.found))
        report.must("slowest, seconds", judge.slowest < 1, round(judge.slowest, 4))
        untouched = training_bits(again) == judge.right
        report.must("the trainer after all failed loads, bit for bit as before", untouched)
        forged(report, judge, data, random, round(10_000 * share))
        growth = memory() - before
        report.must("memory growth, MiB", growth < 64, round(growth, 1))
    report.end()


def forged(
    report: Report, judge: Judge, data: bytes, random: np.random.Generator, count: int
) -> None:
    """Descriptions damaged by somebody who computes checksums and digest again.

    What still says something sensible (another learning rate) may load, nothing else.
    """
    members = {name: bytes(content) for name, content in from_zip(data).items()}
    text = members[DESCRIPTION]
    words = text.split()
    judge.found.clear()
    for i in range(count):
        if i % 2:
            at = int(random.integers(len(words)))
            other = words[int(random.integers(len(words)))]
            forgery = b" ".join([*words[:at], other, *words[at + 1 :]])
        else:
            forgery = mutate(text, random)
        judge(to_zip({**members, DESCRIPTION: forgery}))
    silent = "SILENTLY WRONG"
    judge.found["loaded, another sensible state"] = judge.found.pop(silent, 0)
    one_type = not any(name.startswith("other") for name in judge.found)
    report.must("descriptions forged: one exception type", one_type, dict(judge.found))


def training_bits(made: mn.Trainer) -> str:
    return fingerprint(made) + repr(vars(made._resume_point()))


def good(judge: Judge) -> bool:
    return set(judge.found) <= {"refused", "loaded, the same bits"}


if __name__ == "__main__":
    main()
