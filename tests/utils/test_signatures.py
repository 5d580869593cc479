"""Whether a function can be called with so many arguments."""

import functools

import numpy as np

from minnet.utils.signatures import argument_names, fits, signature_of


def test_functions_of_all_kinds():
    assert fits(lambda a, b=1: 0, 1)
    assert fits(lambda *all_of_them: 0, 5)
    assert not fits(lambda a, *, b: 0, 1)
    assert not fits(lambda: 0, 1)
    assert fits(functools.partial(lambda a, b: 0, b=2), 1)
    assert fits(np.hypot, 2)
    assert fits(max, 2)


def test_names():
    assert argument_names(lambda epoch, rate: 0) == ["epoch", "rate"]
    assert signature_of(lambda epoch, rate: 0) == "(epoch, rate)"
    assert isinstance(argument_names(max), list)
