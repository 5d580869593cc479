"""The geometry of windows: counts, cells, and margins there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.nn.layers import MaxPool2d
from minnet.nn.layers.sliding_windows import Windows, crop, pad

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
LAYER = MaxPool2d(1)


@given(pairs, pairs, pairs, st.tuples(st.integers(0, 4), st.integers(0, 4)))
def test_cells_are_strided_slices_of_all_windows(kernel, stride, dilation, more):
    size = tuple(d * (k - 1) + 1 + r for k, d, r in zip(kernel, dilation, more, strict=True))
    windows = Windows(kernel, stride, (0, 0), dilation)
    rows, columns = windows.count(LAYER, size)
    image = np.arange(np.prod(size)).reshape(size)
    cells = dict(zip(np.ndindex(*kernel), windows.cells(image, (rows, columns)), strict=True))
    for (i, j), seen in cells.items():
        assert seen.shape == (rows, columns)
        assert np.shares_memory(seen, image)
        for p, q in np.ndindex(rows, columns):
            place = p * stride[0] + i * dilation[0], q * stride[1] + j * dilation[1]
            assert seen[p, q] == image[place]
    # One more window would not fit.
    for axis, count in enumerate((rows, columns)):
        reach = dilation[axis] * (kernel[axis] - 1) + 1
        assert count * stride[axis] + reach > size[axis]


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation", "expected"),
    [
        ((2, 2), (2, 2), (1, 1), True),
        ((2, 2), (3, 2), (1, 1), True),
        ((2, 3), (2, 2), (1, 1), False),
        ((2, 2), (2, 2), (1, 2), False),
    ],
)
def test_disjoint(kernel, stride, dilation, expected):
    assert Windows(kernel, stride, (0, 0), dilation).disjoint is expected


@pytest.mark.parametrize("margin", [(0, 0), (1, 0), (0, 2), (2, 1)])
def test_pad_and_crop(margin):
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    padded = pad(x, margin, -7.0)
    assert padded.shape == (2, 3, 4 + 2 * margin[0], 5 + 2 * margin[1])
    np.testing.assert_allclose(padded.sum(), x.sum() - 7 * (padded.size - x.size))
    back = crop(padded, margin)
    assert np.array_equal(back, x)
    assert back.flags.c_contiguous
