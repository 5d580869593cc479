"""Initial weights: fans, moments, ranges, orthogonality, seeds, and bad arguments."""

import copy
import pickle

import numpy as np
import pytest

import minnet as mn
from minnet.nn import initializers
from minnet.nn.layers import Conv2d

SHAPES = [(300, 200), (64, 32, 5, 4)]
FANS = {(300, 200): (300, 200), (64, 32, 5, 4): (32 * 20, 64 * 20)}
VARIANCES = {
    "glorot": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
}


def draw(initializer, shape, seed=0):
    return initializers.get(initializer)(shape, np.random.default_rng(seed))


@pytest.mark.parametrize("shape", SHAPES)
def test_fans(shape):
    assert initializers.fans(shape) == FANS[shape]


def test_fans_of_a_conv_are_those_of_the_linear_layer_that_it_is():
    """A kernel as large as its image is a linear layer from all pixels to all filters."""
    layer = Conv2d(3, 8, 1)
    assert initializers.fans(layer.weight.shape) == (3, 8)


@pytest.mark.parametrize("family", VARIANCES)
@pytest.mark.parametrize("kind", ["uniform", "normal"])
@pytest.mark.parametrize("shape", SHAPES)
def test_moments(family, kind, shape):
    w = draw(f"{family}_{kind}", shape)
    variance = VARIANCES[family](*FANS[shape])
    fourth = 9 / 5 if kind == "uniform" else 3.0
    assert w.shape == shape
    assert abs(w.mean()) < 5 * np.sqrt(variance / w.size)
    assert abs(w.var() / variance - 1) < 5 * np.sqrt((fourth - 1) / w.size)
    assert abs((w**4).mean() / variance**2 / fourth - 1) < 0.05
    if kind == "uniform":
        limit = np.sqrt(3 * variance)
        assert 0.999 * limit < np.abs(w).max() <= limit


def test_plain_ones():
    assert not draw("zeros", (3, 2)).any()
    assert (draw("ones", (3,)) == 1).all()
    assert (draw(initializers.constant(-0.3), (3, 2)) == -0.3).all()


def test_uniform_and_normal():
    u = draw(initializers.uniform(-1, 3), (400, 300))
    assert -1 <= u.min() < -0.999
    assert 2.999 < u.max() <= 3
    assert abs(u.mean() - 1) < 0.02
    n = draw(initializers.normal(2, 0.5), (400, 300))
    assert abs(n.mean() - 2) < 0.01
    assert abs(n.std() - 0.5) < 0.01
    assert abs(draw("uniform", (400, 300))).max() <= 0.05
    assert abs(draw("normal", (400, 300)).std() - 0.05) < 0.001


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3, 3), (40, 2, 3, 3), (1, 6)])
def test_orthogonal(shape):
    w = draw("orthogonal", shape).reshape(shape[0], -1)
    product = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-13)


def test_orthogonal_has_no_preferred_direction():
    """Without the signs of R's diagonal, the first entries would be of one sign."""
    draws = np.array([draw("orthogonal", (3, 3), seed) for seed in range(2000)])
    assert np.abs(draws.mean(axis=0)).max() < 0.07
    np.testing.assert_allclose((draws**2).mean(axis=0), 1 / 3, atol=0.04)


@pytest.mark.parametrize("name", initializers.INITIALIZERS)
def test_a_seed_repeats_a_draw_and_copies_work(name):
    assert np.array_equal(draw(name, (6, 4), 1), draw(name, (6, 4), 1))
    layer = mn.Linear(6, 4, weight_init=name)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        values = [mn.Network([one], seed=3).flat_values for one in (copy.deepcopy(layer), other)]
        assert np.array_equal(*values)


def test_made_initializers_can_be_pickled_in_a_layer():
    layer = mn.Linear(2, 3, weight_init=initializers.constant(0.5))
    assert (pickle.loads(pickle.dumps(layer)).weight.value == 0.5).all()
    for made in (initializers.uniform(), initializers.normal()):
        assert np.array_equal(draw(pickle.loads(pickle.dumps(made)), (2,)), draw(made, (2,)))


@pytest.mark.parametrize(
    ("make", "error", "parts"),
    [
        (lambda: initializers.constant("a"), TypeError, ("initializers.constant: value", "'a'")),
        (lambda: initializers.constant(np.inf), ValueError, ("constant: value", "got inf")),
        (lambda: initializers.uniform(1, 0), ValueError, ("uniform: high", ">= 1", "got 0")),
        (lambda: initializers.uniform(np.nan), ValueError, ("uniform: low", "got nan")),
        (lambda: initializers.normal(0, -1), ValueError, ("standard_deviation", "got -1")),
        (lambda: initializers.normal(None), TypeError, ("normal: mean", "got None")),
        (lambda: initializers.get("he"), ValueError, ("initializer", "orthogonal", "got 'he'")),
        (lambda: initializers.get("constant"), ValueError, ("got 'constant'",)),
        (lambda: initializers.get(initializers.constant), TypeError, ("Call it", "constant(0.1)")),
        (lambda: initializers.get(initializers.normal), TypeError, ("Call it", "normal()")),
        (lambda: initializers.get(3), TypeError, ("got 3",)),
        (lambda: draw("he_normal", (3,)), ValueError, ("two or more dimensions", "got (3,)")),
        (lambda: draw("orthogonal", (3,)), ValueError, ("two or more dimensions", "got (3,)")),
    ],
)
def test_bad_arguments(make, error, parts):
    with pytest.raises(error) as info:
        make()
    for part in parts:
        assert part in str(info.value)
