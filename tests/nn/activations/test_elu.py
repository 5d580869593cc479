"""ELU and SELU: kinks, what SELU's constants are for, and bad arguments."""

import numpy as np
import pytest

import minnet as mn
from minnet.nn.activations import ELU, SELU


def test_alpha():
    assert ELU().alpha == 1.0
    assert ELU(0).forward(np.array([[-1.0, 2.0]])).tolist() == [[0.0, 2.0]]


@pytest.mark.parametrize(
    ("layer", "points", "slopes"),
    [
        (ELU(1.5), [0.0, -0.0], [1.5, 1.5]),
        (SELU(), [0.0], [1.0507009873554805 * 1.6732632423543772]),
    ],
    ids=repr,
)
def test_at_the_kinks(layer, points, slopes):
    layer.forward(np.array([points]))
    got = layer.backward(np.ones((1, len(points))))
    np.testing.assert_allclose(got, [slopes], rtol=1e-15)


def test_selu_keeps_mean_0_and_variance_1():
    """What its two constants are for, through 20 layers."""
    layers = []
    for _ in range(20):
        layers += [mn.Linear(200, 200, weight_init="lecun_normal"), SELU()]
    x = np.random.default_rng(0).normal(size=(500, 200))
    y = mn.Network(layers, seed=0).forward(x)
    assert abs(y.mean()) < 0.1
    assert 0.8 < y.var() < 1.2


@pytest.mark.parametrize(
    ("make", "error", "parts"),
    [
        (lambda: ELU(-1), ValueError, ("ELU: alpha", "got -1")),
        (lambda: ELU(float("inf")), ValueError, ("ELU: alpha", "got inf")),
        (lambda: ELU(None), TypeError, ("ELU: alpha", "got None")),
    ],
)
def test_bad_arguments(make, error, parts):
    with pytest.raises(error) as info:
        make()
    for part in parts:
        assert part in str(info.value)
