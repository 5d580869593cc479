"""A recorded Parameter keeps a gradient of any shape, so that a wrong one can be named."""

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check.parameter_recorder import record


def test_a_recorded_parameter_keeps_what_does_not_fit():
    parameter = mn.Parameter(np.ones(3))
    record(parameter)
    parameter.grad = np.ones((5, 3))
    assert parameter.outcome()[1].shape == (5, 3)
    parameter.clear()
    assert parameter.outcome()[0] is False
    parameter.grad += np.ones((5, 3))
    assert parameter.outcome()[1].shape == (5, 3)
    parameter.clear()
    parameter.grad[:] = np.ones((4, 3))
    assert parameter.outcome()[1].shape == (4, 3)
    parameter.clear()
    np.add.at(parameter.grad, [0, 0, 2], 1.0)
    assert parameter.outcome() == (True, pytest.approx(np.array([2.0, 0, 1])))
    parameter.clear()
    parameter.grad = None
    assert parameter.outcome() == (True, None)
