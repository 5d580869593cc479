"""`check_loss`: the losses of minnet pass, the shape can be chosen, bad arguments are refused."""

import numpy as np
import pytest
from corpus.cases import check, load

import minnet as mn
from minnet.gradient_check import check_loss
from minnet.nn import losses

LOSSES = [getattr(losses, name) for name in losses.__all__ if not name.endswith("Loss")]


@pytest.mark.parametrize("loss", LOSSES, ids=[loss.__name__ for loss in LOSSES])
def test_a_loss_of_minnet_passes(loss):
    check_loss(loss).assert_ok()


@pytest.mark.parametrize("name", ["BinaryCrossEntropy", "CategoricalCrossEntropy"])
def test_a_loss_of_minnet_with_label_smoothing_passes(name):
    check_loss(lambda: getattr(losses, name)(label_smoothing=0.1)).assert_ok()


@pytest.mark.parametrize(
    ("prediction", "target", "words"),
    [
        (np.ones((3, 1)), None, ["both or none"]),
        (np.zeros((0, 1)), np.zeros((0, 1)), ["at least one sample"]),
    ],
)
def test_check_loss_refuses(prediction, target, words):
    with pytest.raises(ValueError, match="check_loss") as caught:
        check_loss(mn.MeanSquaredError, prediction, target)
    assert all(word in str(caught.value) for word in words)


def test_a_loss_can_be_asked_for_one_shape():
    class OneOutput(mn.Loss):
        def forward(self, prediction, target):
            assert prediction.shape == target.shape == (6, 1)
            self.d = prediction - target
            return (self.d**2).sum() / len(self.d)

        def backward(self):
            return -2 * self.d / len(self.d)

    assert [m.code for m in check_loss(OneOutput, (6, 1)).mistakes] == ["sign-flipped"]
    assert check_loss(mn.CategoricalCrossEntropy, (4, 6)).ok
    with pytest.raises(ValueError, match=r"expected a shape \(m,\) or \(m, outputs\)"):
        check_loss(OneOutput, (2, 3, 4))


def test_a_sum_over_an_axis_of_one_is_no_sum():
    class Flat(mn.Loss):
        def forward(self, prediction, target):
            self.d = (prediction - target).ravel()
            return (self.d**2).sum() / len(self.d)

        def backward(self):
            return self.d / len(self.d)

    (mistake,) = check_loss(Flat, (6, 1)).mistakes
    assert mistake.code == "wrong-shape"


def test_a_counting_loss_does_not_pair_all_with_all():
    (case,) = [case for case in load() if case.source.__name__ == "CountsErrors"]
    assert all(check(case, seed).ok for seed in range(20))
