"""Gradients of a wrong shape or summed over the wrong axes, each with its message.

One layer, `y = gain x`, and what its backward may return instead of the sum over the batch.
"""

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check import check_layer


class Gain(mn.Layer):
    """y = gain * x, one gain per feature (or of the given shape)."""

    shape = (3,)

    def __init__(self):
        count = int(np.prod(self.shape))
        self.gain = mn.Parameter(np.linspace(1.0, 2.0, count).reshape(self.shape))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = self.summed(grad * self.x)
        return grad * self.gain.value


def gain(summed, shape=(3,)):
    """A Gain whose gradient is `summed` of the products g x, sample by sample."""
    return type("Gain", (Gain,), {"summed": staticmethod(summed), "shape": shape})


RIGHT = {
    "per feature": (gain(lambda p: p.sum(axis=0)), (4, 3)),
    "one number": (gain(lambda p: p.sum().reshape(1), (1,)), (4, 3)),
    "a matrix": (gain(lambda p: p.sum(axis=0), (2, 3)), (4, 2, 3)),
}


WRONG = {
    "one number in brackets": (
        gain(lambda p: p.sum(keepdims=True), (1,)),
        (4, 3),
        "keepdims-left",
        "the summed axis is still there",
    ),
    "a kept axis": (
        gain(lambda p: p.sum(axis=0, keepdims=True)),
        (4, 3),
        "keepdims-left",
        "the summed axis is still there",
    ),
    "nothing summed": (
        gain(lambda p: p),
        (4, 3),
        "not-summed-over-batch",
        "If summed over axis 0, your gradient is exactly right",
    ),
    "nothing summed, one number": (
        gain(lambda p: p, (1,)),
        (4, 3),
        "not-summed-over-batch",
        "If summed over axis (0, 1), your gradient is exactly right",
    ),
    "nothing summed, no axis": (
        gain(lambda p: p, ()),
        (4, 3),
        "not-summed-over-batch",
        "you forgot to sum over the batch",
    ),
    "the features summed, one number": (
        gain(lambda p: p.sum(axis=1), (1,)),
        (4, 3),
        "not-summed-over-batch",
        "If summed over axis 0, your gradient is exactly right",
    ),
    "an inner sum missing": (
        gain(lambda p: p.sum(axis=0)),
        (4, 2, 3),
        "summed-over-wrong-axis",
        "If summed over axis 0, your gradient is exactly right: a sum is missing",
    ),
    "all summed": (
        gain(lambda p: p.sum()),
        (4, 3),
        "summed-to-scalar",
        "the sum of all entries of the true gradient",
    ),
    "all averaged": (
        gain(lambda p: p.mean()),
        (4, 3),
        "summed-to-scalar",
        "the mean of all entries of the true gradient",
    ),
    "all summed and repeated": (
        gain(lambda p: np.full(3, p.sum())),
        (4, 3),
        "summed-to-scalar",
        "the sum of all entries of the true gradient",
    ),
    "one entry for all": (
        gain(lambda p: p.sum(axis=0)[:1].reshape(())),
        (4, 3),
        "summed-to-scalar",
        "a single number for all entries",
    ),
    "the features summed": (
        gain(lambda p: p.sum(axis=1)),
        (4, 3),
        "summed-over-wrong-axis",
        "the sum over axis 1 instead of the batch",
    ),
    "too much summed and repeated": (
        gain(lambda p: np.broadcast_to(p.sum(axis=(0, 1)), (2, 3)), (2, 3)),
        (4, 2, 3),
        "summed-over-wrong-axis",
        "the sum over axis (0, 1), repeated",
    ),
    "in another shape": (
        gain(lambda p: p.sum(axis=0).reshape(3, 2), (2, 3)),
        (4, 2, 3),
        "wrong-shape",
        "reshape it to (2, 3)",
    ),
    "transposed": (
        gain(lambda p: p.sum(axis=0).T, (2, 3)),
        (4, 2, 3),
        "transposed",
        "exactly the transpose of the right one",
    ),
    "transposed, where no shape tells": (
        gain(lambda p: p.sum(axis=0).T, (3, 3)),
        (4, 3, 3),
        "transposed",
        "exactly the transpose of the right one",
    ),
    "half of it, and kept": (
        gain(lambda p: 0.5 * p.sum(axis=0, keepdims=True)),
        (4, 3),
        "keepdims-left",
        "also off by the factor 0.5",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_layer_itself_is_right(name):
    make, shape = RIGHT[name]
    report = check_layer(make, shape)
    assert report.ok, str(report)


@pytest.mark.parametrize("name", WRONG)
def test_what_was_summed_instead_is_said(name):
    make, shape, code, sentence = WRONG[name]
    report = check_layer(make, shape)
    assert [mistake.code for mistake in report.mistakes][:1] == [code], str(report)
    assert sentence in " ".join(str(report).split())
