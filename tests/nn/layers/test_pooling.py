"""Pooling: against loops over the windows, ties, margins, sizes, and bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import check_layer_gradients

from minnet.nn.layers import AveragePool2d, GlobalAveragePool2d, MaxPool2d

small = st.integers(1, 3)
pairs = st.tuples(small, small)


@st.composite
def geometries(draw):
    """(kernel, stride, padding, size): a window with at least one pixel always fits."""
    kernel, stride = draw(pairs), draw(pairs)
    padding = tuple(draw(st.integers(0, k - 1)) for k in kernel)
    size = tuple(k + draw(st.integers(0, 3)) for k in kernel)
    return kernel, stride, padding, size


def windows(x, kernel, stride, padding):
    """(place, the real pixels of the window there) for one plane."""
    rows, columns = (
        (x.shape[axis] + 2 * padding[axis] - kernel[axis]) // stride[axis] + 1 for axis in range(2)
    )
    for p, q in np.ndindex(rows, columns):
        top, left = p * stride[0] - padding[0], q * stride[1] - padding[1]
        yield (p, q), x[max(top, 0) : top + kernel[0], max(left, 0) : left + kernel[1]]


@given(geometries(), st.integers(0, 100))
def test_values(geometry, seed):
    kernel, stride, padding, size = geometry
    x = np.random.default_rng(seed).normal(size=(2, 3, *size)) - 5  # a zero margin would win
    largest = MaxPool2d(kernel, stride, padding).forward(x)
    counted = AveragePool2d(kernel, stride, padding).forward(x)
    real = AveragePool2d(kernel, stride, padding, count_padding=False).forward(x)
    for n, c in np.ndindex(2, 3):
        for place, pixels in windows(x[n, c], kernel, stride, padding):
            assert largest[n, c][place] == pixels.max()
            np.testing.assert_allclose(counted[n, c][place], pixels.sum() / np.prod(kernel))
            np.testing.assert_allclose(real[n, c][place], pixels.mean())


@pytest.mark.parametrize("kind", [MaxPool2d, AveragePool2d])
@given(geometries(), st.integers(0, 100))
def test_gradient(kind, geometry, seed):
    kernel, stride, padding, size = geometry
    generator = np.random.default_rng(seed)
    x = generator.permutation(np.arange(4.0 * np.prod(size))).reshape(2, 2, *size)
    check_layer_gradients(kind(kernel, stride, padding), x, generator)


def test_of_equal_maxima_the_first_takes_the_gradient():
    layer = MaxPool2d(2)
    layer.forward(np.zeros((1, 1, 2, 4)))
    dx = layer.backward(np.array([[[[3.0, 5.0]]]]))
    assert dx.tolist() == [[[[3.0, 0.0, 5.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]]


def test_the_margin_never_wins():
    layer = MaxPool2d(2, stride=2, padding=1)
    x = np.full((1, 1, 2, 2), -1000.0)
    assert (layer.forward(x) == -1000).all()
    assert layer.backward(np.ones((1, 1, 2, 2))).tolist() == [[[[1.0, 1.0], [1.0, 1.0]]]]


def test_nan_is_not_hidden():
    x = np.zeros((1, 1, 2, 2))
    x[0, 0, 1, 0] = np.nan
    assert np.isnan(MaxPool2d(2).forward(x)).all()


def test_sizes_are_rounded_down_and_the_rest_gets_no_gradient():
    for layer in (MaxPool2d(2), AveragePool2d(2)):
        assert layer.forward(np.ones((1, 1, 5, 3))).shape == (1, 1, 2, 1)
        dx = layer.backward(np.ones((1, 1, 2, 1)))
        assert dx.shape == (1, 1, 5, 3)
        assert not dx[:, :, 4].any()
        assert not dx[:, :, :, 2].any()
    assert MaxPool2d((3, 2), (2, 1)).forward(np.ones((1, 1, 8, 5))).shape == (1, 1, 3, 4)


def test_windows_that_leave_gaps():
    layer = MaxPool2d(1, stride=2)
    assert layer.forward(np.arange(9.0).reshape(1, 1, 3, 3)).tolist() == [[[[0, 2], [6, 8]]]]
    dx = layer.backward(np.ones((1, 1, 2, 2)))
    assert dx.tolist() == [[[[1, 0, 1], [0, 0, 0], [1, 0, 1]]]]


def test_the_stride_is_the_kernel_unless_said():
    assert MaxPool2d((2, 3)).stride == AveragePool2d((2, 3)).stride == (2, 3)


def test_global_average():
    x = np.random.default_rng(0).normal(size=(3, 2, 4, 5))
    layer = GlobalAveragePool2d()
    np.testing.assert_allclose(layer.forward(x), x.mean(axis=(2, 3)), rtol=1e-13)
    dx = layer.backward(np.arange(6.0).reshape(3, 2))
    np.testing.assert_allclose(dx[2, 1], np.full((4, 5), 5 / 20))
    with pytest.raises(ValueError, match=r"GlobalAveragePool2d\(\): expected images with pixels"):
        layer.forward(np.ones((3, 2, 0, 5)))


def test_whole_numbers_by_hand_are_taken_as_floats():
    x = np.arange(16).reshape(1, 1, 4, 4)
    assert MaxPool2d(2, padding=1).forward(x).dtype == np.float64
    assert AveragePool2d(2).forward(x)[0, 0, 0, 0] == 2.5
    assert GlobalAveragePool2d().forward(x).tolist() == [[7.5]]


@pytest.mark.parametrize("kind", [MaxPool2d, AveragePool2d])
@pytest.mark.parametrize(
    ("keywords", "error", "parts"),
    [
        ({"kernel_size": 0}, ValueError, ("kernel_size", "got 0")),
        ({"kernel_size": 2.5}, ValueError, ("kernel_size", "got 2.5")),
        ({"stride": 0}, ValueError, ("stride", "got 0")),
        ({"stride": (1, 2, 3)}, ValueError, ("stride", "pair (height, width)")),
        ({"padding": -1}, ValueError, ("padding", "got -1")),
        ({"padding": 2}, ValueError, ("padding", "less than the kernel", "(2, 2)")),
        ({"padding": (0, 2)}, ValueError, ("padding", "(0, 2)")),
        ({"padding": True}, TypeError, ("padding", "got True")),
    ],
)
def test_bad_arguments(kind, keywords, error, parts):
    with pytest.raises(error) as info:
        kind(**{"kernel_size": 2, **keywords})
    for part in (kind.__name__, *parts):
        assert part in str(info.value)


def test_bad_count_padding():
    with pytest.raises(TypeError, match="AveragePool2d: count_padding: expected True or False"):
        AveragePool2d(2, count_padding=1)


@pytest.mark.parametrize("layer", [MaxPool2d(3), AveragePool2d(3), GlobalAveragePool2d()], ids=repr)
def test_bad_input(layer):
    for shape in ((4, 9), (4, 3, 3), (4,), (1, 1, 1, 3, 3)):
        with pytest.raises(
            ValueError, match=r"expected input of shape \(m, c, h, w\), got"
        ) as info:
            layer.forward(np.ones(shape))
        assert str(info.value).startswith(repr(layer))


@pytest.mark.parametrize("kind", [MaxPool2d, AveragePool2d])
def test_a_kernel_larger_than_the_padded_input(kind):
    with pytest.raises(ValueError, match=r"Pool2d\(3\): kernel_size: expected a kernel that fits"):
        kind(3).forward(np.ones((1, 1, 2, 5)))
    assert kind(3, padding=1).forward(np.ones((1, 1, 1, 5))).shape == (1, 1, 1, 2)
