"""The base class of elementwise losses: a custom one is two formulas."""

import numpy as np
import pytest
from numeric import numerical_gradient

from minnet.nn.losses.elementwise import ElementwiseLoss


def test_a_custom_elementwise_loss_takes_two_methods():
    class Quartic(ElementwiseLoss):
        def values(self, a, y):
            return (a - y) ** 4

        def derivatives(self, a, y):
            return 4 * (a - y) ** 3

    generator = np.random.default_rng(0)
    a, y, s = generator.normal(size=(4, 2)), generator.normal(size=(4, 2)), np.arange(4.0)
    loss = Quartic()
    assert loss.forward(a, y, s) == pytest.approx((s[:, None] * (a - y) ** 4).sum() / s.sum())
    gradient = loss.backward()
    np.testing.assert_allclose(gradient, numerical_gradient(lambda: loss.forward(a, y, s), a), 1e-6)
    for method in ("values", "derivatives"):
        with pytest.raises(NotImplementedError, match=method):
            getattr(ElementwiseLoss(), method)(a, y)


def test_an_elementwise_loss_without_its_formulas_says_what_to_write():
    class Cubic(ElementwiseLoss):
        pass

    a = np.ones((2, 1))
    with pytest.raises(NotImplementedError, match=r"Cubic: write values\(self, a, y\)"):
        Cubic().forward(a, a)
    Cubic.values = lambda self, a, y: np.abs(a - y) ** 3
    loss = Cubic()
    assert loss.forward(3 * a, a) == 8.0
    with pytest.raises(NotImplementedError, match=r"Cubic: write derivatives\(self, a, y\)"):
        loss.backward()
