"""Huber's loss by hand: squared below delta, linear above it."""

import numpy as np
import pytest

import minnet as mn


def test_the_value_by_hand():
    a, y = np.array([[0.5, -3.0], [2.0, 0.0]]), np.zeros((2, 2))
    assert mn.Huber(1.0).forward(a, y) == (0.125 + 2.5 + 1.5 + 0) / 2
    assert mn.Huber(10.0).forward(a, y) == mn.MeanSquaredError().forward(a, y)


def test_delta_is_above_0():
    with pytest.raises((ValueError, TypeError), match=r"delta.*> 0"):
        mn.Huber(0)
