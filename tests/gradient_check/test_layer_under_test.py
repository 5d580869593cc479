"""A layer that says it needs more than one sample is right to raise, however it writes that."""

import numpy as np
import pytest

import minnet as mn


class Refusing(mn.Layer):
    """Works on two samples or more."""

    def __init__(self, features):
        self.gain = mn.Parameter(np.ones(features))

    def refuse(self, x):
        if len(x) < 2:
            raise ValueError("needs at least two samples")

    def forward(self, x):
        self.refuse(x)
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


class InOneLine(Refusing):
    def refuse(self, x):
        if len(x) < 2: raise ValueError("needs at least two samples")  # fmt: skip


class Asserting(Refusing):
    def refuse(self, x):
        assert len(x) > 1, "batch size must be greater than 1"


class OverLines(Refusing):
    def refuse(self, x):
        if len(x) < 2:
            raise ValueError(
                "Expected more than 1 value per channel when training, "
                f"got an input of shape {x.shape}"
            )


@pytest.mark.parametrize("kind", [Refusing, InOneLine, Asserting, OverLines])
def test_it_is_right(kind):
    assert mn.check_layer(lambda: kind(7), (5, 7)).ok


class Breaking(Refusing):
    """Breaks on one sample without a word."""

    def refuse(self, x):
        self.second = x[1]


def test_an_operation_that_breaks_is_no_refusal():
    report = mn.check_layer(lambda: Breaking(7), (5, 7))
    assert [m.code for m in report.mistakes] == ["raises"]
