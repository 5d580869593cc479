"""Hinge: predictions by the sign of the score."""

import numpy as np
import pytest

import minnet as mn
from minnet.nn.losses import (
    Hinge,
)

GENERATOR = np.random.default_rng(3)


X = GENERATOR.normal(size=(12, 4))


def test_hinge_predicts_by_the_sign_and_reports_accuracy():
    y = (X[:, 0] > 0).astype(int)
    t = mn.Trainer([mn.Linear(4, 1)], Hinge(), mn.SGD(0.1), metrics=["accuracy"], seed=0)
    t.fit(X, y, 300, 12, progress=False)
    np.testing.assert_array_equal(t.predict_classes(X), (t.predict(X) > 0).ravel())
    assert t.evaluate(X, y)["accuracy"] == (t.predict_classes(X) == y).mean() >= 0.9


def test_the_value_by_hand_for_both_kinds_of_labels():
    a, hinge = np.array([[0.5, -3.0], [2.0, 0.0]]), mn.Hinge()
    assert hinge.forward(a, np.array([[1.0, -1.0], [1.0, -1.0]])) == (0.5 + 0 + 0 + 1) / 2
    assert hinge.forward(a, np.array([[1.0, 0.0], [1.0, 0.0]])) == (0.5 + 0 + 0 + 1) / 2


def test_at_the_kink_the_derivative_is_that_of_the_flat_side():
    one, loss = np.ones((1, 1)), mn.Hinge()
    loss.forward(one, one)
    assert loss.backward() == 0


@pytest.mark.parametrize(
    ("target", "words"), [([[2.0], [1.0]], r"\[0, 0\] = 2"), ([[-1.0], [0.0]], "-1 and .1")]
)
def test_targets_other_than_two_signs(target, words):
    with pytest.raises((ValueError, TypeError), match=words):
        Hinge().forward(np.ones((2, 1)), np.array(target))
