"""The best answer that ignores x, and the sentence after a fit that is no better."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import minnet as mn
from minnet.training.constant_answer import LEARNED_NOTHING, extreme_losses


@pytest.mark.parametrize(
    ("loss", "target", "floor", "constant"),
    [
        (mn.MeanSquaredError(), [[1.0], [3.0]], 0, 0.5),
        (mn.MeanAbsoluteError(), [[0.0], [0.0], [9.0]], 0, 3),
        (mn.BinaryCrossEntropy(), [[1.0], [0.0]], 0, math.log(2)),
        (mn.Hinge(), [[1.0], [1.0], [-1.0]], 0, 2 / 3),
    ],
)
def test_the_smallest_losses(loss: mn.Loss, target: Any, floor: float, constant: float) -> None:
    assert extreme_losses(loss, np.array(target)) == pytest.approx((floor, constant), abs=1e-4)


def test_labels_give_the_entropy_of_their_shares() -> None:
    labels = np.array([0, 0, 1, 2])
    expected = 1.5 * math.log(2)
    assert extreme_losses(mn.CategoricalCrossEntropy(), labels)[1] == pytest.approx(expected)


def test_the_entropy_of_soft_targets_cannot_be_avoided() -> None:
    floor, constant = extreme_losses(mn.BinaryCrossEntropy(), np.array([[0.2], [0.9]]))
    expected = -np.mean([p * np.log(p) + (1 - p) * np.log(1 - p) for p in (0.2, 0.9)])
    assert floor == pytest.approx(expected, rel=1e-3)
    assert floor < constant


def fitted(rate: float, epochs: int = 3, **more: Any) -> mn.History:
    x = np.random.default_rng(0).normal(size=(100, 2))
    layers = [mn.Linear(2, 1), mn.Sigmoid()]
    trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(rate), seed=0)
    return trainer.fit(x, x[:, 0] > 0, epochs, **{"progress": False, **more})


def test_a_fit_that_learned_nothing_says_so(capsys: Any) -> None:
    history = fitted(0.0, progress=True)
    assert history.advice == LEARNED_NOTHING
    assert str(history).endswith(f"({LEARNED_NOTHING})")
    assert LEARNED_NOTHING in capsys.readouterr().err


def test_a_fit_that_learned_says_nothing(capsys: Any) -> None:
    history = fitted(1.0, progress=True)
    assert history.advice == ""
    assert "check_training" not in str(history) + capsys.readouterr().err


def test_one_epoch_is_too_early_to_say() -> None:
    assert fitted(0.0, epochs=1).advice == ""


def test_a_diverged_training_names_the_doctor() -> None:
    x = np.full((10, 1), 1e3)
    trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(1e6), seed=0)
    with pytest.raises(mn.TrainingDiverged, match=r"mn\.check_training\(trainer, x, y\)"):
        trainer.fit(x, x, 50, progress=False)


def test_small_targets_are_no_equal_targets() -> None:
    target = 1e-4 * np.array([[-1.0], [1.0]])
    assert extreme_losses(mn.MeanSquaredError(), target)[1] == pytest.approx(5e-9)


def test_of_equal_targets_another_answer_is_the_measure() -> None:
    target = np.zeros((4, 1))
    assert extreme_losses(mn.BinaryCrossEntropy(), target)[1] == pytest.approx(math.log(2))
