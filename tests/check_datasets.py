"""Compare the shipped CSV files with the packages that they were taken from, value by value.

A data set that is wrong by one digit trains nearly as well, so nobody would notice. Run it as
`python tests/check_datasets.py`; it needs scikit-learn and palmerpenguins (the `test` extra).
"""

import sys
from pathlib import Path

import numpy as np

if __name__ == "__main__":  # run by hand, the files of this checkout are meant
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from minnet.data import datasets

PENGUIN_COLUMNS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def check_equal(dataset, x, names):
    """Same shape, same values to the last bit, the same class name in every row."""
    assert dataset.x.shape == x.shape, f"{dataset.x.shape} rows and columns, source {x.shape}"
    different = np.argwhere(dataset.x != x)
    assert not len(different), f"{len(different)} values differ, the first at {different[0]}"
    ours = [dataset.class_names[label] for label in dataset.y]
    wrong = [row for row, name in enumerate(names) if ours[row] != name]
    assert not wrong, f"{len(wrong)} classes differ, the first in row {wrong[0]}"


def check_iris():
    from sklearn.datasets import load_iris

    source = load_iris()
    ours = datasets.iris()
    check_equal(ours, source.data, source.target_names[source.target])
    assert list(ours.feature_names) == source.feature_names
    assert len(ours.x) == 150
    assert np.array_equal(ours.y, source.target)


def check_breast_cancer():
    from sklearn.datasets import load_breast_cancer

    source = load_breast_cancer()
    ours = datasets.breast_cancer()
    check_equal(ours, source.data, source.target_names[source.target])
    assert list(ours.feature_names) == list(source.feature_names)
    assert len(ours.x) == 569
    assert np.array_equal(ours.y, 1 - source.target)


def check_penguins():
    from palmerpenguins import load_penguins

    table = load_penguins()
    assert len(table) == 344
    table = table.dropna()
    ours = datasets.penguins()
    check_equal(ours, table[PENGUIN_COLUMNS].to_numpy(dtype=float), list(table["species"]))
    assert len(ours.x) == 333


def check_digits():
    from sklearn.datasets import load_digits

    source = load_digits()
    ours = datasets.digits()
    check_equal(ours, source.data, [str(name) for name in source.target_names[source.target]])
    assert list(ours.feature_names) == source.feature_names
    assert len(ours.x) == 1797
    assert np.array_equal(ours.y, source.target)
    assert np.array_equal(ours.x.reshape(-1, 8, 8), source.images)


CHECKS = {
    "iris": check_iris,
    "breast_cancer": check_breast_cancer,
    "penguins": check_penguins,
    "digits": check_digits,
}

if __name__ == "__main__":
    for set_name, check in CHECKS.items():
        check()
        print(f"{set_name}: every value equals the source, {getattr(datasets, set_name)()}")
