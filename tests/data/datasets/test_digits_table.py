"""The handwritten digits: equal to their source, in the range that the docstring states."""

from pathlib import Path

import check_datasets
import numpy as np
import pytest

from minnet.data import datasets

COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
FOLDER = Path(datasets.__file__).parent


def test_values_equal_the_source():
    pytest.importorskip("sklearn")
    check_datasets.CHECKS["digits"]()


def test_the_check_sees_a_single_wrong_value(monkeypatch):
    pytest.importorskip("sklearn")
    right = datasets.digits()
    right.x[1000, 20] += 1
    monkeypatch.setattr(datasets, "digits", lambda: right)
    with pytest.raises(AssertionError, match=r"1 values differ, the first at \[1000   20\]"):
        check_datasets.CHECKS["digits"]()


def test_shapes_types_and_counts():
    digits = datasets.digits()
    assert digits.x.shape == (1797, 64)
    assert digits.x.dtype == np.float64
    assert digits.y.dtype == np.int64
    assert np.bincount(digits.y).tolist() == COUNTS
    assert digits.class_names == tuple("0123456789")
    assert len(set(digits.feature_names)) == 64
    assert digits.feature_names[8 * 3 + 5] == "pixel_3_5"


def test_pixels_are_whole_numbers_from_0_to_16():
    x, _ = datasets.digits()
    assert np.array_equal(x, np.round(x))
    assert x.min() == 0
    assert x.max() == 16


def test_rows_of_an_image_run_from_the_top():
    """The mean of all sevens: a bar in the upper half, a single stroke below."""
    x, y = datasets.digits()
    seven = x[y == 7].mean(axis=0).reshape(8, 8)
    ink = seven[:4].sum(axis=1), seven[4:].sum(axis=1)
    assert ink[0].max() > ink[1][2:].max()
    assert seven[0, 2:6].sum() > 2 * seven[7, 2:6].sum()


def test_every_call_gives_new_writable_arrays():
    first, second = datasets.digits(), datasets.digits()
    before = second.x.copy(), second.y.copy()
    first.x[:], first.y[:] = -1, 0
    for later in (second, datasets.digits()):
        assert np.array_equal(later.x, before[0])
        assert np.array_equal(later.y, before[1])


def test_source_and_licence_are_stated():
    digits = datasets.digits()
    sources = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    section = sources.partition("## digits.csv")[2].partition("\n## ")[0]
    doi = digits.source.partition("doi:")[2]
    assert doi == "10.24432/C50P49"
    assert doi in section
    assert digits.licence == "CC BY 4.0"
    assert "CC BY 4.0" in section
    assert "CC BY 4.0" in datasets.digits.__doc__


def test_the_file_is_small():
    assert (FOLDER / "digits.csv").stat().st_size < 400_000
