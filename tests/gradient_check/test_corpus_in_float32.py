"""The corpus in float32: layers and losses are judged by the digits that float32 has."""

import functools

import numpy as np
import pytest
from corpus.cases import check, load, parameters

NOT_IN_FLOAT32 = {
    "Slots",  # its class cannot be exchanged
    "StdPlusEpsilon",  # its 1e-300 is 0 in float32
}


def down(value):
    """Float64 numbers as float32; anything else as it is."""
    floats = isinstance(value, (float, np.ndarray)) and np.asarray(value).dtype == np.float64
    return np.asarray(value, dtype=np.float32)[()] if floats else value


def up(value):
    """The result of a float32 computation as float64, so that its type is no mistake."""
    if isinstance(value, (float, np.floating)):
        return float(np.float32(value))
    floats = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(np.float32).astype(np.float64) if floats else value


def float32_method(method):
    @functools.wraps(method)
    def computed(self, *arrays, **options):
        return up(method(self, *map(down, arrays), **options))

    return computed


def in_float32(case):
    """The same case, with forward and backward computed in float32."""

    def make():
        made = case.source() if not hasattr(case.source, "forward") else case.source
        made = made() if isinstance(made, type) else made
        cls = type(made)
        methods = {name: float32_method(getattr(cls, name)) for name in ("forward", "backward")}
        made.__class__ = type(cls.__name__, (cls,), {**methods, "__module__": cls.__module__})
        return made

    return type(case)(case.code, make, case.shape, case.kind, case.options)


def mistakes(case):
    """All but the (true) remark that a gradient kept in an attribute has another type."""
    return [m for m in check(in_float32(case)).mistakes if m.code != "dtype-changed"]


RIGHT = [case for case in load() if not case.code and case.source.__name__ not in NOT_IN_FLOAT32]
CODES = {"sign-flipped", "divided-by-batch", "loss-broadcasts", "gradient-accumulates"}
CODES |= {"constant-factor", "transposed", "train-eval-confused", "not-divided-by-batch"}
WRONG = [case for case in load() if case.code in CODES]
FIRST_OF_ITS_CODE = {case.code: case for case in reversed(WRONG)}


@pytest.mark.parametrize("case", parameters(RIGHT, RIGHT[1::8]))
def test_a_right_class_is_not_accused(case):
    assert mistakes(case) == []


@pytest.mark.parametrize("case", parameters(WRONG, FIRST_OF_ITS_CODE.values()))
def test_a_mistake_is_named(case):
    assert [mistake.code for mistake in mistakes(case)][:1] == [case.code]
