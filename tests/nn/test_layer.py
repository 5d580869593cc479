"""How a layer is found, named and copied, and what its author is told when a name is taken."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest
from numeric import check_layer_gradients
from student_layers import Accumulating, Block, Scale, Shift, assert_trains

import minnet as mn
from minnet.nn.search import find, layers_of


class Unwritten(mn.Layer):
    """Neither forward nor backward."""


@pytest.mark.parametrize("make", [Scale, Accumulating, Block, Shift])
def test_the_layers_of_these_tests_are_right_themselves(make):
    generator = np.random.default_rng(0)
    layer = make(3)
    for parameter in layer.parameters().values():
        parameter.grad = np.zeros(parameter.shape)
    check_layer_gradients(layer, generator.normal(size=(5, 3)), generator)


def test_parameters_are_found_in_the_order_of_definition():
    assert list(Block(3).parameters()) == [
        "first.gain",
        "row.1.weight",
        "row.1.bias",
        "named.left.gain",
        "gains.0",
        "gains.1",
    ]
    assert [f.name for f in find(Block(2)) if isinstance(f.item, mn.Layer)] == [
        "first",
        "row.0",
        "row.1",
        "named.left",
    ]
    assert len(list(layers_of(Block(2)))) == 5
    assert mn.Tanh().parameters() == {}


def test_deep_containers_are_searched():
    layer = mn.Layer()
    layer.deep = {"a": [({"b": [mn.Parameter([1.0])]},)], "c": {1: mn.Linear(2, 2, bias=False)}}
    assert list(layer.parameters()) == ["deep.a.0.0.b.0", "deep.c.1.weight"]


@pytest.mark.parametrize("kind", [set, frozenset])
def test_a_set_has_no_order_and_is_refused(kind):
    layer = Scale(2)
    layer.names = kind(["a", "b"])  # a set of anything else is nobody's business
    assert list(layer.parameters()) == ["gain"]
    layer.gains = kind([mn.Parameter([1.0])])
    with pytest.raises(TypeError, match=rf"gains: expected a list.*got a {kind.__name__}"):
        mn.Network([layer])


@pytest.mark.parametrize("name", ["training", "random", "forward", "backward", "parameters"])
@pytest.mark.parametrize("value", [0.5, "text", None, lambda x: x, [1]])
def test_reserved_names_are_refused_as_attributes(name, value):
    class Taken(mn.Layer):
        def __init__(self):
            setattr(self, name, value)

    with pytest.raises(
        TypeError, match=rf"Taken: the name '{name}' belongs .* for example {name}_"
    ):
        Taken()


@pytest.mark.parametrize("name", ["training", "random", "parameters"])
@pytest.mark.parametrize("value", [True, None, lambda self: [], property(lambda self: 1)])
def test_reserved_names_are_refused_in_the_class(name, value):
    with pytest.raises(TypeError, match=f"Taken: the name '{name}' belongs to the framework"):
        type("Taken", (mn.Layer,), {name: value})


@pytest.mark.parametrize("name", ["forward", "backward"])
def test_forward_and_backward_must_be_methods(name):
    with pytest.raises(TypeError, match=f"the name '{name}' belongs"):
        type("Taken", (mn.Linear,), {name: 3})


def test_a_parameter_or_layer_on_the_class_is_refused_because_it_is_not_found():
    for item in (mn.Parameter([1.0]), mn.Linear(2, 2)):
        with pytest.raises(TypeError, match=r"Shared\.part: .*self\.part = \.\.\. in __init__"):
            type("Shared", (mn.Layer,), {"part": item})
    with pytest.raises(TypeError, match="default_factory"):

        @dataclasses.dataclass
        class Defaulted(mn.Layer):
            gain: mn.Parameter = mn.Parameter([1.0])  # noqa: RUF009


def test_slots_are_refused_because_they_are_not_found():
    with pytest.raises(TypeError, match=r"Slotted: .*got __slots__"):

        class Slotted(mn.Layer):
            __slots__ = ("gain",)

    with pytest.raises(TypeError, match=r"Slotted: .*got __slots__"):

        @dataclasses.dataclass(slots=True)
        class Slotted(mn.Layer):
            gain: mn.Parameter

    type("Empty", (mn.Layer,), {"__slots__": ()})


@dataclasses.dataclass
class Given(Scale):
    """A dataclass that is given its Parameter."""

    gain: mn.Parameter = dataclasses.field(default_factory=lambda: mn.Parameter([1.0, 2.0, 3.0]))


def test_dataclass_layers_train_and_have_a_parameter_each():
    assert_trains(mn.Network([Given(), mn.Tanh(), Given()], dtype="float64"), count=6)
    assert_trains(copy.deepcopy(mn.Network([Given(), Shift(3)], dtype="float64")), count=6)
    assert pickle.loads(pickle.dumps(Shift(3))).features == 3
    assert Shift.__hash__ is None  # dataclasses with == have no hash, and need none


@pytest.mark.parametrize(
    ("make", "given"),
    [
        (lambda: mn.Tanh(5), "(5)"),
        (lambda: mn.Sigmoid("x", slope=2), "('x', slope=2)"),
        (lambda: Unwritten(3), "(3)"),
        (lambda: mn.Layer(1), "(1)"),
    ],
)
def test_arguments_that_are_not_taken_are_refused(make, given):
    with pytest.raises(TypeError, match="the constructor takes no arguments, got") as caught:
        make()
    assert given in str(caught.value)
    assert "Write " in str(caught.value)


def test_python_s_own_errors_for_constructors_that_take_some():
    for make in (lambda: Scale(), lambda: Scale(1, 2), lambda: mn.Linear(2), lambda: Scale(size=1)):
        with pytest.raises(TypeError, match="argument"):
            make()


def test_methods_that_are_not_written_say_so():
    with pytest.raises(NotImplementedError, match=r"Unwritten\.forward is not written yet"):
        Unwritten().forward(np.ones((1, 1)))
    with pytest.raises(NotImplementedError, match=r"Unwritten\.backward is not written yet"):
        Unwritten().backward(np.ones((1, 1)))


def test_training_is_false_on_a_fresh_layer_and_switched_for_all_inside():
    block = Block(2)
    assert not any(layer.training for layer in layers_of(block))
    block.training = True
    assert all(layer.training for layer in layers_of(block))
    block.first.training = np.False_
    assert block.training
    assert not block.first.training
    assert copy.deepcopy(block).training


def test_random_is_a_generator_also_without_a_network():
    layer = Scale(2)
    assert isinstance(layer.random, np.random.Generator)
    assert layer.random is layer.random
    layer.random = generator = np.random.default_rng(0)
    assert layer.random is generator
    network = mn.Network([Block(2), mn.Network([mn.Tanh()])], seed=1)
    assert all(part.random is network.random for part in layers_of(network))
    again = mn.Network([Block(2)], seed=1)
    assert network.random.normal() == again.random.normal()
    other = copy.deepcopy(network)
    assert other.random is other.layers[0].first.random is not network.random
    assert other.random.normal() == network.random.normal()


def test_a_copied_layer_shares_nothing():
    for duplicate in (copy.copy, copy.deepcopy, lambda part: pickle.loads(pickle.dumps(part))):
        block = Block(2)
        block.row[1].weight.value  # noqa: B018 (drawn when first needed, so: now)
        other = duplicate(block)
        pairs = zip(block.parameters().values(), other.parameters().values(), strict=True)
        for one, two in pairs:
            np.testing.assert_array_equal(one.value, two.value)
            assert not np.shares_memory(one.value, two.value)
        assert repr(other) == "Block(2)"


def test_repr_is_the_constructor_as_written():
    class Wrap(mn.Layer):
        def __init__(self, inner, table=None):
            self.inner = inner

    assert repr(Wrap(mn.Tanh(), table=np.ones((2, 3)))) == "Wrap(Tanh(), table=array(2, 3))"
    assert repr(mn.ReLU()) == "ReLU()"
    assert repr(mn.Linear(2, 3)) == "Linear(2 -> 3)"


# -- the shortcut of a network's first layer ------------------------------------------------


class Doubled(mn.Linear):
    """Overrides only backward."""

    def backward(self, grad):
        self.weight.grad = self._x.T @ (2 * grad)
        self.bias.grad = 2 * grad.sum(axis=0)
        return grad @ self.weight.value.T


class CallsSuper(mn.Linear):
    """Overrides backward, and asks the parent to do it."""

    def backward(self, grad):
        return super().backward(2 * grad)


class Doubling:
    """A mixin with a backward."""

    def backward(self, grad):
        return super().backward(2 * grad)


class MixedIn(Doubling, mn.Linear):
    """Takes its backward from the mixin."""


class Grandchild(CallsSuper):
    """Inherits the backward of a student's class."""


