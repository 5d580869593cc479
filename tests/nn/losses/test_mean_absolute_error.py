"""Mean absolute error by hand."""

import numpy as np

import minnet as mn


def test_the_value_by_hand():
    a, y = np.array([[0.5, -3.0], [2.0, 0.0]]), np.zeros((2, 2))
    assert mn.MeanAbsoluteError().forward(a, y) == (0.5 + 3 + 2 + 0) / 2


def test_at_the_kink_the_derivative_is_zero():
    one, loss = np.ones((1, 1)), mn.MeanAbsoluteError()
    loss.forward(one, one)
    assert loss.backward() == 0
