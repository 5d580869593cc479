"""Sigmoid and HardSigmoid: values and kinks (accuracy: see tests/properties)."""

import numpy as np

import minnet as mn
from minnet.nn.activations import HardSigmoid


def test_values():
    z = np.array([[-1.0, 0.0, 2.0]])
    np.testing.assert_allclose(mn.Sigmoid().forward(z), 1 / (1 + np.exp(-z)))


def test_at_the_kinks():
    """The derivative there is PyTorch's."""
    layer = HardSigmoid()
    layer.forward(np.array([[-3.0, -2.999, 3.0]]))
    got = layer.backward(np.ones((1, 3)))
    np.testing.assert_allclose(got, [[0.0, 1 / 6, 0.0]], rtol=1e-15)
