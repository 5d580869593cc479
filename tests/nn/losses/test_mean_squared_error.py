"""Mean squared error: 1/(2m) sum (a - y)^2 and its gradient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numeric import numerical_gradient

import minnet as mn

shapes = hnp.array_shapes(min_dims=2, max_dims=3, max_side=5)


@given(shapes, st.integers(0, 1000))
def test_value_and_gradient(shape, seed):
    generator = np.random.default_rng(seed)
    a, y = generator.normal(size=shape), generator.normal(size=shape)
    loss = mn.MeanSquaredError()
    value = loss.forward(a, y)
    assert value == pytest.approx(((a - y) ** 2).sum() / (2 * len(a)), rel=1e-12)
    gradient = loss.backward()
    expected = numerical_gradient(lambda: loss.forward(a, y), a)
    np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-8)


@given(shapes)
def test_nothing_is_changed_or_shared(shape):
    a, y = np.full(shape, 0.3, np.float32), np.ones(shape, np.float32)
    loss = mn.MeanSquaredError()
    assert type(loss.forward(a, y)) is float
    gradient = loss.backward()
    assert gradient.dtype == np.float32
    assert (a == np.float32(0.3)).all()
    assert (y == 1).all()
    assert not np.shares_memory(gradient, a)
    assert not np.shares_memory(gradient, y)
    kept = gradient.copy()
    loss.forward(y, a)
    loss.backward()
    assert np.array_equal(gradient, kept)


def test_a_batch_counts_each_sample_once():
    """Mean over samples, sum over outputs."""
    a, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))
    loss = mn.MeanSquaredError()
    assert loss.forward(a, y) == (1 + 4 + 9 + 16) / 4
    assert loss.backward().tolist() == [[0.5, 1.0], [1.5, 2.0]]
    assert loss.forward(np.tile(a, (3, 1)), np.tile(y, (3, 1))) == (1 + 4 + 9 + 16) / 4


def test_it_has_no_canonical_activation():
    assert mn.MeanSquaredError.canonical is None
    for ending in (mn.Identity(), mn.Sigmoid(), mn.Softmax(), mn.Linear(3, 3)):
        trainer = mn.Trainer([mn.Linear(3, 3), ending], mn.MeanSquaredError(), mn.SGD())
        assert not trainer.fused


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (np.array([1, 0, 1]), [[1.0], [0.0], [1.0]]),
        (np.array([[1.5], [0.5], [1.0]]), [[1.5], [0.5], [1.0]]),
        ([True, False, True], [[1.0], [0.0], [1.0]]),
    ],
)
def test_targets_of_one_output(y, expected):
    target = mn.MeanSquaredError().prepare_target(y, (3, 1), np.dtype("float32"))
    assert target.dtype == np.float32
    assert target.tolist() == expected


def test_labels_of_several_outputs_become_one_hot_rows():
    target = mn.MeanSquaredError().prepare_target([2, 0], (2, 3), np.dtype("float64"))
    assert target.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("a", "y", "error", "parts"),
    [
        (np.ones((3, 1)), np.ones(3), ValueError, ("target", "(3, 1)", "(3,)", "reshape(3, 1)")),
        (np.ones((3, 2)), np.ones((3, 1)), ValueError, ("target", "(3, 2)", "(3, 1)")),
        (np.ones((0, 2)), np.ones((0, 2)), ValueError, ("prediction", "at least one sample")),
        (np.ones((2, 1)), [["a"], ["b"]], TypeError, ("target", "array of numbers", "np.unique")),
        (np.ones((2, 1)), None, TypeError, ("target", "array of numbers")),
        ("ab", np.ones((2, 1)), TypeError, ("prediction", "array of numbers")),
    ],
)
def test_bad_input(a, y, error, parts):
    with pytest.raises(error) as info:
        mn.MeanSquaredError().forward(a, y)
    for part in ("MeanSquaredError()", *parts):
        assert part in str(info.value)


def test_a_loss_that_is_not_finite_says_where():
    loss = mn.MeanSquaredError()
    with pytest.raises(FloatingPointError, match=r"loss is nan, because prediction\[1, 0\] = nan"):
        loss.forward(np.array([[1.0], [np.nan]]), np.ones((2, 1)))
    with pytest.raises(ValueError, match=r"target\[0, 0\] = inf"):
        loss.forward(np.ones((1, 1)), np.array([[np.inf]]))
    big = np.full((1, 1), 3e38, np.float32)
    with np.errstate(over="ignore"), pytest.raises(FloatingPointError, match="too large for float"):
        loss.forward(big, -big)
