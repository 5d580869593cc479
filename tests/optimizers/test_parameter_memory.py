"""An optimizer's memory belongs to Parameters: as if each Parameter had an optimizer of its own.

That is what PyTorch does. A Parameter that does not train keeps its memory and its number of steps.
"""

import copy

import numpy as np
import pytest

import minnet as mn
from minnet.optimizers import AdaDelta, AdaGrad, RMSProp


class Averaged(mn.Optimizer):
    """A custom optimizer with memory."""

    memory = ("total",)

    def update(self, w, g, scratch, total):
        total += g
        w -= self.learning_rate * total / self.t


class Heavy(mn.Optimizer):
    """A custom step with a memory that it makes in its first step."""

    def step(self, values, grads):
        if not hasattr(self, "velocity"):
            self.velocity = np.zeros_like(values)
        self.velocity *= 0.9
        self.velocity += grads
        values -= self.learning_rate * self.velocity


OPTIMIZERS = {
    "sgd": lambda: mn.SGD(0.1),
    "momentum": lambda: mn.SGD(0.1, momentum=0.9),
    "nesterov": lambda: mn.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda: mn.Adam(0.05),
    "adamw": lambda: mn.AdamW(0.05, weight_decay=0.1),
    "rmsprop": lambda: RMSProp(0.01),
    "rmsprop centered": lambda: RMSProp(0.01, momentum=0.5, centered=True),
    "adagrad": lambda: AdaGrad(0.1),
    "adadelta": lambda: AdaDelta(1.0),
    "custom": lambda: Averaged(0.1),
}
X, Y = np.random.default_rng(0).normal(size=(2, 8, 3))


def trainer(optimizer):
    layers = [mn.Linear(3, 3), mn.Tanh(), mn.Linear(3, 3), mn.Tanh(), mn.Linear(3, 3)]
    network = mn.Network(layers, seed=0, dtype="float64")
    return mn.Trainer(network, mn.MeanSquaredError(), optimizer, seed=0)


class EachItsOwn:
    """The reference: an optimizer for each Parameter, which sees only the steps that train it."""

    def __init__(self, make):
        self.make, self.optimizers, self.values = make, {}, {}

    def step(self, made):
        """Compare one step of a Trainer with it."""
        network = made.network
        network.refresh()
        parameters = [p for p in network.parameters().values() if p.trainable]
        before = [p.value.ravel().copy() for p in parameters]
        made.step(X, Y)
        for parameter, values in zip(parameters, before, strict=True):
            optimizer = self.optimizers.setdefault(parameter, self.make())
            optimizer.step(values, parameter.grad.ravel())
            np.testing.assert_array_equal(parameter.value.ravel(), values)


def train_only(made, *indices):
    for index, layer in enumerate(made.network.layers):
        if layer.parameters():
            layer.trainable = index in indices


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
def test_freezing_and_unfreezing(make):
    made, reference = trainer(make()), EachItsOwn(make)
    for indices in ([4], [2], [0], [0, 2, 4], [0, 4], [2], [0, 2, 4]):
        train_only(made, *indices)
        for _ in range(3):
            reference.step(made)
    assert made.optimizer.steps == 21


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
def test_a_new_head_starts_at_zero_and_the_old_one_comes_back(make):
    made, reference = trainer(make()), EachItsOwn(make)
    old, new = made.network.layers[4], mn.Linear(3, 3)
    for head in (old, new, old, new):
        made.network.layers[4] = head
        for _ in range(3):
            reference.step(made)


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
def test_layers_in_another_order(make):
    made, reference = trainer(make()), EachItsOwn(make)
    layers = made.network.layers
    for _ in range(3):
        reference.step(made)
        layers[0], layers[2], layers[4] = layers[2], layers[4], layers[0]
        reference.step(made)


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
def test_a_checkpoint_saves_the_memory_of_frozen_layers(make, tmp_path):
    made, again = trainer(make()), trainer(make())
    for indices in ([0, 2, 4], [2], [0, 2]):
        train_only(made, *indices)
        for _ in range(2):
            made.step(X, Y)
    made.save_checkpoint(tmp_path / "run")
    train_only(again, 0, 2)
    again.load_checkpoint(tmp_path / "run")
    for indices in ([0, 2], [0, 2, 4], [4]):
        for part in (made, again):
            train_only(part, *indices)
            part.step(X, Y)
    for name, parameter in made.network.parameters().items():
        assert again.network.parameters()[name].value.tobytes() == parameter.value.tobytes()


