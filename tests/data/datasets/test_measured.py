"""The real sets: equal to their sources, well formed, and new at every call."""

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


def test_units_stand_in_the_names():
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
