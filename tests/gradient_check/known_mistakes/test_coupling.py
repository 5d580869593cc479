"""A softmax whose backward sums over the samples instead of the classes."""

import numpy as np

import minnet as mn
from minnet.gradient_check import check_layer


class Softly(mn.Layer):
    """A softmax of the products with a gain; its backward sums over the samples."""

    axis = -1

    def __init__(self):
        self.gain = mn.Parameter(np.linspace(0.5, 1.5, 3))

    def forward(self, x):
        self.x = x
        z = x * self.gain.value
        powers = np.exp(z - z.max(axis=-1, keepdims=True))
        self.y = powers / powers.sum(axis=-1, keepdims=True)
        return self.y

    def backward(self, grad):
        inner = self.y * (grad - (grad * self.y).sum(axis=self.axis, keepdims=True))
        self.gain.grad = (inner * self.x).sum(axis=0)
        return inner * self.gain.value


class OverSamples(Softly):
    axis = 0


def test_the_right_layer_passes():
    report = check_layer(Softly, (4, 3))
    assert report.ok, str(report)


def test_the_mistake_is_named():
    report = check_layer(OverSamples, (4, 3))
    assert report.mistakes[0].code in ("wrong-axis", "mixes-samples"), str(report)
    assert "samples" in " ".join(str(report).split())
