"""The two ways to the gradient: fused for exactly the built-in pairs, else link by link."""

import numpy as np
import pytest
import small_trainer
from hypothesis import given
from hypothesis import strategies as st
from numeric import numerical_gradient

import minnet as mn
from minnet.training.objective import Objective


class MySigmoid(mn.Sigmoid):
    """A student's own: must be called, not replaced by a formula."""

    calls = 0

    def forward(self, z):
        type(self).calls += 1
        return super().forward(z)


class MySoftmax(mn.Softmax):
    pass


class MyBinary(mn.BinaryCrossEntropy):
    pass


def data(k, seed=0, m=7):
    """Inputs (m, 4) and labels of k classes; k = 1: zeros and ones."""
    generator = np.random.default_rng(seed)
    return generator.normal(size=(m, 4)), generator.integers(max(2, k), size=m)


def network_for(k, ending, seed=0):
    return mn.Network(
        [mn.Linear(4, 5), mn.Tanh(), mn.Linear(5, k), ending], seed=seed, dtype="float64"
    )


def objective(network, loss, fuse=True):
    return Objective(network, loss, fuse)


def gradient_of(target, x, y):
    """Value and flat gradient of an Objective on raw targets."""
    value = target.loss_and_gradient(x, target.targets(x, y))
    return value, target.network.flat_gradients.copy()


PAIRS = [
    (1, mn.Sigmoid, mn.BinaryCrossEntropy, True),
    (3, mn.Softmax, mn.CategoricalCrossEntropy, True),
    (1, mn.Sigmoid, mn.MeanSquaredError, False),
    (3, mn.Softmax, mn.MeanSquaredError, False),
    (1, mn.Identity, mn.MeanSquaredError, False),
    (3, mn.Tanh, mn.MeanSquaredError, False),
    (1, MySigmoid, mn.BinaryCrossEntropy, False),
    (3, MySoftmax, mn.CategoricalCrossEntropy, False),
    (1, mn.Sigmoid, MyBinary, False),
]


@pytest.mark.parametrize(("k", "ending", "loss", "fused"), PAIRS)
@given(seed=st.integers(0, 1000))
def test_gradient_of_the_whole(k, ending, loss, fused, seed):
    x, y = data(k, seed)
    network = network_for(k, ending(), seed)
    target = objective(network, loss())
    assert target.fused is fused
    _, gradient = gradient_of(target, x, y)
    converted = target.targets(x, y)
    expected = numerical_gradient(
        lambda: target.evaluate(x, converted, {})["loss"], network.flat_values
    )
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("k", "ending", "loss", "fused"), PAIRS[:2])
@given(seed=st.integers(0, 1000))
def test_fused_equals_the_chain_rule(k, ending, loss, fused, seed):
    x, y = data(k, seed)
    network = network_for(k, ending(), seed)
    value, gradient = gradient_of(objective(network, loss()), x, y)
    other = objective(network, loss(), fuse=False)
    assert not other.fused
    chain_value, chain = gradient_of(other, x, y)
    assert chain_value == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(chain, gradient, rtol=1e-9, atol=1e-14)


def nested(ending, depth):
    """The activation at the end of a network in a network ..."""
    last = ending
    for _ in range(depth):
        last = mn.Network([mn.Linear(4, 4), last])
    return mn.Network([mn.Linear(4, 4), last], seed=0, dtype="float64")


@pytest.mark.parametrize("depth", [1, 2])
def test_the_activation_may_end_a_nested_network(depth):
    x, y = data(4)
    target = objective(nested(mn.Softmax(), depth), mn.CategoricalCrossEntropy())
    assert target.fused
    value, gradient = gradient_of(target, x, y)
    other = objective(nested(mn.Softmax(), depth), mn.CategoricalCrossEntropy(), fuse=False)
    chain_value, chain = gradient_of(other, x, y)
    assert value == pytest.approx(chain_value)
    assert np.abs(gradient).max() > 0
    np.testing.assert_allclose(gradient, chain, rtol=1e-9, atol=1e-14)
    assert not objective(nested(MySoftmax(), depth), mn.CategoricalCrossEntropy()).fused


def test_a_nested_network_that_is_only_the_activation():
    x, y = data(1)
    network = mn.Network(
        [mn.Linear(4, 1), mn.Network([mn.Network([mn.Sigmoid()])])], seed=0, dtype="float64"
    )
    target = objective(network, mn.BinaryCrossEntropy())
    assert target.fused
    _, gradient = gradient_of(target, x, y)
    _, chain = gradient_of(objective(network, mn.BinaryCrossEntropy(), fuse=False), x, y)
    np.testing.assert_allclose(gradient, chain, rtol=1e-9, atol=1e-14)


