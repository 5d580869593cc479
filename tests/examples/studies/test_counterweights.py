"""The study of label noise, many classes and how far a step moves: its parts, and its numbers."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import running

import minnet as mn

EXAMPLES = running.EXAMPLES


@pytest.fixture(scope="module")
def study() -> Any:
    return running.study("counterweights")


def test_the_share_of_wrong_labels(study: Any) -> None:
    _, clean, _, held = study.split("iris", 3, 0.0, 5)
    _, noisy, _, same = study.split("iris", 3, 0.4, 5)
    assert (clean != noisy).mean() == pytest.approx(0.4, abs=0.005)
    assert set(noisy.tolist()) == {0, 1, 2}
    assert (held == same).all(), "held-out labels stay right"
    x, y, *_ = study.split("digits", 3, 0.0, 0)
    assert set(y.tolist()) == {0, 1, 2}
    assert len(x) == len(y)


def test_a_goal_is_reached_and_kept(study: Any) -> None:
    curve = np.zeros((2, len(study.MEASURED)))
    curve[0, 7:9], curve[0, 20:] = 1, 0.9
    assert study.steps_to_goal(curve).tolist() == [study.MEASURED[20], math.inf]


def test_paired_seeds(study: Any) -> None:
    first = np.arange(10.0)
    assert study.paired(first, np.where(first < 9, first - 1, first + 1)) == ["9 / 0 / 1", "0.021"]
    assert study.paired(first, first) == ["0 / 10 / 0", "1"]


def test_movements_are_the_gradients_of_the_trainer(study: Any) -> None:
    """Of one sample, the gradient of a bias is dL/dz itself."""
    task = study.Task("iris", 3, 0.0, 4, 2)
    for way in list(study.WAYS)[:2]:
        found = study.movements(task, way, 0.5, 1)[0]
        trainer = study.make_trainer(task, way, 0.5, 1)
        x, y, *_ = study.split("iris", 3, 0.0, 1)
        rows = np.random.default_rng(1).permutation(len(x))[: study.BATCH]
        sizes = []
        for row in rows:
            single = mn.Trainer(trainer.network, trainer.loss, mn.SGD(0.0), fuse=False)
            single.step(x[[row]], y[[row]])
            biases = [p.grad for p in single.network.parameters().values() if p.value.ndim == 1]
            sizes.append([float(np.linalg.norm(gradient)) for gradient in biases])
        assert found == pytest.approx(0.5 * np.mean(sizes, axis=0), rel=1e-4)


@pytest.mark.slow
def test_what_the_readme_says(study: Any) -> None:
    text = " ".join((EXAMPLES / "README.md").read_text(encoding="utf-8").split())
    rows, _ = study.label_noise(SimpleNamespace(seeds=20, hidden=16))
    *_, forty = rows
    ahead = forty[5].split(" / ")[0]
    said = f"with 40 % wrong labels cross-entropy is more accurate in {ahead} of 20 seeds"
    assert f"{said} ({forty[3]} to {forty[4]})" in text
    assert all(float(row[6]) > 0.05 for row in rows[:-1]), "with fewer they are level"
    rows, _ = study.many_classes(SimpleNamespace(seeds=20, hidden=16))
    cross, softmax, raw = (row[3] for row in rows[-3:])
    assert f"take {cross:g} steps under cross-entropy, {softmax:g} under squared error" in text
    assert f"softmax and {raw:g} on raw scores" in text


@pytest.mark.slow
def test_what_the_gallery_says(study: Any) -> None:
    moves = study.moved(SimpleNamespace(seeds=20, hidden=16, rate=1.0))
    own = [movement[9] for (_, name), (_, movement) in moves.items() if name == "own best"]
    low, high = np.min(own), np.max(own)
    text = " ".join((EXAMPLES / "README.md").read_text(encoding="utf-8").split())
    assert f"(at step 10 between {low:.2f} and {high:.2f} everywhere)" in text
    one = [movement[9] for (_, name), (_, movement) in moves.items() if name == "one rate"]
    assert 3 < np.max(one[0] / one[1]) < 4
