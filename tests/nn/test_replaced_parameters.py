"""Parameters and layers that are replaced after the network was built are found and trained."""

import numpy as np
import pytest

import minnet as mn
from minnet.nn.search import find


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
    "taken by another network": lambda h: h.gain._move(np.ones(3), np.ones(3)),
}


def trainer_of(holder):
    network = mn.Network([holder, mn.Linear(3, 2), mn.Softmax()], seed=0)
    return mn.Trainer(network, mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=0)


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_found(change):
    holder = Holder()
    network = trainer_of(holder).network
    assert network.refresh() is False
    CHANGES[change](holder)
    assert network.refresh() is True
    assert [id(f.item) for f in network._flat.found] == [id(f.item) for f in find(network)]
    assert network.refresh() is False


USES = {
    "step": lambda trainer, x, y, _: trainer.step(x, y),
    "fit": lambda trainer, x, y, _: trainer.fit(x, y, 1, progress=False),
    "save": lambda trainer, x, y, path: (trainer.network.save_values(path), trainer.step(x, y)),
    "predict": lambda trainer, x, y, _: (trainer.predict(x), trainer.step(x, y)),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("change", ["attribute", "list item", "dict item", "tuple"])
def test_whatever_uses_the_network_finds_the_change(use, change, tmp_path):
    x, y = np.ones((4, 3), np.float32), np.array([0, 1, 0, 1])
    holder = Holder()
    trainer = trainer_of(holder)
    trainer.step(x, y)
    CHANGES[change](holder)
    USES[use](trainer, x, y, tmp_path / "values")
    found = [id(f.item) for f in trainer.network._flat.found]
    assert found == [id(f.item) for f in find(trainer.network)]


@pytest.mark.parametrize("use", USES)
def test_a_replaced_parameter_is_trained(use, tmp_path):
    x, y = np.ones((4, 3), np.float32), np.array([0, 1, 0, 1])
    holder = Holder()
    trainer = trainer_of(holder)
    trainer.step(x, y)
    holder.gain = mn.Parameter(np.full(3, 2.0))
    USES[use](trainer, x, y, tmp_path / "values")
    assert (holder.gain.value != 2).any()


def test_a_step_changes_no_structure():
    x, y = np.ones((4, 3), np.float32), np.array([0, 1, 0, 1])
    trainer = trainer_of(Holder())
    trainer.step(x, y)
    vectors = trainer.network._flat
    trainer.step(x, y)
    assert trainer.network._flat is vectors


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "dict key"])
def test_a_single_step_sees_a_change_without_looking_at_everything(change):
    """Another key alone changes no step; all the rest does."""
    holder = Holder()
    network = trainer_of(holder).network
    assert network._flat.seems_current()
    CHANGES[change](holder)
    assert not network._flat.seems_current()


def test_steps_of_built_in_layers_are_no_change():
    norm, pool = mn.BatchNorm(3), mn.Residual([mn.Linear(3, 3), mn.Dropout(0.5), mn.LayerNorm(3)])
    network = mn.Network([norm, pool, mn.Network([mn.Linear(3, 2), mn.Softmax()])], seed=0)
    trainer = mn.Trainer(network, mn.CategoricalCrossEntropy(), mn.Adam(), seed=0)
    for _ in range(2):
        trainer.step(np.eye(3), [0, 1, 0])
        assert network._flat.seems_current()


def test_what_turns_out_to_be_no_change_is_forgotten():
    holder = Holder()
    network = trainer_of(holder).network
    holder.pair = (*holder.pair[:1], 5)
    assert not network._flat.seems_current()
    assert network.refresh() is False
    assert network._flat.seems_current()
