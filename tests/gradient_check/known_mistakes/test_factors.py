"""Where a constant factor comes from: a fixed number is not taken for the size of the batch."""

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check import check_layer, check_loss


class Square(mn.Activation):
    factor = staticmethod(lambda grad: 1.0)

    def forward(self, z):
        self.z = z
        return z**2

    def backward(self, grad):
        return 2 * self.z * grad * self.factor(grad)


@pytest.mark.parametrize(
    ("factor", "code"),
    [
        (lambda grad: 1 / len(grad), "divided-by-batch"),
        (lambda grad: -1 / len(grad), "divided-by-batch"),
        (lambda grad: 1 / grad.size, "divided-by-outputs"),
        (lambda grad: 1 / grad.shape[1], "divided-by-outputs"),
        (lambda grad: len(grad), "constant-factor"),
        (lambda _: 1 / 5, "constant-factor"),
        (lambda _: 1 / 3, "constant-factor"),
        (lambda _: -1.0, "sign-flipped"),
    ],
)
def test_a_factor_of_a_layer(factor, code):
    kind = type("Wrong", (Square,), {"factor": staticmethod(factor)})
    assert [m.code for m in check_layer(kind, (5, 3)).mistakes] == [code]


class MeanSquare(mn.Loss):
    factor = staticmethod(lambda d: 1.0)

    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d**2).mean()

    def backward(self):
        return 2 * self.d / self.d.size * self.factor(self.d)


@pytest.mark.parametrize(
    ("factor", "code"),
    [
        (lambda d: len(d), "not-divided-by-batch"),
        (lambda d: 1 / len(d), "divided-by-batch"),
        (lambda d: d.shape[1], "divided-by-outputs"),
        (lambda _: 5.0, "constant-factor"),
        (lambda _: 1 / 5, "constant-factor"),
    ],
)
def test_a_factor_of_a_loss(factor, code):
    kind = type("Wrong", (MeanSquare,), {"factor": staticmethod(factor)})
    assert [m.code for m in check_loss(kind).mistakes] == [code]


def test_an_evaluation_that_scales_again_is_not_told_that_a_scale_is_missing():
    class Twice(mn.Layer):
        def forward(self, x):
            self.mask = (self.random.random(x.shape) > 0.4) / 0.6 if self.training else 0.6
            return x * self.mask

        def backward(self, grad):
            return grad * self.mask

    (mistake,) = check_layer(Twice, (8, 5)).mistakes
    assert mistake.code == "train-eval-confused"
    assert "evaluation is scaled, too" in mistake.message
    assert np.isfinite(float(mistake.evidence.split()[0]))