def test_a_checkpoint_right_after_freezing(tmp_path):
    made, again = trainer(mn.Adam()), trainer(mn.Adam())
    made.step(X, Y)
    train_only(made, 4)
    made.save_checkpoint(tmp_path / "run")
    train_only(again, 4)
    again.load_checkpoint(tmp_path / "run")
    for part in (made, again):
        train_only(part, 0, 2, 4)
        part.step(X, Y)
    np.testing.assert_array_equal(again.network.flat_values, made.network.flat_values)


@pytest.mark.parametrize("copied", [True, False])
def test_a_copy_of_the_trainer_goes_on_in_the_same_way(copied):
    made = trainer(mn.Adam(0.05))
    made.step(X, Y)
    train_only(made, 4)
    made.step(X, Y)
    again = copy.deepcopy(made)
    if not copied:  # network and optimizer one by one
        network = copy.deepcopy(made.network)
        again = mn.Trainer(network, mn.MeanSquaredError(), copy.deepcopy(made.optimizer))
    for part in (made, again):
        part.step(X, Y)
        if copied:
            train_only(part, 0, 2, 4)
            part.step(X, Y)
    np.testing.assert_array_equal(again.network.flat_values, made.network.flat_values)


def test_a_callback_may_freeze_a_layer_between_epochs():
    class Freeze(mn.Callback):
        def on_epoch_begin(self, trainer, epoch):
            trainer.network.layers[0].trainable = epoch == 1

    made = trainer(mn.Adam(0.05))
    first = made.network.layers[0].weight
    made.fit(X, Y, 1, callbacks=[Freeze()], progress=False)
    value = first.value.copy()
    made.fit(X, Y, until=3, callbacks=[Freeze()], progress=False)
    made.fit(X, Y, until=4, progress=False)
    np.testing.assert_array_equal(first.value, value)


def test_vectors_of_a_custom_step_are_moved_too():
    made, reference = trainer(Heavy(0.1)), EachItsOwn(lambda: Heavy(0.1))
    for indices in ([0, 2, 4], [2], [0, 4]):
        train_only(made, *indices)
        for _ in range(2):
            reference.step(made)


def test_where_the_vector_of_a_custom_step_starts_is_not_guessed():
    made = trainer(Heavy(0.1))
    train_only(made, 4)
    made.step(X, Y)
    train_only(made, 0)
    before = made.network.layers[0].weight.value.copy()
    with pytest.raises(ValueError, match=r"Heavy: expected to train the same Parameters as before"):
        made.step(X, Y)
    np.testing.assert_array_equal(made.network.layers[0].weight.value, before)
    made.optimizer = Heavy(0.1)
    made.step(X, Y)


def test_vectors_larger_than_a_block():
    make = lambda: mn.Adam(0.01)  # noqa: E731
    layers = [mn.Linear(3, 200), mn.Tanh(), mn.Linear(200, 200), mn.Tanh(), mn.Linear(200, 3)]
    network = mn.Network(layers, seed=0)
    made = mn.Trainer(network, mn.MeanSquaredError(), make(), seed=0)
    reference = EachItsOwn(make)
    for indices in ([2], [0, 2, 4], [0, 4], [0, 2, 4]):
        train_only(made, *indices)
        reference.step(made)


def wrong_size(resting):
    return {p: (n, {name: np.zeros(1) for name in own}) for p, (n, own) in resting.items()}


def wrong_dtype(resting):
    return {
        p: (n, {name: v.astype(np.float32) for name, v in own.items()})
        for p, (n, own) in resting.items()
    }


def wrong_name(resting):
    return {p: (n, {"other": np.zeros(p.size)}) for p, (n, _) in resting.items()}


def wrong_steps(resting):
    return {p: (99, own) for p, (_, own) in resting.items()}


@pytest.mark.parametrize("damage", [wrong_size, wrong_dtype, wrong_name, wrong_steps])
def test_memory_that_does_not_fit_the_network_is_refused(damage, tmp_path):
    made, again = trainer(mn.Adam()), trainer(mn.Adam())
    made.step(X, Y)
    for part in (made, again):
        train_only(part, 4)
    made.step(X, Y)
    known = made.optimizer._by_parameter
    known.resting = damage(known.resting)
    made.save_checkpoint(tmp_path / "run")
    with pytest.raises(mn.CheckpointError, match="its optimizer"):
        again.load_checkpoint(tmp_path / "run")
    assert again.optimizer.steps == 0
