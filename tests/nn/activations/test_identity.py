"""Identity: its input, as a copy."""

import numpy as np

import minnet as mn


def test_values():
    z = np.array([[-1.0, 0.0, 2.0]])
    assert mn.Identity().forward(z).tolist() == z.tolist()
