"""Tanh: values."""

import numpy as np

import minnet as mn


def test_values():
    z = np.array([[-1.0, 0.0, 2.0]])
    np.testing.assert_allclose(mn.Tanh().forward(z), np.tanh(z))
