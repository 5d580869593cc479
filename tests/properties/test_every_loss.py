"""What holds for every elementwise loss, and the exact 0 of a perfect prediction."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import numerical_gradient

import minnet as mn

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


@pytest.mark.parametrize(
    "loss", [mn.MeanSquaredError(), mn.BinaryCrossEntropy(), mn.CategoricalCrossEntropy()]
)
@pytest.mark.parametrize("clone", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_a_copied_loss_keeps_its_own_state(loss, clone):
    a, y = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]])
    loss.forward(a, y)
    expected = loss.backward().copy()
    other = clone(loss)
    other.forward(np.array([[0.9, 0.1]]), y)
    assert np.array_equal(loss.backward(), expected)
    assert repr(other) == repr(loss) == f"{type(loss).__name__}()"


def test_arguments_that_it_does_not_take():
    with pytest.raises(TypeError, match=r"MeanSquaredError.*takes no arguments"):
        mn.MeanSquaredError(5)
    for kind in (mn.BinaryCrossEntropy, mn.CategoricalCrossEntropy):
        with pytest.raises(TypeError, match=f"{kind.__name__}.*from_logits"):
            kind(from_logits=True)


@pytest.mark.parametrize("loss", [mn.CategoricalCrossEntropy(), mn.BinaryCrossEntropy()], ids=repr)
def test_the_loss_of_a_perfect_prediction_is_plus_zero(loss):
    a, y = np.eye(2), np.eye(2)
    assert str(loss.forward(a, y)) == "0.0"
