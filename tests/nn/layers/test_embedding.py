"""The embedding: rows of a table, the same as a linear layer on one-hot rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minnet as mn

sizes = st.integers(1, 5)


def embedding(count, features, generator):
    layer = mn.Embedding(count, features)
    layer.weight.value = generator.normal(size=(count, features))
    return layer


@given(st.lists(sizes, min_size=1, max_size=3), sizes, sizes, st.integers(0, 1000))
def test_it_is_a_linear_layer_on_one_hot_rows(shape, count, features, seed):
    generator = np.random.default_rng(seed)
    layer = embedding(count, features, generator)
    linear = mn.Linear(count, features, bias=False)
    linear.weight.value = layer.weight.value
    x = generator.integers(0, count, shape)
    grad = generator.normal(size=(*shape, features))
    np.testing.assert_array_equal(layer.forward(x), layer.weight.value[x])
    np.testing.assert_allclose(layer.forward(x), linear.forward(np.eye(count)[x]), atol=1e-14)
    dx = layer.backward(grad)
    linear.backward(grad)
    np.testing.assert_allclose(layer.weight.grad, linear.weight.grad, atol=1e-13)
    assert dx.shape == x.shape
    assert not dx.any()


def test_a_repeated_index_gets_the_sum():
    layer = embedding(3, 2, np.random.default_rng(0))
    layer.forward(np.array([1, 1, 1]))
    for _ in range(2):  # the second time nothing of the first is left
        layer.backward(np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]]))
    np.testing.assert_array_equal(layer.weight.grad, [[0, 0], [111, 222], [0, 0]])


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.float32, np.float64, bool])
def test_whole_numbers_of_every_type(dtype):
    layer = embedding(4, 3, np.random.default_rng(0))
    x = np.array([[0, 1], [1, 1]], dtype)
    np.testing.assert_array_equal(layer.forward(x), layer.weight.value[[[0, 1], [1, 1]]])
    network = mn.Network([layer, mn.Flatten(), mn.Linear(6, 2)], seed=0)
    assert network.forward(x).shape == (2, 2)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        ([[0, 7]], r"0 to 3, got 7 at \(0, 1\)\. The largest is 7: make this Embedding\(8"),
        ([-1, 0], r"got -1 at \(0,\)\. Number the items from 0"),
        ([0, 0.5], r"got 0.5 at \(1,\)\. Give the indices themselves"),
        ([10**18], "The largest is 1e"),
        ([np.nan], "got nan"),
    ],
)
def test_an_index_that_is_no_row(x, words):
    with pytest.raises(ValueError, match=words):
        mn.Embedding(4, 2).forward(np.array(x))


def test_a_gradient_of_another_shape():
    layer = mn.Embedding(4, 2)
    layer.forward(np.array([1, 2, 3]))
    with pytest.raises(ValueError, match=r"expected the shape of the output, \(3, 2\), got \(3,\)"):
        layer.backward(np.ones(3))


def test_it_is_drawn_with_deviation_1_trained_and_saved(tmp_path):
    generator = np.random.default_rng(1)
    x = generator.integers(0, 50, (200, 2))
    y = (x.sum(axis=1) > 49).astype(int)
    table = mn.Embedding(50, 4)
    trainer = mn.Trainer(
        [table, mn.Flatten(), mn.Linear(8, 2), mn.Softmax()],
        mn.CategoricalCrossEntropy(),
        mn.Adam(0.05),
        metrics=["accuracy"],
        seed=0,
    )
    assert 0.8 < table.weight.value.std() < 1.2
    history = trainer.fit(x, y, epochs=30, progress=False)
    assert history["accuracy"][-1] == 1
    trainer.network.save(tmp_path / "words.minnet")
    loaded = mn.load(tmp_path / "words.minnet")
    np.testing.assert_array_equal(loaded.predict(x), trainer.predict(x))
