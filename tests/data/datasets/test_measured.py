"""The measured sets: equal to their sources, well formed, and new arrays at each call."""

from pathlib import Path

import check_datasets
import numpy as np
import pytest

from minnet.data import datasets

SETS = {
    "iris": (datasets.iris, (150, 4), [50, 50, 50]),
    "breast_cancer": (datasets.breast_cancer, (569, 30), [357, 212]),
    "penguins": (datasets.penguins, (333, 4), [146, 68, 119]),
}


LICENCES = {"iris": "CC BY 4.0", "breast_cancer": "CC BY 4.0", "penguins": "CC0 1.0"}


NEEDS = {"iris": "sklearn", "breast_cancer": "sklearn", "penguins": "palmerpenguins"}


@pytest.mark.parametrize("name", SETS)
def test_values_equal_the_source(name):
    pytest.importorskip(NEEDS[name])
    check_datasets.CHECKS[name]()


@pytest.mark.parametrize("name", SETS)
def test_shapes_types_and_counts(name):
    load, shape, counts = SETS[name]
    dataset = load()
    assert dataset.x.shape == shape
    assert dataset.x.dtype == np.float64
    assert dataset.y.dtype == np.int64
    assert np.isfinite(dataset.x).all()
    assert np.bincount(dataset.y).tolist() == counts
    assert len(dataset.feature_names) == len(set(dataset.feature_names)) == shape[1]
    assert len(dataset.class_names) == len(counts)


@pytest.mark.parametrize("name", SETS)
def test_unpacks_as_x_and_y(name):
    dataset = SETS[name][0]()
    x, y = dataset
    assert x is dataset.x
    assert y is dataset.y


@pytest.mark.parametrize("name", SETS)
def test_every_call_gives_new_writable_arrays(name):
    load = SETS[name][0]
    first, second = load(), load()
    before = second.x.copy(), second.y.copy()
    first.x[:] = -1
    first.y[:] = 0
    third = load()
    for later in (second, third):
        assert np.array_equal(later.x, before[0])
        assert np.array_equal(later.y, before[1])


@pytest.mark.parametrize("name", SETS)
def test_source_and_licence_are_stated(name):
    dataset = SETS[name][0]()
    assert dataset.licence == LICENCES[name]
    assert LICENCES[name] in SETS[name][0].__doc__
    doi = dataset.source.partition("doi:")[2]
    sources = (Path(datasets.__file__).parent / "SOURCES.md").read_text(encoding="utf-8")
    section = sources.partition(f"## {name}.csv")[2].partition("\n## ")[0]
    assert doi
    assert doi in section
    assert LICENCES[name] in section


def test_malignant_is_class_one_and_larger():
    x, y = datasets.breast_cancer()
    assert datasets.breast_cancer().class_names[1] == "malignant"
    assert x[y == 1, 0].mean() > x[y == 0, 0].mean()


def test_iris_has_the_values_of_fisher_where_the_uci_file_differs():
    x, _ = datasets.iris()
    assert x[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert x[37].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_the_names_contain_the_units():
    assert all("(cm)" in name for name in datasets.iris().feature_names)
    units = [name.partition(" (")[2] for name in datasets.penguins().feature_names]
    assert units == ["mm)", "mm)", "mm)", "g)"]


def test_a_dataset_is_frozen_and_prints_in_one_line():
    dataset = datasets.penguins()
    with pytest.raises(AttributeError):
        dataset.x = np.zeros((1, 1))
    assert repr(dataset) == ("Dataset(333 rows, 4 features; Adelie 146, Chinstrap 68, Gentoo 119)")


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_also_the_pair_of_its_arrays(name):
    dataset = SETS[name][0]()
    x, y = dataset
    assert x is dataset[0] is dataset.x
    assert y is dataset[1] is dataset.y
    with pytest.raises(IndexError):
        dataset[2]


COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


FOLDER = Path(datasets.__file__).parent


def test_values_equal_the_source_of_the_digits():
    pytest.importorskip("sklearn")
    check_datasets.CHECKS["digits"]()


def test_the_check_sees_a_single_wrong_value(monkeypatch):
    pytest.importorskip("sklearn")
    right = datasets.digits()
    right.x[1000, 20] += 1
    monkeypatch.setattr(datasets, "digits", lambda: right)
    with pytest.raises(AssertionError, match=r"1 values differ, the first at \[1000   20\]"):
        check_datasets.CHECKS["digits"]()


def test_shapes_types_and_counts_of_the_digits():
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


def test_every_call_gives_new_writable_arrays_of_the_digits():
    first, second = datasets.digits(), datasets.digits()
    before = second.x.copy(), second.y.copy()
    first.x[:], first.y[:] = -1, 0
    for later in (second, datasets.digits()):
        assert np.array_equal(later.x, before[0])
        assert np.array_equal(later.y, before[1])


def test_source_and_licence_are_stated_of_the_digits():
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
