"""Dropout whose backward uses another mask than its forward."""

import numpy as np

import minnet as mn
from minnet.gradient_check import check_layer


class Shifted(mn.Layer):
    """Dropout whose backward takes the mask of the neighbouring number."""

    shift = 1

    def forward(self, x):
        if not self.training:
            self.mask = np.ones_like(x)
        else:
            self.mask = (self.random.random(x.shape) < 0.5) * 2.0
        return x * self.mask

    def backward(self, grad):
        return grad * np.roll(self.mask, self.shift, axis=-1)


class Unshifted(Shifted):
    shift = 0


def test_the_right_layer_passes():
    report = check_layer(Unshifted, (4, 3))
    assert report.ok, str(report)


def test_the_mistake_is_named():
    report = check_layer(Shifted, (4, 3))
    assert report.mistakes[0].code in ("mask-redrawn",), str(report)
    assert "another mask is used" in " ".join(str(report).split())
