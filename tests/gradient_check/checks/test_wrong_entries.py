"""A map of a wrong gradient: which part is right, and by how much the rest is off."""

import numpy as np
import pytest

from minnet.gradient_check.checks.wrong_entries import describe_difference

TRUE = np.random.default_rng(0).normal(size=(4, 5))


def changed(change):
    found = TRUE.copy()
    change(found)
    return found


def half(found):
    found[::2] *= 0.5


def two_columns(found):
    found[:, 1:3] += np.random.default_rng(1).normal(size=(4, 2))


def shift(found):
    found[:, 2] += 0.25


def outer(found):
    found += np.outer([1, 2, 3, 4.0], [2, 1, -1, 3, 5.0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (half, "right for samples 1, 3, and wrong for 0, 2. Yours / true is 0.5 in 10 and 1 in 10"),
        (two_columns, "right for features 0, 3, 4, and wrong for 1, 2."),
        (shift, "Yours - true is 0.25 in all wrong entries."),
        (outer, "one column times one row"),
    ],
)
def test_what_stands_out_is_said(change, words):
    assert words in describe_difference(changed(change), TRUE, 1e-6)


def test_a_missing_mask():
    mask = TRUE > 0
    assert "a mask is missing" in describe_difference(TRUE, TRUE * mask, 1e-6)


def test_rank_one_only_if_it_is_the_whole_difference():
    found = TRUE + np.outer([1, 2, 3, 4.0], [2, 1, -1, 3, 5.0])
    found[0, 0] += 1
    assert "column" not in describe_difference(found, TRUE, 1e-6)


def test_axes_of_a_weight_have_numbers():
    assert "indices of axis 1 0, 3, 4" in describe_difference(
        changed(two_columns), TRUE, 1e-6, False
    )
