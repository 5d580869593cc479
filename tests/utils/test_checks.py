"""Checks of single values: what passes becomes a plain number, errors have four parts."""

import fractions
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minnet as mn
from minnet.utils import checks


def message(kind, check, *arguments, **options):
    """The text of the error, which has a place, what was expected, and what came."""
    with pytest.raises(kind) as caught:
        check("fit", *arguments, **options)
    text = str(caught.value)
    assert text.startswith("fit: ")
    assert "expected" in text
    assert "got" in text
    assert text.endswith((".", "?"))
    return text


@pytest.mark.parametrize("value", [3, 3.0, np.int8(3), np.float32(3), np.uint64(3)])
def test_whole_numbers_come_out_as_int(value):
    result = checks.whole_number("fit", "epochs", value)
    assert (result, type(result)) == (3, int)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, TypeError),
        (np.True_, TypeError),
        ("3", TypeError),
        (None, TypeError),
        ([3], TypeError),
        (3j, TypeError),
        (np.array([3]), TypeError),
        (2.5, ValueError),
        (0, ValueError),
        (-3, ValueError),
        (math.nan, ValueError),
        (math.inf, ValueError),
        (11, ValueError),
        (fractions.Fraction(5, 2), ValueError),
    ],
)
def test_other_than_whole_numbers_in_range_is_refused(value, kind):
    text = message(kind, checks.whole_number, "epochs", value, maximum=10)
    assert "epochs: expected a whole number >= 1 and <= 10, got " in text
    assert type(value).__name__ in text or isinstance(value, np.ndarray)


@given(st.integers(-(2**80), 2**80))
def test_large_whole_numbers_are_exact(value):
    assert checks.whole_number("fit", "n", value, minimum=-(2**90), unlimited=True) == value


@given(st.floats(0, 1))
def test_numbers_come_out_as_float(value):
    for given_value in (value, np.float64(value), np.array(value)):
        result = checks.number("SGD", "rate", given_value, minimum=0, maximum=1)
        assert (result, type(result)) == (value, float)


def test_bounds_are_in_or_out_as_asked():
    for above in (False, True):
        for below in (False, True):
            options = {"minimum": 0, "maximum": 1, "above": above, "below": below}
            for value, refused in [(0, above), (1, below), (0.5, False), (-1e-9, True), (2, True)]:
                if refused:
                    text = message(ValueError, checks.number, "rate", value, **options)
                    assert f"{'>' if above else '>='} 0 and {'<' if below else '<='} 1" in text
                else:
                    assert checks.number("fit", "rate", value, **options) == value


@pytest.mark.parametrize("value", [True, np.False_, "0.1", None, [0.1], 1j, np.ones(1), {}])
def test_what_is_no_number_is_refused(value):
    assert "rate: expected a finite number, got" in message(TypeError, checks.number, "rate", value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_numbers_are_finite(value):
    assert "finite" in message(ValueError, checks.number, "rate", value)


def test_a_number_too_large_for_a_float_is_refused_in_words():
    message(ValueError, checks.number, "rate", 10**400)


def test_true_and_false_are_no_numbers():
    assert checks.boolean("fit", "shuffle", np.True_) is True
    assert checks.boolean("fit", "shuffle", False) is False
    for value in (0, 1, "yes", None, np.ones(1)):
        assert "shuffle: expected True or False" in message(
            TypeError, checks.boolean, "shuffle", value
        )


def test_seeds():
    assert checks.seed("fit", None) is None
    assert checks.seed("fit", 0) == 0
    for value in (-1, 1.5, "a", False):
        assert "seed: " in message((TypeError, ValueError), checks.seed, value)


def test_descriptions_are_short():
    assert checks.describe(np.ones((2, 3))) == "an array of shape (2, 3) and type float64"
    assert checks.describe("abc") == "'abc' (str)"
    assert len(checks.describe("x" * 1000)) < 80


def test_built_in_is_exactly_minnet_s_own():
    class Mine(mn.Tanh):
        pass

    Near = type("Near", (mn.Tanh,), {"__module__": "minnet_extras"})  # noqa: N806
    assert checks.is_built_in(mn.Tanh())
    assert checks.is_built_in(mn.MeanSquaredError())
    assert not checks.is_built_in(Mine())
    assert not checks.is_built_in(Near())


class Hostile:
    """Its path and its items cannot be asked for."""

    def __fspath__(self):
        raise RuntimeError("no path")

    def __iter__(self):
        raise RuntimeError("no items")


@pytest.mark.parametrize("wrong", [3, b"bytes", "", None, Hostile(), ["a"]])
def test_what_is_no_path_is_refused(wrong):
    with pytest.raises(TypeError, match=r"^save: folder: expected a path such as"):
        checks.path("save", wrong, "folder")


def test_what_is_a_path_becomes_one(tmp_path):
    assert checks.path("save", str(tmp_path)) == checks.path("save", tmp_path) == tmp_path


@pytest.mark.parametrize("wrong", [3, "ab", {1, 2}, {"a": 1}, Hostile(), np.array(3)])
def test_what_has_no_order_is_not_listed(wrong):
    assert checks.listed(wrong) is None


def test_items_of_what_raises_are_none():
    assert checks.items(Hostile()) is None
    assert checks.listed(np.array([1.5, 2.0])) == [1.5, 2.0]
