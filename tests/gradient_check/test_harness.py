"""Random numbers in a check: every forward draws the same ones, and nothing outside changes."""

# ruff: noqa: NPY002 - students draw from np.random

import numpy as np

from minnet.gradient_check.harness import Harness
from minnet.gradient_check.layer_under_test import LayerUnderTest

MODULE = np.random.default_rng(8)


class Noise:
    def __init__(self):
        self.own = np.random.default_rng(1)
        self.old = np.random.RandomState(2)

    def draws(self, shape):
        return [
            np.random.rand(*shape),
            np.random.default_rng().random(shape),
            np.random.default_rng().random(shape),
            self.own.random(shape),
            self.old.rand(*shape),
            MODULE.random(shape),
        ]

    def forward(self, x):
        return x + np.sum(self.draws(x.shape), axis=0)

    def backward(self, grad):
        return np.array(self.draws(grad.shape))


def test_the_same_stream_before_each_forward_and_never_before_a_backward():
    harness = Harness(LayerUnderTest(Noise))
    x, g = np.zeros((2, 3)), np.ones((2, 3))
    with harness.layer.streams.frozen():
        one, two = harness.run(x, g), harness.run(x, g)
        other = harness.run(x, g, stream=6)
        again = harness.run(x, g, obj=one.obj)
    np.testing.assert_array_equal(one.y, two.y)
    np.testing.assert_array_equal(one.y, again.y)
    assert (one.y != other.y).all()
    drawn = one.dx
    assert len(np.unique(drawn)) == drawn.size  # no source began again in backward
    assert not np.isclose(drawn.sum(axis=0), one.y).any()


def test_generators_outside_are_put_back():
    harness = Harness(LayerUnderTest(Noise))
    before = MODULE.bit_generator.state
    with harness.layer.streams.frozen():
        harness.run(np.zeros((2, 3)))
    assert MODULE.bit_generator.state == before
