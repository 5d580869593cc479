"""Categorical cross-entropy: from probabilities, from logits, and that both agree.

How exact it is for very large logits is tested in `tests/properties/test_softmax_accuracy.py`.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import numerical_gradient

import minnet as mn

NOT_FINITE = (ValueError, FloatingPointError)  # the latter where training has gone wrong

KINDS = ["labels", "one-hot", "soft"]
rows = st.integers(1, 6)
classes = st.integers(2, 6)


def batch(m, k, seed, kind):
    """Logits (m, k), and targets of this kind."""
    generator = np.random.default_rng(seed)
    z, labels = generator.normal(size=(m, k)) * 2, generator.integers(k, size=m)
    if kind == "labels":
        return z, labels
    return z, np.eye(k)[labels] if kind == "one-hot" else generator.dirichlet(np.ones(k), size=m)


def as_rows(y, k):
    return np.eye(k)[y] if y.ndim == 1 else y


def a_of(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@given(rows, classes, st.integers(0, 1000), st.sampled_from(KINDS))
def test_value_and_gradient_from_probabilities(m, k, seed, kind):
    z, y = batch(m, k, seed, kind)
    a, loss = a_of(z), mn.CategoricalCrossEntropy()
    value = loss.forward(a, y)
    assert value == pytest.approx(-(as_rows(y, k) * np.log(a)).sum() / m, rel=1e-12)
    gradient = loss.backward()
    # a nudge of 1e-6 a keeps the sums within the tolerance of what counts as a probability
    expected = numerical_gradient(lambda: loss.forward(a, y), a, step=1e-6)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(gradient, -as_rows(y, k) / a / m, rtol=1e-12)


@given(rows, classes, st.integers(0, 1000), st.sampled_from(KINDS))
def test_gradient_from_logits(m, k, seed, kind):
    z, y = batch(m, k, seed, kind)
    loss = mn.CategoricalCrossEntropy()
    loss.forward_from_logits(z, y)
    gradient = np.array(loss.backward_from_logits())
    expected = numerical_gradient(lambda: loss.forward_from_logits(z, y), z)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(gradient, (a_of(z) - as_rows(y, k)) / m, atol=1e-14)


@given(rows, classes, st.integers(0, 1000), st.sampled_from(KINDS))
def test_fused_equals_the_chain_rule(m, k, seed, kind):
    z, y = batch(m, k, seed, kind)
    loss, softmax = mn.CategoricalCrossEntropy(), mn.Softmax()
    value = loss.forward(softmax.forward(z), y)
    chain = softmax.backward(loss.backward())
    assert loss.forward_from_logits(z, y) == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(loss.backward_from_logits(), chain, rtol=1e-9, atol=1e-15)


@given(rows, classes, st.integers(0, 1000))
def test_labels_and_one_hot_rows_agree(m, k, seed):
    z, labels = batch(m, k, seed, "labels")
    loss = mn.CategoricalCrossEntropy()
    values, gradients = [], []
    for target in (labels, np.eye(k)[labels]):
        values.append(loss.forward_from_logits(z, target))
        gradients.append(np.array(loss.backward_from_logits()))
    assert values[0] == pytest.approx(values[1], rel=1e-13)
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-12, atol=1e-17)
    assert loss.forward(a_of(z), labels) == loss.forward(a_of(z), np.eye(k)[labels])


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_changed_or_shared(kind):
    z, y = batch(5, 3, 0, kind)
    z = z.astype(np.float32)
    y = y if kind == "labels" else y.astype(np.float32)
    loss = mn.CategoricalCrossEntropy()
    for x, forward, backward in (
        (a_of(z), loss.forward, loss.backward),
        (z, loss.forward_from_logits, loss.backward_from_logits),
    ):
        before = x.copy(), y.copy()
        assert type(forward(x, y)) is float
        gradient = backward()
        assert gradient.dtype == np.float32
        assert gradient.shape == x.shape
        assert np.array_equal(x, before[0])
        assert np.array_equal(y, before[1])
        assert not np.shares_memory(gradient, x)
        assert not np.shares_memory(gradient, y)
        kept = gradient.copy()
        forward(x[::-1], y[::-1])
        backward()
        assert np.array_equal(gradient, kept)


def test_zero_log_zero_is_zero():
    loss = mn.CategoricalCrossEntropy()
    assert loss.forward(np.array([[1.0, 0.0]]), np.array([0])) == 0
    assert loss.backward().tolist() == [[-1.0, 0.0]]


def test_saturated_probabilities_are_explained():
    with pytest.raises(FloatingPointError) as info:
        mn.CategoricalCrossEntropy().forward(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([0, 1]))
    for part in ("prediction[1, 1] = 0.0", "infinite", "mn.Softmax()", "fuse=True"):
        assert part in str(info.value)


HALF = np.full((2, 2), 0.5)


@pytest.mark.parametrize(
    ("a", "y", "error", "parts"),
    [
        (HALF, [0, 2], ValueError, ("0 to 1", "2 outputs", "target[1] = 2", "from 0")),
        (HALF, [-1, 0], ValueError, ("target[0] = -1",)),
        (HALF, [0.5, 0], ValueError, ("whole numbers", "target[0] = 0.5")),
        (HALF, [0, 1, 0], ValueError, ("target", "(2, 2)", "(3,)")),
        (HALF, [[1.0, 0.5], [0.0, 1.0]], ValueError, ("target", "sum to 1", "sum 1.5")),
        (HALF, [[1.5, -0.5], [0.0, 1.0]], ValueError, ("target", "target[0, 0] = 1.5")),
        (HALF, np.ones((2, 3)), ValueError, ("target", "(2, 2)", "(2, 3)")),
        (HALF, ["a", "b"], TypeError, ("target", "array of numbers")),
        ([[0.7, 0.7]], [0], ValueError, ("prediction", "sum to 1", "1.4", "mn.Softmax()")),
        ([[1.5, -0.5]], [0], ValueError, ("prediction", "prediction[0, 0] = 1.5")),
        ([[np.nan, 0.5]], [0], NOT_FINITE, ("prediction", "prediction[0, 0] = nan")),
        ([[0.5]], [0], ValueError, ("prediction", "k >= 2", "(1, 1)", "BinaryCrossEntropy")),
        ([0.5, 0.5], [0], ValueError, ("prediction", "(2,)")),
    ],
)
def test_bad_input(a, y, error, parts):
    with pytest.raises(error) as info:
        mn.CategoricalCrossEntropy().forward(np.asarray(a), np.asarray(y))
    for part in ("CategoricalCrossEntropy()", *parts):
        assert part in str(info.value)


@pytest.mark.parametrize(
    "y",
    [[2, 0], [2.0, 0.0], np.array([2, 0], np.uint8), [[0, 0, 1], [1, 0, 0]], np.eye(3)[[2, 0]] > 0],
)
def test_labels_in_every_form_become_integers(y):
    target = mn.CategoricalCrossEntropy().prepare_target(y, (2, 3), np.dtype("float32"))
    assert target.dtype == np.intp
    assert target.tolist() == [2, 0]


def test_soft_rows_stay_rows_of_the_networks_type():
    y = [[0.25, 0.75, 0.0], [1.0, 0.0, 0.0]]
    target = mn.CategoricalCrossEntropy().prepare_target(y, (2, 3), np.dtype("float32"))
    assert target.dtype == np.float32
    assert target.tolist() == y


@pytest.mark.parametrize("ending", [mn.Sigmoid(), mn.Tanh(), mn.ReLU(), mn.Linear(1, 3)])
def test_a_last_layer_that_gives_no_probability(ending):
    with pytest.raises(ValueError, match=r"expected a network that ends in Softmax\(\).*got"):
        mn.CategoricalCrossEntropy().check_last_layer(ending)


@pytest.mark.parametrize("spread", [1.0, 59.0, 61.0, 800.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_of_a_batch_do_not_depend_on_each_other(spread, dtype):
    """One row whose logits lie far apart changes nothing in the others."""
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(6, 4)).astype(dtype)
    logits[2] = [0.0, spread, 0.5 * spread, 0.1]
    labels, loss = np.array([0, 3, 0, 1, 2, 3]), mn.CategoricalCrossEntropy()
    value = loss.forward_from_logits(logits, labels)
    gradient = loss.backward_from_logits().copy()
    values = [loss.forward_from_logits(z[None], labels[i : i + 1]) for i, z in enumerate(logits)]
    rtol = 40 * float(np.finfo(dtype).eps)
    assert value == pytest.approx(np.mean(values), rel=rtol)
    for i, z in enumerate(logits):
        loss.forward_from_logits(z[None], labels[i : i + 1])
        alone = loss.backward_from_logits()[0] / len(logits)
        np.testing.assert_allclose(gradient[i], alone, rtol=max(rtol, spread * rtol / 40))


def test_logits_that_are_not_finite_give_a_loss_that_is_not_finite():
    loss = mn.CategoricalCrossEntropy()
    with np.errstate(invalid="ignore"):
        for wrong in (np.nan, np.inf):
            assert not np.isfinite(
                loss.forward_from_logits(np.array([[wrong, 0.0]]), np.array([1]))
            )


@pytest.mark.parametrize(("name", "value"), [("label_smoothing", 0.2), ("ignore_label", 1)])
def test_a_setting_that_is_assigned_later_counts_in_the_next_loss(name, value):
    z, y = np.array([[1.0, 0.0, -1.0], [0.5, 0.5, 0.0]]), np.array([0, 1])
    loss = mn.CategoricalCrossEntropy()
    plain = loss.forward_from_logits(z, y)
    setattr(loss, name, value)
    changed = loss.forward_from_logits(z, y)
    assert changed != plain
    assert changed == mn.CategoricalCrossEntropy(**{name: value}).forward_from_logits(z, y)
