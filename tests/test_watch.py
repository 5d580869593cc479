"""The quick look before each step: it must see every change that the full look sees."""

import numpy as np
import pytest

import minnet as mn
from minnet.nn.layer import find


class Holder(mn.Layer):
    """Parts in an attribute, a list, a dict and a tuple; each multiplies by its gain."""

    def __init__(self):
        self.gain = mn.Parameter(np.ones(3))
        self.row = [mn.Parameter(np.ones(3))]
        self.named = {"a": mn.Parameter(np.ones(3)), "number": 2.0}
        self.pair = (mn.Linear(3, 3), 5)
        self.sizes = (3, 3)
        self.later = None

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


def new():
    return mn.Parameter(np.ones(3))


CHANGES = {
    "attribute": lambda h: setattr(h, "gain", new()),
    "new attribute": lambda h: setattr(h, "other", new()),
    "attribute that was None": lambda h: setattr(h, "later", new()),
    "attribute gone": lambda h: delattr(h, "gain"),
    "attribute to None": lambda h: setattr(h, "gain", None),
    "list item": lambda h: h.row.__setitem__(0, new()),
    "list longer": lambda h: h.row.append(new()),
    "list empty": lambda h: h.row.clear(),
    "dict item": lambda h: h.named.update(a=new()),
    "dict item that was a number": lambda h: h.named.update(number=new()),
    "dict key": lambda h: h.named.update(b=h.named.pop("a")),
    "tuple": lambda h: setattr(h, "pair", (mn.Linear(3, 3), 5)),
    "inside of a tuple": lambda h: setattr(h.pair[0], "weight", mn.Parameter(np.ones((3, 3)))),
    "tuple of numbers becomes one of parts": lambda h: setattr(h, "sizes", (new(),)),
    "frozen": lambda h: setattr(h.gain, "trainable", False),
    "taken by another network": lambda h: h.gain.move(np.ones(3), np.ones(3)),
}


def trainer_of(holder):
    network = mn.Network([holder, mn.Linear(3, 2), mn.Softmax()], seed=0)
    return mn.Trainer(network, mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=0)


@pytest.mark.parametrize("change", CHANGES)
def test_the_quick_look_sees(change):
    holder = Holder()
    network = trainer_of(holder).network
    assert network.refresh() is False
    assert network._packed.watch.nothing_new()
    CHANGES[change](holder)
    assert not network._packed.watch.nothing_new()
    assert network.refresh(quick=True)
    assert [id(f.item) for f in network._packed.found] == [id(f.item) for f in find(network)]
    assert network._packed.watch.nothing_new()


def test_a_step_changes_no_structure():
    x, y = np.ones((4, 3), np.float32), np.array([0, 1, 0, 1])
    trainer = trainer_of(Holder())
    trainer.step(x, y)
    watch = trainer.network._packed.watch
    trainer.step(x, y)
    assert trainer.network._packed.watch is watch


def test_what_a_step_finds_anew_is_trained():
    x, y = np.ones((4, 3), np.float32), np.array([0, 1, 0, 1])
    holder = Holder()
    trainer = trainer_of(holder)
    trainer.step(x, y)
    holder.gain = mn.Parameter(np.full(3, 2.0))
    trainer.step(x, y)
    assert (holder.gain.value != 2).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_named_in_a_repeated_step(bad):
    x, y = np.ones((4, 3), np.float32), np.array([0, 1, 0, 1])
    trainer = trainer_of(Holder())
    trainer.step(x, y)
    before = trainer.network.flat_values.copy()
    x[2, 1] = bad
    with pytest.raises(ValueError, match=r"step: x: expected finite numbers, got x\[2, 1\]"):
        trainer.step(x, y)
    np.testing.assert_array_equal(trainer.network.flat_values, before)


def test_numbers_whose_squares_alone_are_too_large_are_legal():
    x, y = np.full((4, 3), 1e30, np.float32), np.array([0, 1, 0, 1])
    trainer = trainer_of(Holder())
    trainer.optimizer.learning_rate = 0.0
    assert np.isfinite(trainer.step(x, y))


@pytest.mark.parametrize("bad", [-1, 2, 2**40])
def test_a_label_out_of_range_is_named_in_a_repeated_step(bad):
    x, y = np.ones((4, 3), np.float32), np.array([0, 1, 0, 1])
    trainer = trainer_of(Holder())
    trainer.step(x, y)
    y[3] = bad
    with pytest.raises(ValueError, match=rf"y: expected class labels.*y\[3\] = {bad}"):
        trainer.step(x, y)
    with pytest.raises(ValueError, match="the same number of rows"):
        trainer.step(x, y[:3])