class Ancestor(mn.Linear):
    """A custom backward and a custom _backward_parameters."""

    def backward(self, grad):
        return super().backward(2 * grad)

    def _backward_parameters(self, grad):
        super()._backward_parameters(2 * grad)


@pytest.mark.parametrize("kind", [Doubled, CallsSuper, MixedIn, Grandchild, Ancestor])
@pytest.mark.parametrize("nested", [False, True])
def test_a_backward_of_one_s_own_is_not_bypassed_in_first_position(kind, nested):
    generator = np.random.default_rng(0)
    x, grad = generator.normal(size=(4, 3)), generator.normal(size=(4, 2))
    layer, plain = kind(3, 2), mn.Linear(3, 2)
    inside = mn.Network([layer]) if nested else layer
    network, reference = mn.Network([inside], dtype="float64"), mn.Network([plain], dtype="float64")
    for each in (network, reference):
        each.forward(x)
        each._backward_parameters(grad)
    np.testing.assert_allclose(network.flat_gradients, 2 * reference.flat_gradients)
    network.forward(x)
    network.backward(grad)
    np.testing.assert_allclose(network.flat_gradients, 2 * reference.flat_gradients)


def test_a_subclass_that_keeps_backward_keeps_the_shortcut():
    class Named(mn.Linear):
        def forward(self, x):
            return super().forward(x)

    assert Named._backward_parameters is mn.Linear._backward_parameters


