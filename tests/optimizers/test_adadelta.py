"""AdaDelta against its formulas."""

import math

import pytest
from optimizer_formulas import check_formulas

from minnet.optimizers import AdaDelta


def by_the_formulas(o, w, gradients):
    """The lines of the docstring, for one number w."""
    v = s = 0.0
    for raw in gradients:
        g = raw + o.weight_decay * w
        v = o.decay * v + (1 - o.decay) * g**2
        d = g * math.sqrt(s + o.epsilon) / math.sqrt(v + o.epsilon)
        s = o.decay * s + (1 - o.decay) * d**2
        w = w - o.learning_rate * d
    return w


@pytest.mark.parametrize("make", [lambda: AdaDelta(0.1, decay=0.7, epsilon=1e-3, weight_decay=0.2)])
@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_the_formulas_of_the_docstring(make, scale):
    check_formulas(make, by_the_formulas, scale)


def test_decay_is_at_most_1():
    with pytest.raises(ValueError, match=r"decay: expected a finite number >= 0 and <= 1, got 1.1"):
        AdaDelta(decay=1.1)
