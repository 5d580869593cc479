"""GELU: its two forms, and bad arguments (accuracy: see tests/properties)."""

import numpy as np
import pytest

from minnet.nn.activations import GELU


def test_the_approximate_form_is_close_to_the_exact_one():
    z = np.linspace(-6, 6, 101)[:, None]
    assert GELU().approximate is False
    difference = GELU().forward(z) - GELU(approximate=True).forward(z)
    assert 1e-4 < np.abs(difference).max() < 1e-3


@pytest.mark.parametrize(
    ("make", "error", "parts"),
    [
        (lambda: GELU("tanh"), TypeError, ("GELU: approximate", "True or False", "'tanh'")),
        (lambda: GELU(1), TypeError, ("GELU: approximate", "got 1")),
    ],
)
def test_bad_arguments(make, error, parts):
    with pytest.raises(error) as info:
        make()
    for part in parts:
        assert part in str(info.value)
