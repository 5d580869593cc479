"""A loss or gradient that is not finite stops the training, says where, and changes nothing."""

import copy
import pickle

import numpy as np
import pytest
import small_trainer

import minnet as mn
from minnet.training.training_diverged import diverged

X, Y = np.random.default_rng(0).normal(size=(12, 4)), np.arange(12) % 3


class Bad(mn.Layer):
    """Passes everything on, until it is told to give NaN or inf forward or backward."""

    def __init__(self, forward=None, backward=None, after=0):
        self.gain = mn.Parameter(np.ones(1))
        self.values, self.after, self.calls = (forward, backward), after, 0

    def forward(self, x):
        self.calls += self.training
        bad = self.values[0] if self.calls > self.after else None
        return x.copy() if bad is None else np.full_like(x, bad)

    def backward(self, grad):
        bad = self.values[1] if self.calls > self.after else None
        self.gain.grad = np.array([0.0 if bad is None else bad])
        return grad


def trainer_with(layer, **options):
    layers = [mn.Linear(4, 3), layer, mn.Linear(3, 3), mn.Softmax()]
    return mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.Adam(0.01), seed=0, **options)


def state(trainer):
    return pickle.dumps(
        (trainer.network.flat_values, trainer.optimizer.state, trainer.optimizer.steps)
    )


class Remember(mn.Callback):
    """The state after the last good step."""

    def on_fit_begin(self, trainer):
        self.last = state(trainer)

    def on_step_end(self, trainer, loss):
        self.last = state(trainer)


CAUSES = ("learning rate (0.01) is too large", "not standardized", "log or the inverse of 0")


@pytest.mark.parametrize("fuse", [True, False])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_output_that_is_not_finite(bad, fuse):
    """The 6th training step is the second batch of epoch 2 (4 batches of 3)."""
    trainer, remember = trainer_with(Bad(forward=bad, after=5), fuse=fuse), Remember()
    with pytest.raises(mn.TrainingDiverged) as info:
        trainer.fit(X, Y, 3, 3, callbacks=[remember], progress=False)
    error = info.value
    assert isinstance(error, FloatingPointError)
    assert (error.epoch, error.batch) == (2, 2)
    assert error.layer == "layers[1] Bad(" + f"forward={bad}, after=5)"
    for part in ("diverged at epoch 2, batch 2, in layers[1] Bad", f"is {bad}", *CAUSES):
        assert part in str(error)
    assert state(trainer) == remember.last
    assert len(trainer.history) == trainer.epochs == 1
    assert not trainer.network.training


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite(bad):
    trainer, remember = trainer_with(Bad(backward=bad, after=2)), Remember()
    with pytest.raises(mn.TrainingDiverged) as info:
        trainer.fit(X, Y, 3, 3, callbacks=[remember], progress=False)
    assert (info.value.epoch, info.value.batch) == (1, 3)
    for part in ("layers[1] Bad.gain", f"the gradient of 1.gain[0] is {bad}", *CAUSES):
        assert part in str(info.value)
    assert state(trainer) == remember.last


def test_a_single_step_has_no_epoch():
    trainer = trainer_with(Bad(backward=np.nan))
    before = state(trainer)
    with pytest.raises(mn.TrainingDiverged, match="diverged at this step, in layers") as info:
        trainer.step(X, Y)
    assert (info.value.epoch, info.value.batch) == (None, None)
    assert state(trainer) == before


def test_a_weight_that_is_not_finite_is_refused_before_training():
    trainer = trainer_with(Bad())
    trainer.network.layers[0].weight.value[...] = np.full((4, 3), np.nan)
    with pytest.raises(ValueError, match=r"fit: the parameter 0\.weight: expected finite numbers"):
        trainer.fit(X, Y, 1, 3, progress=False)


def test_a_weight_that_becomes_infinite_is_named():
    class Break(mn.Callback):
        def on_step_end(self, trainer, loss):
            trainer.network.layers[2].bias.value[...] = [0.0, np.inf, 0.0]

    trainer = trainer_with(Bad())
    with pytest.raises(mn.TrainingDiverged) as info:
        trainer.fit(X, Y, 1, 3, callbacks=[Break()], progress=False)
    assert "layers[2] Linear.bias: the weight 2.bias[1] is inf" in str(info.value)
    assert info.value.batch == 2


def test_a_rate_that_is_far_too_large():
    """Regression blows up by itself; nothing is warned of, the error says it better."""
    x = np.random.default_rng(1).normal(size=(20, 3)) * 100
    trainer = mn.Trainer([mn.Linear(3, 1)], mn.MeanSquaredError(), mn.SGD(10.0), seed=0)
    with pytest.raises(mn.TrainingDiverged) as info:
        trainer.fit(x, x.sum(axis=1), 50, 5, progress=False)
    assert "learning rate (10) is too large" in str(info.value)
    assert np.isfinite(trainer.network.flat_values).all()


