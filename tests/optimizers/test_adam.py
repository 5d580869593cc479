"""AdamW against its formulas; where it differs from Adam."""

import math

import numpy as np
import pytest
from optimizer_formulas import check_formulas

import minnet as mn
from minnet.optimizers import AdamW


def by_the_formulas(o, w, gradients):
    """The lines of the docstring, for one number w."""
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        w = w - o.learning_rate * o.weight_decay * w
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g**2
        root = math.sqrt(v / (1 - o.beta2**t)) + o.epsilon
        w = w - o.learning_rate * m / (1 - o.beta1**t) / root
    return w


@pytest.mark.parametrize("make", [lambda: AdamW(0.1, weight_decay=0.2)])
@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_the_formulas_of_the_docstring(make, scale):
    check_formulas(make, by_the_formulas, scale)


def test_adamw_shrinks_all_weights_by_one_share():
    w = np.array([4.0, -2.0, 0.5])
    AdamW(0.1, weight_decay=0.5).step(w, np.zeros(3))
    assert w == pytest.approx(np.array([4.0, -2.0, 0.5]) * 0.95)
    assert AdamW().weight_decay == 0.01
    a, b = np.ones(3), np.ones(3)
    g = np.array([1.0, -5.0, 0.0])
    one, other = mn.Adam(0.1), AdamW(0.1, weight_decay=0)
    for _ in range(3):
        one.step(a, g)
        other.step(b, g)
    assert np.array_equal(a, b)


def test_beta_is_below_1():
    with pytest.raises(ValueError, match=r"beta1: expected a finite number >= 0 and < 1, got 1"):
        mn.Adam(beta1=1)
