"""Softplus: values and derivative (accuracy: see tests/properties)."""

import numpy as np

from minnet.nn.activations import Softplus


def test_values_and_derivative():
    layer, z = Softplus(), np.array([[-1.0, 0.0, 2.0]])
    np.testing.assert_allclose(layer.forward(z), np.log(1 + np.exp(z)))
    np.testing.assert_allclose(layer.backward(np.ones_like(z)), 1 / (1 + np.exp(-z)))