def test_a_loss_that_is_not_finite():
    class Broken(mn.Loss):
        def forward(self, prediction, target):
            return np.nan

        def backward(self):
            raise AssertionError("not reached")

    trainer = mn.Trainer([mn.Linear(4, 1)], Broken(), mn.SGD(), seed=0)
    before = trainer.network.flat_values.copy()
    with pytest.raises(mn.TrainingDiverged, match="in the loss: its value is nan, though the pred"):
        trainer.step(X, Y)
    assert np.array_equal(trainer.network.flat_values, before)


@pytest.mark.parametrize("x", [1000.0, -1000.0])
def test_unfused_cross_entropy_at_saturation_explains_itself(x):
    linear = mn.Linear(1, 1, weight_init="ones")
    trainer = mn.Trainer([linear, mn.Sigmoid()], mn.BinaryCrossEntropy(), mn.SGD(0.1), fuse=False)
    data = np.full((4, 1), x), np.array([0, 1, 0, 1])
    with pytest.raises(mn.TrainingDiverged) as info:
        trainer.fit(*data, 1, 4, progress=False)
    for part in ("epoch 1, batch 1", "is saturated", "z = 17", "fuse=True", "logits"):
        assert part in str(info.value)
    assert linear.weight.value.tolist() == [[1.0]]
    fused = mn.Trainer(trainer.network, mn.BinaryCrossEntropy(), mn.SGD(0.1))
    assert np.isfinite(fused.fit(*data, 1, 4, progress=False)["loss"]).all()


def test_a_very_long_but_finite_gradient_is_let_through():
    """Its square overflows in float32; it is looked at more closely before it is refused."""
    network = mn.Network([mn.Linear(1, 1)], seed=0)
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(1e-30))
    trainer.step(np.array([[1e12]]), np.array([1e10]))
    assert np.abs(network.flat_gradients).max() > 1e20
    assert np.isfinite(network.flat_values).all()


def test_after_the_error_the_training_can_continue():
    trainer = trainer_with(Bad(forward=np.nan, after=3))
    with pytest.raises(mn.TrainingDiverged):
        trainer.fit(X, Y, 2, 3, progress=False)
    held = trainer.network.layers[0].forward(X.astype(np.float32))
    kept = held.copy()
    trainer.network.layers[1].after = 10**9
    history = trainer.fit(X, Y, 2, 3, progress=False)
    assert np.isfinite(history["loss"]).all()
    assert np.array_equal(held, kept)


@pytest.mark.parametrize("clone", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_the_error_travels_between_processes(clone):
    error = clone(mn.TrainingDiverged("why", 3, 4, "layers[0]"))
    assert (str(error), error.epoch, error.batch, error.layer) == ("why", 3, 4, "layers[0]")


def test_a_layer_whose_backward_is_bad_only_once():
    """Looked at again nothing is wrong: the message does not blame a layer that it has not seen."""

    class Once(Bad):
        def backward(self, grad):
            self.gain.grad = np.array([np.inf if self.calls == 1 else 0.0])
            self.calls += 1
            return grad

    trainer = trainer_with(Once())
    before = state(trainer)
    with pytest.raises(mn.TrainingDiverged, match="in the network: the gradient is too") as info:
        trainer.step(X, Y)
    assert info.value.layer == "the network"
    assert state(trainer) == before


def test_without_the_loss_s_gradient_the_parameter_is_named():
    network = mn.Network([mn.Linear(2, 1), mn.Linear(1, 1)], seed=0)
    network.layers[0].weight.grad = np.array([[0.0], [np.nan]])
    error = diverged(network, np.ones((1, 2), np.float32), 0.5, 0.1)
    assert error.layer == "layers[0] Linear.weight"
    assert "the gradient of 0.weight[1, 0] is nan" in str(error)


class BadBackward(mn.Layer):
    """Finite forward, NaN backward."""

    def forward(self, x):
        return x * 1

    def backward(self, grad):
        return grad * np.nan


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("fuse", [True, False])
def test_divergence_names_the_layer_whose_backward_is_wrong(nested, fuse):
    tail = [BadBackward(), mn.Linear(4, 3), mn.Softmax()]
    layers = [mn.Linear(4, 4), *([mn.Network(tail)] if nested else tail)]
    place = r"layers\[1\]\.layers\[0\] BadBackward" if nested else r"layers\[1\] BadBackward"
    if nested and not fuse:
        place = r"layers\[1\] Network"
    with pytest.raises(mn.TrainingDiverged, match=rf"{place}.*its backward returned"):
        small_trainer.trainer_of(*layers, fuse=fuse).fit(
            small_trainer.X, small_trainer.Y, 1, progress=False
        )


def test_divergence_names_a_loss_whose_backward_is_wrong():
    class Bad(mn.MeanSquaredError):
        def backward(self):
            return super().backward() * np.inf

    with pytest.raises(mn.TrainingDiverged, match="in the loss: its gradient"):
        small_trainer.trainer_of(mn.Linear(4, 1), loss=Bad()).fit(
            small_trainer.X, small_trainer.Y, 1, progress=False
        )
