"""Which parameters are in the flat vector, and which no longer are; each is trained afterwards."""

import copy
import gc
import itertools
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from student_layers import RATE, Accumulating, Block, Scale, assert_trains, batch

import minnet as mn


def network_of(*layers, **options):
    return mn.Network(list(layers), **{"seed": 0, "dtype": "float64", **options})


def step(network, seed=7):
    mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(RATE)).step(*batch(network, seed))


@given(
    widths=st.lists(st.integers(1, 5), min_size=2, max_size=5),
    cut=st.integers(0, 4),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_every_parameter_is_a_view_on_its_own_part(widths, cut, dtype):
    linear = [mn.Linear(a, b) for a, b in itertools.pairwise(widths)]
    nested = [mn.Network(linear[:cut])] if linear[:cut] else []
    network = mn.Network([*nested, *linear[cut:]], seed=0, dtype=dtype)
    parameters = network.parameters().values()
    network.flat_values[:] = np.arange(network.flat_values.size)
    network.flat_gradients[:] = -np.arange(network.flat_values.size)
    flat = np.concatenate([p.value.ravel() for p in parameters])
    np.testing.assert_array_equal(flat, np.arange(sum(p.size for p in parameters)))
    np.testing.assert_array_equal(np.concatenate([p.grad.ravel() for p in parameters]), -flat)
    for part in nested:
        np.testing.assert_array_equal(part.flat_values, flat[: part.flat_values.size])
        assert np.shares_memory(part.flat_values, network.flat_values)


def test_what_is_not_trainable_is_cast_and_kept_but_not_trained():
    class Centre(mn.Layer):
        def __init__(self):
            self.mean = mn.Parameter(np.full(3, 0.5), trainable=False)
            self.gain = mn.Parameter(np.ones(3))

        def forward(self, x):
            self.x = x - self.mean.value
            return self.x * self.gain.value

        def backward(self, grad):
            self.mean.grad = np.ones(3)
            self.gain.grad = (grad * self.x).sum(axis=0)
            return grad * self.gain.value

    network = network_of(Centre(), dtype="float32")
    assert_trains(network, count=3)
    assert list(network.parameters()) == ["0.mean", "0.gain"]
    other = copy.deepcopy(network)
    network.dtype = "float64"
    for each in (network, other):
        mean = each.layers[0].mean
        assert mean.value.dtype == each.dtype
        np.testing.assert_array_equal(mean.value, 0.5)


def test_a_parameter_that_is_frozen_later_stays_where_it_is():
    network = network_of(mn.Linear(3, 3), mn.Tanh(), mn.Linear(3, 3))
    step(network)
    frozen = network.layers[0].weight
    frozen.trainable = False
    kept = frozen.value.copy()
    assert_trains(network, count=15)
    np.testing.assert_array_equal(frozen.value, kept)
    frozen.trainable = True
    assert_trains(network, count=24)
    assert (frozen.value != kept).any()


@pytest.mark.parametrize("habit", [Scale, Accumulating])
def test_a_network_in_a_network_trains_alone_and_as_a_part(habit):
    inner = network_of(habit(3), mn.Linear(3, 3), habit(3))
    outer = network_of(mn.Linear(3, 3), inner, habit(3), seed=1)
    rest = outer.layers[0].weight.value.copy()
    assert_trains(inner, count=18)
    np.testing.assert_array_equal(outer.layers[0].weight.value, rest)
    assert_trains(outer, count=33)
    assert_trains(inner, count=18)
    x, y = batch(inner)
    inner.forward(x)
    inner.backward(y)
    once = inner.flat_gradients.copy()
    inner.forward(x)
    inner.backward(y)
    np.testing.assert_array_equal(inner.flat_gradients, once)


@pytest.mark.parametrize("habit", [Scale, Accumulating])
def test_a_network_taken_out_of_another_is_on_its_own(habit):
    inner = network_of(habit(3), mn.Linear(3, 3))
    outer = network_of(inner, mn.Linear(3, 3))
    step(outer)
    outer.layers.pop(0)
    assert_trains(inner, count=15)
    assert_trains(outer, count=12)
    inner.layers[0].gain = mn.Parameter(np.full(3, 2.0))
    assert_trains(inner, count=15)
    inner.dtype = "float32"
    assert (inner.dtype, outer.dtype) == (np.float32, np.float64)
    assert_trains(inner)
    assert_trains(outer)


def test_a_nested_network_called_twice_in_one_backward_adds_up():
    class Double(mn.Layer):
        """y = f(x) + f(x): two backwards through one network, for layers that accumulate."""

        def __init__(self):
            self.inner = mn.Network([Accumulating(3)])

        def forward(self, x):
            return 2 * self.inner.forward(x)

        def backward(self, grad):
            return self.inner.backward(grad) + self.inner.backward(grad)

    assert_trains(network_of(mn.Linear(3, 3), Double()), count=15)


def test_the_vectors_stay_the_same_while_nothing_changes():
    network = network_of(mn.Linear(3, 3), mn.Network([Block(3)]))
    vector = network.flat_values
    assert_trains(network)
    network.predict(np.ones((2, 3)))
    assert network.flat_values is vector
    network.layers.insert(1, mn.Tanh())  # has no parameter, and must be known all the same
    network.refresh()
    network.layers[1] = mn.ReLU()
    network.refresh()
    assert network.layers[1].random is network.random


def test_new_vectors_keep_values_and_gradients():
    network = network_of(mn.Linear(3, 3), Scale(3))
    step(network)
    values, gradients = network.flat_values.copy(), network.flat_gradients.copy()
    network.dtype = "float32"
    np.testing.assert_array_equal(network.flat_values, values.astype("float32"))
    np.testing.assert_array_equal(network.flat_gradients, gradients.astype("float32"))


def test_a_network_outlives_the_one_that_held_it():
    inner = network_of(Accumulating(3), mn.Linear(3, 3))
    outer = network_of(inner, mn.Linear(3, 3))
    step(outer)
    del outer
    assert_trains(inner, count=15)
    inner.layers.append(mn.Network([Scale(3)]))
    assert_trains(inner, count=18)


def test_a_layer_that_another_network_took_is_missed_not_silently_lost():
    inner = network_of(mn.Linear(3, 3), mn.Tanh())
    outer = network_of(inner)
    del outer  # inner's layers belong to nobody that still lives
    other = network_of(inner.layers[0])
    with pytest.raises(ValueError, match=r"that is in no other network.*deepcopy"):
        step(inner)
    inner.layers[0] = copy.deepcopy(other.layers[0])
    assert_trains(inner)
    assert_trains(other)


def test_a_layer_put_back_while_it_is_elsewhere_is_refused():
    network = network_of(mn.Linear(3, 3), mn.Tanh())
    layer = network.layers.pop(0)
    other = network_of(layer)
    network.layers.insert(0, layer)
    with pytest.raises(ValueError, match="already belongs to one"):
        step(network)
    assert_trains(other)


def test_layers_moved_and_exchanged_within_a_network_are_trained_at_their_new_places():
    network = network_of(mn.Linear(3, 3), mn.Tanh(), mn.Linear(3, 3), Scale(3))
    step(network)
    network.layers[0], network.layers[2] = network.layers[2], network.layers[0]
    assert_trains(network, count=27)
    network.layers.append(mn.Network([network.layers.pop()]))
    assert_trains(network, count=27)
    network.layers[2].bias = None
    assert_trains(network, count=24)
    network.layers = [network.layers[0]]
    assert_trains(network, count=12)


@pytest.mark.parametrize(
    "make",
    [
        lambda a, b: mn.Network([a, a]),
        lambda a, b: mn.Network([a, mn.Network([b, a])]),
    ],
)
def test_the_same_layer_twice_is_refused(make):
    with pytest.raises(ValueError, match=r"a layer that is used once.*Linear\(3 -> 3\).*deepcopy"):
        make(mn.Linear(3, 3), mn.Tanh())


@pytest.mark.parametrize(
    "make",
    [lambda n: [n.layers[0]], lambda n: [Scale(3), mn.Network(n.layers)], lambda n: n.layers],
)
def test_a_layer_of_another_network_is_refused_and_both_stay_as_they_are(make):
    network = network_of(mn.Linear(3, 3), Block(3))
    kept = network.flat_values.copy()
    with pytest.raises(ValueError, match=r"layers\[\d\].*no other network.*copy\.deepcopy"):
        mn.Network(make(network), seed=5)
    np.testing.assert_array_equal(network.flat_values, kept)
    assert_trains(network)


def test_a_parameter_of_another_network_is_refused():
    network, other = network_of(mn.Linear(3, 3)), network_of(mn.Linear(3, 3))
    other.layers[0].weight = network.layers[0].weight
    with pytest.raises(
        ValueError, match=r"expected a Parameter that is in no other network.*belongs to one"
    ):
        step(other)
    other.layers[0].weight = copy.deepcopy(network.layers[0].weight)
    assert_trains(other)
    assert_trains(network)


def test_a_dropped_network_frees_its_layers_at_once():
    layer, nested = Block(3), mn.Network([mn.Linear(3, 3)])
    network = network_of(layer, nested)
    step(network)
    gone = weakref.ref(network)
    gc.disable()
    try:
        del network
        assert gone() is None
    finally:
        gc.enable()
    assert_trains(network_of(nested, layer))


def test_the_seed_draws_all_that_was_not_assigned_in_order():
    def layers():
        return [mn.Linear(3, 4), mn.Network([mn.Linear(4, 2)]), mn.Linear(2, 3)]

    first, looked_at = layers(), layers()
    for layer in (looked_at[2], looked_at[0]):
        layer.weight.value  # noqa: B018 (drawn now, and drawn again by the seed)
    network, again, other = (
        mn.Network(x, seed=s) for x, s in [(first, 4), (looked_at, 4), (layers(), 5)]
    )
    np.testing.assert_array_equal(network.flat_values, again.flat_values)
    assert (network.layers[0].weight.value != other.layers[0].weight.value).all()
    for change in ("assign", "in place"):
        chosen = layers()
        if change == "assign":
            chosen[0].weight.value = np.full((3, 4), 5.0)
        else:
            chosen[0].weight.value *= 0
            chosen[0].weight.value += 5.0
        np.testing.assert_array_equal(mn.Network(chosen, seed=4).layers[0].weight.value, 5.0)


def test_the_global_random_state_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    step(network_of(Block(3), mn.Linear(3, 3), seed=None))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_each_parameter_knows_its_place():
    inner = mn.Network([mn.Linear(3, 3)])
    network = mn.Network([Block(3), mn.Network([mn.Tanh(), inner])])
    names = {name: p.name for name, p in network.parameters().items()}
    assert names["0.first.gain"] == "layers[0].first Scale.gain"
    assert names["0.row.1.weight"] == "layers[0].row[1] Linear.weight"
    assert names["0.gains.1"] == "layers[0] Block.gains[1]"
    assert names["1.1.0.bias"] == "layers[1].layers[1].layers[0] Linear.bias"