def normalized():
    layers = [mn.Linear(3, 4), mn.BatchNorm(4), mn.Tanh(), mn.Linear(4, 2)]
    return mn.Network(layers, seed=0)


def test_a_frozen_layer_does_not_train():
    made = mn.Trainer(normalized(), mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    first, norm = made.network.layers[:2]
    x, y = np.random.default_rng(0).normal(size=(8, 3)), np.ones((8, 2))
    first.trainable = norm.trainable = False
    before = {n: p.value.copy() for n, p in made.network.parameters().items()}
    made.step(x, y)
    changed = [n for n, p in made.network.parameters().items() if (p.value != before[n]).any()]
    assert changed == ["1.running_mean", "1.running_variance", "3.weight", "3.bias"]
    first.trainable = norm.trainable = True
    made.step(x, y)
    assert (first.weight.value != before["0.weight"]).any()
    assert not norm.running_mean.trainable
    assert norm.gamma.trainable
    assert [layer.trainable for layer in made.network.layers] == [True] * 4


def test_frozen_layers_are_saved_and_shown(tmp_path):
    network = normalized()
    network.layers[0].trainable = network.layers[1].trainable = False
    assert network.trainable
    network.save(tmp_path / "n")
    again = mn.load(tmp_path / "n")
    assert [layer.trainable for layer in again.layers] == [False, False, True, True]
    assert "0 (16 frozen)" in str(again.summary())
    again.layers[1].trainable = True
    assert not again.layers[1].running_mean.trainable
    assert "frozen" not in str(normalized().summary())


def test_a_network_and_a_layer_with_layers_freeze_all_of_them():
    network = normalized()
    network.trainable = False
    assert not any(p.trainable for p in network.parameters().values())
    network.refresh()
    assert network.flat_values.size == 0
    network.trainable = True
    network.refresh()
    assert network.flat_values.size == normalized().flat_values.size


def test_a_layer_may_be_frozen_by_its_constructor():
    class Fixed(mn.Layer):
        def __init__(self):
            self.trainable = False
            self.gain = mn.Parameter(np.ones(3))

    assert not Fixed().gain.trainable
    layer = Fixed()
    layer.trainable = True
    assert layer.gain.trainable


@pytest.mark.parametrize("value", ["False", 0, 1, None, [0], np.array([0, 0])])
def test_trainable_is_true_or_false(value):
    for owner in (mn.Linear(2, 2), mn.Linear(2, 2).weight, mn.Tanh()):
        with pytest.raises(TypeError, match="trainable: expected True or False"):
            owner.trainable = value


def test_trainable_is_a_reserved_name():
    with pytest.raises(TypeError, match="'trainable' belongs to the framework"):
        type("Mine", (mn.Layer,), {"trainable": False})
