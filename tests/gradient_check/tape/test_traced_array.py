"""What is recorded computes the same numbers, and its gradients are those of finite differences."""

import sys

import numpy as np
import pytest

from minnet.gradient_check.tape.adjoints import Adjoints
from minnet.gradient_check.tape.operations import Tape
from minnet.gradient_check.tape.run import _recording
from minnet.gradient_check.tape.traced_array import constant, operation_of


def with_out(x):
    y = np.zeros(x.shape)
    np.multiply(x, x, out=y)
    np.exp(y, out=y)
    return y


def into_views(x):
    y = np.zeros((3, 5))
    y[:, 1:] = x
    row = y[1]
    row *= 2.0
    y[0] += row
    return y


def add_at(x):
    y = np.zeros((2, 4))
    np.add.at(y, np.array([0, 1, 0]), x)
    return y * y


def loop(x):
    state, states = np.zeros(4), []
    for row in x:
        state = np.tanh(row + 0.5 * state)
        states.append(state)
    return np.array(states)


def stale_view(x):
    y = x * 1.0
    part = y[:, :2]
    y[:, 0] = y[:, 0] * 3.0
    return part.sum(axis=1)


FUNCTIONS = [
    with_out,
    into_views,
    add_at,
    loop,
    stale_view,
    lambda x: x.T.reshape(2, -1).copy(),
    lambda x: np.einsum("ij,kj->ik", x, x),
    lambda x: np.where(x > 0, x, 0.1 * x).max(axis=0),
    lambda x: np.pad(x, ((0, 0), (1, 1)))[:, ::-1].cumsum(axis=1),
    lambda x: np.concatenate([x, np.log1p(x * x)], axis=1) @ np.ones((8, 2)),
    lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, axis=1).mean(axis=-1),
    lambda x: x[np.array([0, 2, 2])] / np.linalg.norm(x, axis=1, keepdims=True),
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_reverse_sweep_gives_the_measured_gradient(function):
    generator = np.random.default_rng(0)
    value = generator.normal(size=(3, 4))
    tape = Tape({__file__}, set())
    with _recording(tape):
        x = constant(np.array(value), "x")
        made_of = operation_of(x)
        y = function(x)
        output = operation_of(y)
    expected = function(value)
    np.testing.assert_allclose(output.value, expected)
    g = generator.normal(size=expected.shape)
    found = Adjoints(output, g).of[made_of.index]
    for index in np.ndindex(3, 4):
        step = np.zeros((3, 4))
        step[index] = 1e-6
        slope = ((function(value + step) - function(value - step)) * g).sum() / 2e-6
        assert found[index] == pytest.approx(slope, abs=1e-6)


def test_numpy_is_as_before():
    kept = {name: getattr(np, name) for name in ("zeros", "array", "asarray", "full_like")}
    with _recording(Tape(set(), set())):
        assert np.zeros is not kept["zeros"]
    assert all(getattr(np, name) is function for name, function in kept.items())


def test_an_operation_knows_its_line_and_its_expression():
    tape = Tape({__file__}, set())
    with _recording(tape):
        x = constant(np.ones(3), "x")
        y = 2 * np.exp(x)
    line = sys._getframe().f_lineno - 1
    exp, product = [operation for operation in tape.operations if operation.compute is not None]
    assert (exp.line, product.line) == (line, line)
    if sys.version_info >= (3, 11):
        assert exp.text() == "np.exp(x)"
        assert (exp.variable(), product.variable()) == ("", "y")
    assert operation_of(y) is product


def test_a_float_of_a_traced_number_is_found_again():
    tape = Tape({__file__}, set())
    with _recording(tape):
        x = constant(np.array([1.5, 2.5]), "x")
        total = float(np.sum(x * x))
        assert type(total) is float
        assert tape.floats[total].value == total
