"""Layers and losses that compute in float32 throughout are judged by the digits that they have."""

import functools

import numpy as np
import pytest
from test_doctor_corpus import RIGHT, WRONG, examine, ids

NOT_IN_SINGLE = {
    "Slots",  # its class cannot be exchanged
    "StdPlusEpsilon",  # its 1e-300 is 0 in float32
}


def down(value):
    """float64 to float32, if it is any."""
    floats = isinstance(value, (float, np.ndarray)) and np.asarray(value).dtype == np.float64
    return np.asarray(value, dtype=np.float32)[()] if floats else value


def up(value):
    """What a float32 computation gives, as float64, so that the type itself is not accused."""
    if isinstance(value, (float, np.floating)):
        return float(np.float32(value))
    floats = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(np.float32).astype(np.float64) if floats else value


def in_single(method):
    @functools.wraps(method)
    def computed(self, *arrays, **options):
        return up(method(self, *map(down, arrays), **options))

    return computed


def single(case):
    """The case with float32 in and out of forward and backward."""

    def make():
        made = case.source() if not hasattr(case.source, "forward") else case.source
        made = made() if isinstance(made, type) else made
        cls = type(made)
        methods = {name: in_single(getattr(cls, name)) for name in ("forward", "backward")}
        made.__class__ = type(cls.__name__, (cls,), {**methods, "__module__": cls.__module__})
        return made

    return type(case)(case.code, make, case.shape, case.kind, case.options)


def mistakes(case):
    """Without the sentence about the type of a gradient kept in an attribute, which is true."""
    return [m for m in examine(single(case), 0).mistakes if m.code != "dtype-changed"]


def named(name):
    return getattr(name.source, "__name__", "")


SINGLE = [case for case in RIGHT if named(case) not in NOT_IN_SINGLE]
CODES = {"sign-flipped", "divided-by-batch", "loss-broadcasts", "gradient-accumulates"}
CODES |= {"constant-factor", "transposed", "train-eval-confused", "not-divided-by-batch"}
SOME = [case for case in WRONG if case.code in CODES]


@pytest.mark.parametrize("case", SINGLE, ids=ids(SINGLE))
def test_a_right_one_is_not_accused_in_float32(case):
    assert mistakes(case) == []


@pytest.mark.parametrize("case", SOME, ids=ids(SOME))
def test_a_wrong_one_is_named_in_float32(case):
    assert [mistake.code for mistake in mistakes(case)][:1] == [case.code]
