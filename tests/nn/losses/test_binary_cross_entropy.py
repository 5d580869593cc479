"""Binary cross-entropy: from probabilities, from logits, and that both agree.

How exact it is for very large logits is tested in `tests/properties/test_sigmoid_accuracy.py`.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numeric import numerical_gradient

import minnet as mn

NOT_FINITE = (ValueError, FloatingPointError)  # the latter where training has gone wrong

shapes = hnp.array_shapes(min_dims=2, max_dims=3, max_side=5)


def batch(shape, seed, soft=False):
    """Logits and targets."""
    generator = np.random.default_rng(seed)
    y = generator.random(shape)
    return generator.normal(size=shape) * 2, y if soft else y.round()


@given(shapes, st.integers(0, 1000), st.booleans())
def test_value_and_gradient_from_probabilities(shape, seed, soft):
    z, y = batch(shape, seed, soft)
    a = 1 / (1 + np.exp(-z))
    loss = mn.BinaryCrossEntropy()
    value = loss.forward(a, y)
    assert value == pytest.approx(-(y * np.log(a) + (1 - y) * np.log(1 - a)).sum() / len(a))
    gradient = loss.backward()
    expected = numerical_gradient(lambda: loss.forward(a, y), a, step=1e-7)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(gradient, (a - y) / (a * (1 - a)) / len(a), rtol=1e-9, atol=1e-12)


@given(shapes, st.integers(0, 1000), st.booleans())
def test_gradient_from_logits(shape, seed, soft):
    z, y = batch(shape, seed, soft)
    loss = mn.BinaryCrossEntropy()
    loss.forward_from_logits(z, y)
    gradient = loss.backward_from_logits()
    expected = numerical_gradient(lambda: loss.forward_from_logits(z, y), z)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(gradient, (mn.Sigmoid().forward(z) - y) / len(z), atol=1e-15)


@given(shapes, st.integers(0, 1000), st.booleans())
def test_fused_equals_the_chain_rule(shape, seed, soft):
    z, y = batch(shape, seed, soft)
    loss, sigmoid = mn.BinaryCrossEntropy(), mn.Sigmoid()
    value = loss.forward(sigmoid.forward(z), y)
    chain = sigmoid.backward(loss.backward())
    assert loss.forward_from_logits(z, y) == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(loss.backward_from_logits(), chain, rtol=1e-10, atol=1e-15)


@given(shapes)
def test_nothing_is_changed_or_shared(shape):
    loss = mn.BinaryCrossEntropy()
    a, y = np.full(shape, 0.25, np.float32), np.ones(shape, np.float32)
    for forward, backward in (
        (loss.forward, loss.backward),
        (loss.forward_from_logits, loss.backward_from_logits),
    ):
        assert type(forward(a, y)) is float
        gradient = backward()
        assert gradient.dtype == np.float32
        assert gradient.shape == shape
        assert (a == 0.25).all()
        assert (y == 1).all()
        assert not np.shares_memory(gradient, a)
        assert not np.shares_memory(gradient, y)
        kept = gradient.copy()
        forward(1 - a, 1 - y)
        backward()
        assert np.array_equal(gradient, kept)


def test_zero_log_zero_is_zero():
    loss = mn.BinaryCrossEntropy()
    assert loss.forward(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])) == 0


@pytest.mark.parametrize(("a", "y"), [(0.0, 1.0), (1.0, 0.0), (1.0, 0.5)])
def test_saturated_probabilities_are_explained(a, y):
    with pytest.raises(FloatingPointError) as info:
        mn.BinaryCrossEntropy().forward(np.array([[0.5], [a]]), np.array([[0.5], [y]]))
    for part in (f"prediction[1, 0] = {a}", "infinite", "z = 17", "z = 37", "fuse=True"):
        assert part in str(info.value)


@pytest.mark.parametrize("a", [0.0, 1.0])
def test_the_gradient_of_a_right_but_saturated_probability_is_explained(a):
    loss = mn.BinaryCrossEntropy()
    loss.forward(np.array([[a]]), np.array([[a]]))
    with pytest.raises(FloatingPointError, match=r"prediction\[0, 0\] = .* saturated.* is 0/0"):
        loss.backward()


@pytest.mark.parametrize(
    ("a", "y", "error", "parts"),
    [
        ([[1.5]], [[1.0]], ValueError, ("prediction", "from 0 to 1", "prediction[0, 0] = 1.5")),
        ([[np.nan]], [[1.0]], NOT_FINITE, ("prediction", "prediction[0, 0] = nan")),
        ([[0.5]], [[2.0]], ValueError, ("target", "from 0 to 1", "target[0, 0] = 2.0")),
        ([[0.5]], [[-1.0]], ValueError, ("target", "target[0, 0] = -1.0", "(y + 1) / 2")),
        ([[0.5]], [[np.nan]], ValueError, ("target", "target[0, 0] = nan")),
        ([[0.5], [0.5]], [1.0, 0.0], ValueError, ("target", "(2, 1)", "(2,)", "reshape(2, 1)")),
        ([[0.5]], [["1"]], TypeError, ("target", "array of numbers")),
        (np.ones((0, 1)), np.ones((0, 1)), ValueError, ("prediction", "at least one sample")),
    ],
)
def test_bad_input(a, y, error, parts):
    with pytest.raises(error) as info:
        mn.BinaryCrossEntropy().forward(np.asarray(a), np.asarray(y))
    for part in ("BinaryCrossEntropy()", *parts):
        assert part in str(info.value)


@pytest.mark.parametrize(
    "y", [[1, 0], [True, False], [[1.0], [0.0]], np.array([1, 0], np.uint8), [1.0, 0.0]]
)
def test_targets_in_every_form(y):
    target = mn.BinaryCrossEntropy().prepare_target(y, (2, 1), np.dtype("float32"))
    assert target.dtype == np.float32
    assert target.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize("ending", [mn.Softmax(), mn.Tanh(), mn.ReLU(), mn.Linear(1, 1)])
def test_a_last_layer_that_gives_no_probability(ending):
    with pytest.raises(ValueError, match=r"expected a network that ends in Sigmoid\(\).*got"):
        mn.BinaryCrossEntropy().check_last_layer(ending)
