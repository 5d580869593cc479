"""What every activation does: gradients, types, independent rows; and a custom activation."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numeric import check_layer_gradients

import minnet as mn

ALL = [mn.Identity, mn.Sigmoid, mn.Tanh, mn.ReLU, mn.Softmax]
every = pytest.mark.parametrize("kind", ALL)

shapes = hnp.array_shapes(min_dims=2, max_dims=4, max_side=4)


def numbers(dtype=np.float64, limit=30):
    width = 32 if dtype == np.float32 else 64
    return hnp.arrays(dtype, shapes, elements=st.floats(-limit, limit, width=width))


@every
@given(shapes, st.integers(0, 1000))
def test_gradient(kind, shape, seed):
    generator = np.random.default_rng(seed)
    z = generator.normal(size=shape) * 2
    z[np.abs(z) < 1e-3] = 0.1  # not across the kink of a ReLU
    check_layer_gradients(kind(), z, generator)


@every
@given(numbers(np.float32))
def test_float32_in_and_out(kind, z):
    layer = kind()
    before, grad = z.copy(), np.ones_like(z) * np.float32(0.3)
    a = layer.forward(z)
    dz = layer.backward(grad)
    assert a.dtype == dz.dtype == np.float32
    assert a.shape == dz.shape == z.shape
    assert np.array_equal(z, before)
    assert (grad == np.float32(0.3)).all()
    for result in (a, dz):
        assert not np.shares_memory(result, z)
        assert not np.shares_memory(result, grad)
    assert not np.shares_memory(a, dz)


@every
def test_rows_are_independent(kind):
    z = np.random.default_rng(4).normal(size=(6, 3))
    grad = np.random.default_rng(5).normal(size=(6, 3))
    layer = kind()
    whole, back = layer.forward(z), layer.backward(grad)
    for row in range(6):
        part = slice(row, row + 1)
        np.testing.assert_allclose(layer.forward(z[part]), whole[part], rtol=1e-14)
        np.testing.assert_allclose(layer.backward(grad[part]), back[part], rtol=1e-13, atol=1e-16)


@every
def test_results_do_not_change_under_the_user(kind):
    """A second forward or backward leaves what the first one gave as it was."""
    layer, generator = kind(), np.random.default_rng(6)
    a = layer.forward(generator.normal(size=(4, 3)))
    dz = layer.backward(generator.normal(size=(4, 3)))
    kept = a.copy(), dz.copy()
    layer.forward(generator.normal(size=(4, 3)))
    layer.backward(generator.normal(size=(4, 3)))
    assert np.array_equal(a, kept[0])
    assert np.array_equal(dz, kept[1])


@every
def test_transposed_and_sliced_inputs_give_the_same(kind):
    z = np.random.default_rng(7).normal(size=(4, 6))
    grad = np.random.default_rng(8).normal(size=(4, 6))
    layer = kind()
    expected = layer.forward(z), layer.backward(grad)
    for change in (np.asfortranarray, lambda array: np.repeat(array, 2, axis=0)[::2]):
        np.testing.assert_array_equal(layer.forward(change(z)), expected[0])
        np.testing.assert_allclose(layer.backward(change(grad)), expected[1], rtol=1e-13)


@every
def test_zero_cotangent_gives_zero(kind):
    layer = kind()
    layer.forward(np.array([[1000.0, -1000.0, 0.0]]))
    assert not layer.backward(np.zeros((1, 3))).any()


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_is_finite_and_silent(kind, dtype):
    layer = kind()
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        a = layer.forward(np.array([[-1000.0, 0.0, 1000.0]], dtype))
        dz = layer.backward(np.array([[1.0, -2.0, 0.5]], dtype))
    assert np.isfinite(a).all()
    assert np.isfinite(dz).all()


@pytest.mark.parametrize("kind", [mn.Identity, mn.Sigmoid, mn.Tanh, mn.ReLU])
def test_they_take_no_arguments(kind):
    with pytest.raises(TypeError, match=rf"{kind.__name__}: .* takes no arguments, got \(5\)"):
        kind(5)
    with pytest.raises(TypeError, match=r"got \(alpha=0\.1\)\. Write"):
        kind(alpha=0.1)


def test_a_custom_activation():
    class Swish(mn.Activation):
        def forward(self, z):
            self.s = 1 / (1 + np.exp(-z))
            self.z = z
            return z * self.s

        def backward(self, grad):
            return grad * (self.s + self.z * self.s * (1 - self.s))

    generator = np.random.default_rng(9)
    check_layer_gradients(Swish(), generator.normal(size=(5, 3)), generator)
    network = mn.Network([mn.Linear(3, 2), Swish()], seed=0, dtype="float64")
    check_layer_gradients(network, generator.normal(size=(5, 3)), generator)


@every
def test_copies_work_on_their_own(kind):
    layer = kind()
    a = layer.forward(np.array([[1.0, 2.0]]))
    other = copy.deepcopy(layer)
    other.forward(np.array([[5.0, -5.0]]))
    grad = np.array([[1.0, -3.0]])
    dz = layer.backward(grad)
    layer.forward(np.array([[1.0, 2.0]]))
    assert np.array_equal(dz, layer.backward(grad))
    assert a.shape == (1, 2)
