"""States of random streams: as NumPy returns them, or refused before NumPy sees them."""

import copy

import numpy as np
import pytest

from minnet.saving.errors import InvalidFile
from minnet.saving.generator_state import STREAMS, checked_state, new_stream


@pytest.mark.parametrize("kind", STREAMS)
def test_every_state_that_numpy_returns_is_taken(kind):
    generator = np.random.Generator(getattr(np.random, kind)(3))
    for _ in range(700):  # through the whole buffer of MT19937
        again = np.random.Generator(new_stream(kind, generator.bit_generator.state))
        assert again.random() == generator.random()
        generator.integers(0, 5, dtype=np.uint32)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Philox", ["buffer_pos"], -1073741824),
        ("Philox", ["buffer_pos"], 5),
        ("Philox", ["buffer"], np.zeros(3, np.uint64)),
        ("MT19937", ["state", "pos"], 1073741824),
        ("MT19937", ["state", "pos"], -1),
        ("MT19937", ["state", "key"], np.zeros(624, np.uint64)),
        ("PCG64", ["state", "state"], 2**128),
        ("PCG64", ["state", "inc"], 2),
        ("PCG64", ["has_uint32"], True),
        ("PCG64", ["uinteger"], 2**32),
        ("PCG64", ["bit_generator"], "MT19937"),
        ("SFC64", ["state", "state"], [0, 0, 0, 0]),
        ("SFC64", ["more"], 0),
    ],
)
def test_a_forged_state_is_refused(kind, path, value):
    state = copy.deepcopy(getattr(np.random, kind)(0).state)
    entry = state
    for key in path[:-1]:
        entry = entry[key]
    entry[path[-1]] = value
    with pytest.raises(InvalidFile, match="state of a random stream"):
        checked_state(kind, state)


def test_an_unknown_kind():
    with pytest.raises(InvalidFile, match="unknown kind"):
        checked_state("RandomState", {})
