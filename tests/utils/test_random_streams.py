"""One seed gives independent streams, the same in every process and version."""

import numpy as np
import pytest

from minnet.utils.random_streams import random_stream

PURPOSES = ("initial weights", "layers", "batch order")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_same_seed_gives_the_same_numbers(purpose):
    first, second = random_stream(3, purpose).random(5), random_stream(3, purpose).random(5)
    np.testing.assert_array_equal(first, second)


def test_streams_of_one_seed_differ_and_so_do_seeds():
    firsts = {random_stream(seed, purpose).random() for seed in range(20) for purpose in PURPOSES}
    assert len(firsts) == 60


def test_the_streams_are_the_children_of_the_seed_s_sequence():
    """As they have been since the first version: a saved seed keeps its meaning."""
    children = np.random.SeedSequence(7).spawn(3)
    for purpose, child in zip(PURPOSES, children, strict=True):
        assert random_stream(7, purpose).random() == np.random.default_rng(child).random()


def test_no_seed_gives_different_numbers_each_time():
    assert random_stream(None, "layers").random() != random_stream(None, "layers").random()
