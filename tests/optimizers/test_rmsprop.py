"""RMSProp against its formulas, plain, with momentum and centered."""

import math

import numpy as np
import pytest
from optimizer_formulas import check_formulas

from minnet.optimizers import RMSProp


def by_the_formulas(o, w, gradients):
    """The lines of the docstring, for one number w."""
    n = v = b = 0.0
    for raw in gradients:
        g = raw + o.weight_decay * w
        v = o.decay * v + (1 - o.decay) * g**2
        n = o.decay * n + (1 - o.decay) * g
        u = g / (math.sqrt(v - n**2 if o.centered else v) + o.epsilon)
        b = o.momentum * b + u
        w = w - o.learning_rate * b
    return w


@pytest.mark.parametrize(
    "make",
    [
        lambda: RMSProp(0.1, weight_decay=0.2),
        lambda: RMSProp(0.1, momentum=0.7),
        lambda: RMSProp(0.1, centered=True),
        lambda: RMSProp(0.1, 0.8, 1e-4, momentum=0.7, centered=True, weight_decay=0.2),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_the_formulas_of_the_docstring(make, scale):
    check_formulas(make, by_the_formulas, scale)


def test_a_variance_below_zero_by_rounding_is_zero():
    optimizer, w = RMSProp(1e-9, decay=0.3, centered=True), np.zeros(50)
    g = np.random.default_rng(0).normal(size=50) + 3
    for _ in range(200):
        optimizer.step(w, g)
    assert np.isfinite(w).all()
    variance = optimizer.state["square"] - optimizer.state["mean"] ** 2
    assert (variance < 0).any()  # without the maximum these would be NaN


def test_decay_and_centered_are_checked():
    with pytest.raises(ValueError, match=r"decay: expected a finite number >= 0 and <= 1, got 1.1"):
        RMSProp(decay=1.1)
    with pytest.raises(TypeError, match=r"RMSProp: centered: expected True or False, got 1"):
        RMSProp(centered=1)
