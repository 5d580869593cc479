"""The penalty is in every reported loss, and its gradient is that of its value."""

import numpy as np
import pytest

import minnet as mn
from minnet.optimizers.penalties import Penalty

X = np.random.default_rng(0).normal(size=(8, 3))
Y = X @ np.array([[1.0], [-2.0], [0.5]])


def trainer(rate=0.0, **options):
    network = mn.Network([mn.Linear(3, 4), mn.Tanh(), mn.Linear(4, 1)], seed=1, dtype="float64")
    return mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(rate), **options)


@pytest.mark.parametrize("penalty", [mn.L1(0.3), mn.L2(0.3), [mn.L1(0.1), mn.L2(0.2)]])
def test_the_gradient_agrees_with_the_reported_loss(penalty):
    t = trainer(penalty=penalty)
    t.step(X, Y)
    gradient, values = t.network.flat_gradients.copy(), t.network.flat_values
    for index in range(len(values)):
        before, losses = values[index], []
        for step in (1e-6, -1e-6):
            values[index] = before + step
            losses.append(t.evaluate(X, Y)["loss"])
        values[index] = before
        assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(gradient[index], abs=1e-8)


def test_step_fit_and_evaluate_report_the_same_loss():
    t = trainer(penalty=mn.L2(0.5))
    loss = t.evaluate(X, Y)["loss"]
    assert t.step(X, Y) == pytest.approx(loss)
    history = t.fit(X, Y, 1, 3, validation_data=(X, Y), progress=False)
    assert history["loss"][0] == pytest.approx(loss)
    assert history["val_loss"][0] == pytest.approx(loss)
    weights = [p.value for name, p in t.network.parameters().items() if "weight" in name]
    bare = trainer().evaluate(X, Y)["loss"]
    assert loss - bare == pytest.approx(0.25 * sum(np.square(w).sum() for w in weights))


def test_biases_are_not_penalized_unless_a_parameter_says_otherwise():
    class Shift(mn.Layer):
        def __init__(self):
            self.spared = mn.Parameter(np.array([[2.0]]), penalized=False)
            self.shift = mn.Parameter(np.array([3.0]), penalized=True)

        def forward(self, x):
            return x + self.shift.value + self.spared.value

        def backward(self, grad):
            self.shift.grad = grad.sum(axis=0)
            self.spared.grad = grad.sum(axis=0, keepdims=True)
            return grad

    network = mn.Network([Shift()], dtype="float64")
    t = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.0), penalty=mn.L2(1.0))
    x = np.ones((2, 1))
    assert t.evaluate(x, x + 5)["loss"] == pytest.approx(4.5)
    t.step(x, x + 5)
    np.testing.assert_allclose(network.flat_gradients, [0.0, 3.0], atol=1e-15)


def test_l2_and_weight_decay_take_the_same_steps_where_all_weights_are_penalized():
    def run(optimizer, penalty):
        layers = [mn.Linear(3, 1, bias=False)]
        network = mn.Network(layers, seed=0, dtype="float64")
        mn.Trainer(network, mn.MeanSquaredError(), optimizer, penalty=penalty, seed=0).fit(
            X, Y, 20, 4, progress=False
        )
        return network.flat_values

    np.testing.assert_allclose(
        run(mn.SGD(0.1), mn.L2(0.05)), run(mn.SGD(0.1, weight_decay=0.05), None), rtol=1e-12
    )


def test_clipping_bounds_the_step():
    for options, bound in (({"clip_norm": 0.01}, np.linalg.norm), ({"clip_value": 0.01}, np.max)):
        t = trainer(rate=1.0, **options)
        before = t.network.flat_values.copy()
        t.step(X * 10, Y * 10)
        change = np.abs(t.network.flat_values - before)
        assert bound(change) == pytest.approx(0.01, rel=1e-3)
    gentle, free = trainer(rate=0.1, clip_norm=1e6, clip_value=1e6), trainer(rate=0.1)
    gentle.step(X, Y)
    free.step(X, Y)
    np.testing.assert_array_equal(gentle.network.flat_values, free.network.flat_values)


def test_the_strength_is_shown():
    assert repr(mn.L2(1e-4)) == "L2(0.0001)"
    assert repr(mn.L1(3)) == "L1(3)"


def test_a_loss_that_is_not_finite_is_not_penalized():
    """The step is refused as it is without a penalty, and no gradient has been added to."""

    class Broken(mn.MeanSquaredError):
        def forward(self, prediction, target):
            return super().forward(prediction, target) * np.nan

    network = mn.Network([mn.Linear(3, 1)], seed=1)
    t = mn.Trainer(network, Broken(), mn.SGD(0.1), penalty=mn.L2(0.5))
    before = network.flat_values.copy()
    with pytest.raises(mn.TrainingDiverged, match="in the loss: its value is nan"):
        t.step(X, Y)
    assert np.array_equal(network.flat_values, before)
    assert not network.flat_gradients.any()


def test_a_custom_penalty_says_what_to_write():
    class Empty(Penalty):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty: write value\(self, w\)"):
        Empty(0.1).value(X)
    with pytest.raises(NotImplementedError, match=r"Empty: write gradient\(self, w\)"):
        Empty(0.1).gradient(X)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: trainer(penalty=3), "penalty"),
        (lambda: trainer(clip_norm=0), "clip_norm"),
        (lambda: trainer(clip_value=float("nan")), "clip_value"),
        (lambda: mn.L2(-1), "L2: strength"),
    ],
)
def test_bad_options(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call()
