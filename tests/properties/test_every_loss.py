"""Absolute error, Huber, hinge, divergence: values, gradients, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import numerical_gradient

import minnet as mn
from minnet.nn.losses import ElementwiseLoss
from minnet.nn.losses.sample_weights import as_column

LOSSES = [mn.MeanAbsoluteError(), mn.Huber(0.5), mn.Hinge(), mn.MeanSquaredError()]


def target_for(loss, generator, shape):
    if isinstance(loss, mn.Hinge):
        return generator.choice([-1.0, 1.0], shape)
    return generator.normal(size=shape)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@given(m=st.integers(1, 5), k=st.integers(1, 4), seed=st.integers(0, 999), weighted=st.booleans())
def test_gradient(loss, m, k, seed, weighted):
    generator = np.random.default_rng(seed)
    a, y = generator.normal(size=(m, k)) * 2, target_for(loss, generator, (m, k))
    weight = (generator.uniform(0.1, 2, m),) if weighted else ()
    loss.forward(a, y, *weight)
    gradient = loss.backward()
    kink = np.abs(a - y) < 1e-4 if not isinstance(loss, mn.Hinge) else np.abs(1 - a * y) < 1e-4
    expected = numerical_gradient(lambda: loss.forward(a, y, *weight), a, 1e-6)
    np.testing.assert_allclose(
        np.where(kink, 0, gradient), np.where(kink, 0, expected), rtol=1e-6, atol=1e-7
    )


def test_values_by_hand():
    a, y = np.array([[0.5, -3.0], [2.0, 0.0]]), np.zeros((2, 2))
    assert mn.MeanAbsoluteError().forward(a, y) == (0.5 + 3 + 2 + 0) / 2
    assert mn.Huber(1.0).forward(a, y) == (0.125 + 2.5 + 1.5 + 0) / 2
    assert mn.Huber(10.0).forward(a, y) == mn.MeanSquaredError().forward(a, y)
    hinge = mn.Hinge()
    assert hinge.forward(a, np.array([[1.0, -1.0], [1.0, -1.0]])) == (0.5 + 0 + 0 + 1) / 2
    assert hinge.forward(a, np.array([[1.0, 0.0], [1.0, 0.0]])) == (0.5 + 0 + 0 + 1) / 2


def test_at_the_kink_the_derivative_is_zero_or_of_the_flat_side():
    one = np.ones((1, 1))
    for loss, a in ((mn.MeanAbsoluteError(), one), (mn.Hinge(), one)):
        loss.forward(a, one)
        assert loss.backward() == 0


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_float32_stays_and_nothing_is_changed(loss):
    a, y = np.full((3, 2), 0.25, np.float32), np.ones((3, 2), np.float32)
    value = loss.forward(a, y)
    assert type(value) is float
    gradient = loss.backward()
    assert gradient.dtype == np.float32
    assert not np.shares_memory(gradient, a)
    assert (a == np.float32(0.25)).all()
    assert (y == 1).all()
    with pytest.raises(ValueError, match="Nothing is broadcast"):
        loss.forward(a, np.ones((3, 1)))
    with pytest.raises(ValueError, match="Nothing is broadcast"):
        loss.forward(np.ones((3, 1)), np.ones(3))
    with pytest.raises(ValueError, match="at least one sample"):
        loss.forward(np.ones((0, 2)), np.ones((0, 2)))


def test_an_elementwise_loss_of_one_s_own_takes_two_methods():
    class Quartic(ElementwiseLoss):
        def values(self, a, y):
            return (a - y) ** 4

        def derivatives(self, a, y):
            return 4 * (a - y) ** 3

    generator = np.random.default_rng(0)
    a, y, s = generator.normal(size=(4, 2)), generator.normal(size=(4, 2)), np.arange(4.0)
    loss = Quartic()
    assert loss.forward(a, y, s) == pytest.approx((s[:, None] * (a - y) ** 4).sum() / s.sum())
    gradient = loss.backward()
    np.testing.assert_allclose(gradient, numerical_gradient(lambda: loss.forward(a, y, s), a), 1e-6)
    for method in ("values", "derivatives"):
        with pytest.raises(NotImplementedError, match=method):
            getattr(ElementwiseLoss(), method)(a, y)


@given(m=st.integers(1, 4), k=st.integers(2, 5), seed=st.integers(0, 999))
def test_divergence_is_cross_entropy_less_the_entropy_of_the_target(m, k, seed):
    generator = np.random.default_rng(seed)
    z, y = generator.normal(size=(m, k)) * 3, generator.dirichlet(np.ones(k), m)
    entropy = -(y * np.log(y)).sum() / m
    divergence, crossed = mn.KullbackLeibler(), mn.CategoricalCrossEntropy()
    value = divergence.forward_from_logits(z, y)
    assert value == pytest.approx(crossed.forward_from_logits(z, y) - entropy, abs=1e-12)
    assert value >= -1e-15
    np.testing.assert_array_equal(divergence.backward_from_logits(), crossed.backward_from_logits())
    a = mn.Softmax().forward(z)
    assert divergence.forward(a, y) == pytest.approx(value, abs=1e-12)
    labels = y.argmax(axis=1)
    assert divergence.forward_from_logits(z, labels) == crossed.forward_from_logits(z, labels)
    assert divergence.forward(a, labels) == pytest.approx(crossed.forward(a, labels))


@pytest.mark.parametrize("loss", [mn.KullbackLeibler(), mn.CategoricalCrossEntropy()], ids=repr)
def test_from_the_logits_only_behind_softmax(loss):
    for ending, fused in ((mn.Softmax(), True), (mn.Softmax(axis=1), False)):
        assert mn.Trainer([mn.Linear(2, 3), ending], loss, mn.SGD()).fused is fused


def test_a_batch_of_zero_weights_counts_0():
    a, y, s = np.ones((2, 1)), np.zeros((2, 1)), np.zeros(2)
    for loss in (mn.MeanSquaredError(), mn.BinaryCrossEntropy(), mn.CategoricalCrossEntropy()):
        k = 2 if isinstance(loss, mn.CategoricalCrossEntropy) else 1
        target = np.zeros(2, int) if k == 2 else y
        call = loss.forward if loss.canonical is None else loss.forward_from_logits
        assert call(np.tile(a, k), target, s) == 0
        assert loss.count == 0
        back = loss.backward if loss.canonical is None else loss.backward_from_logits
        np.testing.assert_array_equal(back(), np.zeros((2, k)))


def test_weights_take_a_column_s_shape():
    like = np.ones((3, 2, 2), np.float32)
    column = as_column(np.arange(3.0), like)
    assert column.shape == (3, 1, 1)
    assert column.dtype == np.float32