def test_a_network_of_nothing_but_the_activation():
    target = objective(mn.Network([mn.Sigmoid()], dtype="float64"), mn.BinaryCrossEntropy())
    x = np.array([[0.5], [-2.0]])
    value = target.loss_and_gradient(x, target.targets(x, [1, 0]))
    assert target.fused
    assert value == pytest.approx((np.log1p(np.exp(-0.5)) + np.log1p(np.exp(-2.0))) / 2)


def test_the_forward_of_a_custom_network_is_called():
    class Halving(mn.Network):
        def forward(self, x):
            return super().forward(x) * 0.5

        def backward(self, grad):
            return super().backward(grad * 0.5)

    x, y = data(1)
    inner = Halving([mn.Linear(4, 1), mn.Sigmoid()])
    network = mn.Network([inner], seed=0, dtype="float64")
    target = objective(network, mn.BinaryCrossEntropy())
    assert not target.fused
    _, gradient = gradient_of(target, x, y)
    converted = target.targets(x, y)
    expected = numerical_gradient(
        lambda: target.evaluate(x, converted, {})["loss"], network.flat_values
    )
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


def test_a_students_sigmoid_is_called_like_any_layer():
    x, y = data(1)
    target = objective(network_for(1, MySigmoid()), mn.BinaryCrossEntropy())
    converted = target.targets(x, y)
    before = MySigmoid.calls
    target.loss_and_gradient(x, converted)
    assert MySigmoid.calls == before + 1


def test_a_softmax_along_another_axis_is_not_fused():
    network = mn.Network([mn.Linear(4, 3), mn.Softmax(axis=1)])
    assert not objective(network, mn.CategoricalCrossEntropy()).fused


def test_the_prediction_is_kept_on_request_and_right():
    x, y = data(3)
    network = network_for(3, mn.Softmax())
    for fuse in (True, False):
        target = objective(network, mn.CategoricalCrossEntropy(), fuse)
        target.loss_and_gradient(x, target.targets(x, y), keep_prediction=True)
        np.testing.assert_allclose(target.prediction, network.predict(x), rtol=1e-12)


def test_evaluate_does_not_depend_on_its_pieces():
    x, y = data(3, m=2345)
    target = objective(network_for(3, mn.Softmax()), mn.CategoricalCrossEntropy())
    whole = target.evaluate(x, target.targets(x, y), mn.metrics.get("accuracy"))
    p = target.network.predict(x)
    assert whole["loss"] == pytest.approx(-np.log(p[np.arange(len(y)), y]).mean(), rel=1e-12)
    assert whole["accuracy"] == pytest.approx((p.argmax(axis=1) == y).mean(), rel=1e-15)


def test_refresh_checks_the_ending_again():
    network = network_for(1, mn.Sigmoid())
    target = objective(network, mn.BinaryCrossEntropy())
    assert target.fused
    network.layers[-1] = MySigmoid()
    target.refresh()
    assert not target.fused


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_unfused_cross_entropy_at_saturation_explains_itself(dtype):
    for k, ending, loss in ((1, mn.Sigmoid, "Binary"), (2, mn.Softmax, "Categorical")):
        linear = mn.Linear(1, k)
        linear.weight.value = np.arange(1.0, k + 1).reshape(1, k)
        network = mn.Network([linear, ending()], dtype=dtype)
        kind = getattr(mn, f"{loss}CrossEntropy")
        target = objective(network, kind(), fuse=False)
        x, y = np.full((2, 1), 1000.0, dtype), np.zeros(2, int)
        with pytest.raises(FloatingPointError) as info:
            target.loss_and_gradient(x, target.targets(x, y))
        for part in ("prediction[0, 0]", "saturated", "z = 17", "fuse=True", "logits"):
            assert part in str(info.value)
        fused = objective(network, kind())
        assert np.isfinite(fused.loss_and_gradient(x, fused.targets(x, y)))


def test_evaluate_says_when_the_loss_is_not_finite():
    """A custom loss need not say it by itself, as the built-in ones do."""

    class Inverse(mn.Loss):
        def forward(self, prediction, target):
            return float(np.where(target == 0, np.inf, 1.0).sum())

        def backward(self):
            raise AssertionError("not asked for")

    target = objective(network_for(1, mn.Identity()), Inverse())
    x, _ = data(1)
    assert target.evaluate(x, target.targets(x, np.ones(len(x))), {})["loss"] == len(x)
    with pytest.raises(FloatingPointError, match="evaluate: expected a finite loss, got inf"):
        target.evaluate(x, target.targets(x, np.zeros(len(x))), {})


def test_evaluating_weights_that_are_not_finite_is_refused():
    t = small_trainer.trainer_of()
    t.network.flat_values[0] = np.nan
    with pytest.raises(FloatingPointError, match="finite"):
        t.evaluate(small_trainer.X, small_trainer.Y)
