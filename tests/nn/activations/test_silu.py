"""SiLU and HardSwish: values, kinks, and bad arguments (accuracy: see tests/properties)."""

import numpy as np
import pytest

from minnet.nn.activations import HardSwish, SiLU


def test_values():
    z = np.array([[-1.0, 0.0, 2.0]])
    np.testing.assert_allclose(SiLU().forward(z), z / (1 + np.exp(-z)))
    np.testing.assert_allclose(HardSwish().forward(z), z * (z + 3) / 6)


def test_at_the_kinks():
    """The derivative there is PyTorch's."""
    layer = HardSwish()
    layer.forward(np.array([[-3.0, 0.0, 3.0]]))
    got = layer.backward(np.ones((1, 3)))
    np.testing.assert_allclose(got, [[0.0, 0.5, 1.0]], rtol=1e-15)


def test_no_arguments():
    with pytest.raises(TypeError, match=r"SiLU.* takes no arguments"):
        SiLU(1.0)
