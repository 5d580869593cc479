"""SGD alone; PyTorch's trajectories are in properties/test_every_optimizer.py."""

import numpy as np
import pytest

import minnet as mn


def test_a_plain_sgd_takes_vectors_of_any_length():
    optimizer = mn.SGD(0.5)
    for size in (3, 40_000, 5):
        w = np.ones(size)
        optimizer.step(w, np.ones(size))
        assert (w == 0.5).all()


def test_options_that_do_not_go_together():
    with pytest.raises(ValueError, match=r"nesterov: expected a momentum above 0.*Write SGD"):
        mn.SGD(nesterov=True)
    with pytest.raises(TypeError, match="nesterov: expected True or False, got 1"):
        mn.SGD(momentum=0.9, nesterov=1)
