"""Flatten and Reshape: the same numbers in another shape, there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

import minnet as mn
from minnet.nn.layers import Conv2d, Flatten, Linear, Reshape


@given(hnp.array_shapes(min_dims=2, max_dims=5, max_side=4))
def test_flatten_there_and_back(shape):
    layer, x = Flatten(), np.arange(float(np.prod(shape))).reshape(shape)
    y = layer.forward(x)
    assert np.array_equal(y, x.reshape(shape[0], -1))
    assert np.array_equal(layer.backward(y), x)


@pytest.mark.parametrize(
    ("layer", "after"),
    [
        (Reshape((2, 6)), (5, 2, 6)),
        (Reshape(2, 6), (5, 2, 6)),
        (Reshape([3, -1, 2]), (5, 3, 2, 2)),
        (Reshape(-1), (5, 12)),
        (Reshape((12,)), (5, 12)),
    ],
    ids=repr,
)
def test_reshape_there_and_back(layer, after):
    x = np.random.default_rng(0).normal(size=(5, 3, 4))
    y = layer.forward(x)
    assert np.array_equal(y, x.reshape(after))
    assert np.array_equal(layer.backward(y), x)


def test_an_empty_batch():
    assert Flatten().forward(np.ones((0, 2, 3))).shape == (0, 6)
    assert Reshape(3, -1).forward(np.ones((0, 2, 3))).shape == (0, 3, 2)


def test_rows_of_pixels_become_images_and_rows_again():
    network = mn.Network(
        [Reshape((1, 4, 4)), Conv2d(1, 2, 3), Flatten(), Linear(8, 1)], seed=0, dtype="float64"
    )
    x = np.random.default_rng(1).normal(size=(6, 16))
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.05))
    losses = [trainer.step(x, x[:, 0]) for _ in range(50)]
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize("shape", [(), ((),), ("ab",), (None,), (2.5, 2), (0, 3), (-1, -1), (-2,)])
def test_bad_shape(shape):
    with pytest.raises((TypeError, ValueError), match=r"Reshape: shape: expected .*, got"):
        Reshape(*shape)


def test_samples_of_another_size():
    with pytest.raises(ValueError, match=r"Reshape\(\(2, 6\)\): shape: expected samples of 12 num"):
        Reshape((2, 6)).forward(np.ones((5, 13)))
    with pytest.raises(ValueError, match=r"samples of 4 numbers or a multiple of it, got 6"):
        Reshape(4, -1).forward(np.ones((5, 2, 3)))


@pytest.mark.parametrize("layer", [Flatten(), Reshape(3)], ids=repr)
def test_one_sample_alone(layer):
    with pytest.raises(ValueError, match=r"expected input of shape \(m, \.\.\.\), got \(3,\)"):
        layer.forward(np.ones(3))
