"""A student's layer: plain Python, and all that must work from that alone.

Each test trains afterwards (`assert_trains`): a copied, nested or changed network that trains
nothing would not be noticed otherwise.
"""

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from student_layers import (
    RATE,
    Accumulating,
    Block,
    Scale,
    Shift,
    assert_trains,
    batch,
    trained_elsewhere,
)

import minnet as mn

LAYERS = [Scale, Accumulating, Block, Shift, lambda n: mn.Linear(n, n)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("make", LAYERS)
def test_a_layer_trains_in_both_types_in_every_position(make, dtype):
    assert_trains(mn.Network([make(3)], seed=0, dtype=dtype))
    assert_trains(mn.Network([mn.Linear(3, 3), make(3), mn.Tanh()], seed=0, dtype=dtype))
    assert_trains(mn.Network([make(3), mn.Tanh(), make(3)], seed=0, dtype=dtype))


@pytest.mark.parametrize("make", LAYERS)
def test_moving_to_the_other_type_keeps_numbers_and_trains(make):
    network = mn.Network([make(3), mn.Tanh()], seed=0)
    kept = network.flat_values.copy()
    network.dtype = "float64"
    assert network.forward(np.ones((2, 3))).dtype == np.float64
    np.testing.assert_array_equal(network.flat_values, kept)
    assert_trains(network)
    network.dtype = "float32"
    assert network.forward(np.ones((2, 3))).dtype == np.float32
    assert_trains(network)


COPIES = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda part: pickle.loads(pickle.dumps(part)),
    "twice": lambda part: copy.deepcopy(copy.copy(part)),
}


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES.keys())
@pytest.mark.parametrize("make", LAYERS)
def test_a_copied_network_trains_and_leaves_the_first_alone(make, duplicate):
    inner = mn.Network([make(3)])
    network = mn.Network([inner, mn.Tanh(), make(3)], seed=0, dtype="float64")
    assert_trains(network)
    kept, x = network.flat_values.copy(), batch(network)[0]
    other = duplicate(network)
    np.testing.assert_array_equal(other.flat_values, kept)
    np.testing.assert_array_equal(other.forward(x), network.forward(x))
    assert_trains(other)
    np.testing.assert_array_equal(network.flat_values, kept)
    assert_trains(network)
    assert not np.shares_memory(network.flat_values, other.flat_values)


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES.keys())
def test_a_copied_layer_is_free_for_another_network(duplicate):
    network = mn.Network([Block(3)], seed=0, dtype="float64")
    other = mn.Network([duplicate(network.layers[0]), mn.Tanh()], seed=1, dtype="float64")
    kept = network.flat_values.copy()
    assert_trains(other)
    np.testing.assert_array_equal(network.flat_values, kept)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, COPIES["pickle"]])
def test_a_copied_trainer_continues_like_the_first(duplicate):
    network = mn.Network([Block(3), mn.Linear(3, 1), mn.Sigmoid()], seed=0)
    trainer = mn.Trainer(network, mn.BinaryCrossEntropy(), mn.Adam(0.05), seed=3)
    x = np.random.default_rng(0).normal(size=(10, 3))
    y = (x[:, 0] > 0).astype(int)
    trainer.fit(x, y, epochs=2, batch_size=4, progress=False)
    other, start = duplicate(trainer), network.flat_values.copy()
    other.fit(x, y, epochs=2, batch_size=4, progress=False)
    np.testing.assert_array_equal(network.flat_values, start)
    trainer.fit(x, y, epochs=2, batch_size=4, progress=False)
    assert (network.flat_values != start).any()
    np.testing.assert_array_equal(other.network.flat_values, network.flat_values)


def test_a_network_goes_through_a_spawned_process_and_back():
    network = mn.Network([Block(3), Shift(3)], seed=0, dtype="float64")
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        returned = pool.submit(trained_elsewhere, network).result()
    assert (returned.flat_values != network.flat_values).any()
    trained_elsewhere(network)
    np.testing.assert_array_equal(returned.flat_values, network.flat_values)
    assert_trains(returned)


def test_a_network_of_any_iterable_can_be_copied():
    network = mn.Network((Scale(3) for _ in range(2)), dtype="float64")
    for duplicate in COPIES.values():
        assert_trains(duplicate(network), count=6)


def test_the_text_of_a_copied_layer_is_that_of_the_first():
    assert repr(Scale(features=3)) == repr(copy.deepcopy(Scale(features=3))) == "Scale(features=3)"
    assert "layers[0]" in mn.Network([Scale(3)]).summary()
    assert "Scale(3)" in copy.deepcopy(mn.Network([Scale(3)])).summary()


def test_a_replaced_parameter_or_layer_is_trained():
    network = mn.Network([Block(3), mn.Linear(3, 3)], seed=0, dtype="float64")
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(RATE))
    assert_trains(network, trainer=trainer)
    block = network.layers[0]
    block.first.gain = mn.Parameter(np.full(3, 3.0))
    block.gains[1] = mn.Parameter(np.full(3, 4.0))
    block.named["left"] = Scale(3)
    network.layers[1] = mn.Network([mn.Linear(3, 2), Shift(2)])
    network.layers.append(Accumulating(2))
    with pytest.raises(ValueError, match=r"expected shape|target"):
        trainer.step(np.ones((2, 3)), np.ones((2, 3)))  # two outputs now
    assert_trains(network, trainer=trainer)
    np.testing.assert_allclose(block.first.gain.value, 3.0, atol=2.0)
    x, y = batch(network)
    block.first.gain = mn.Parameter(np.full(3, 5.0))
    trainer.fit(x, y, epochs=1, batch_size=6, progress=False)
    assert (block.first.gain.value != 5.0).all()


def test_one_float64_number_in_a_layer_does_not_turn_all_to_float64():
    class Half(mn.Layer):
        def forward(self, x):
            return x * np.sqrt(0.5)

        def backward(self, grad):
            assert grad.dtype == np.float32
            return grad * np.sqrt(0.5)

    network = mn.Network([Half(), Scale(3), Half(), mn.Linear(3, 3)], seed=0)
    x, y = batch(network)
    assert [a.dtype for a in network.activations(x)] == [np.float32] * 4
    assert network.forward(x.astype(float)).dtype == np.float32
    assert network.backward(y).dtype == np.float32
    assert_trains(network)
