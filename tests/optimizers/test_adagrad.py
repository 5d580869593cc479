"""AdaGrad against its formulas."""

import math

import pytest
from optimizer_formulas import check_formulas

from minnet.optimizers import AdaGrad


def by_the_formulas(o, w, gradients):
    """The lines of the docstring, for one number w."""
    v = 0.0
    for raw in gradients:
        g = raw + o.weight_decay * w
        v = v + g**2
        w = w - o.learning_rate * g / (math.sqrt(v) + o.epsilon)
    return w


@pytest.mark.parametrize("make", [lambda: AdaGrad(0.1, epsilon=1e-3, weight_decay=0.2)])
@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_the_formulas_of_the_docstring(make, scale):
    check_formulas(make, by_the_formulas, scale)
