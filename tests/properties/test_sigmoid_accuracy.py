"""How accurate sigmoid, softplus and binary cross-entropy are, by 450 digits of `mpmath`.

At z = 800, 1 - sigmoid(z) is 1e-348: a reference needs some hundred digits more than that to know
it. All of this is float64; "ulp" is the unit in the last place of the true result.
"""

import functools

import mpmath
import numpy as np
import pytest
from numeric import identity_trainer, ulps

import minnet as mn
from minnet.nn import functional as functions

DIGITS = 450
ULPS = 4


@pytest.fixture(autouse=True)
def _digits():
    with mpmath.workdps(DIGITS):
        yield


@functools.cache
def points():
    """z from -800 to 800: a grid, random, and where exp, the sum 1 + e or the result changes."""
    generator = np.random.default_rng(7)
    tiny = 10.0 ** generator.uniform(-320, 0, 40)
    edges = [c + np.linspace(-0.5, 0.5, 11) for c in (37, -37, 709, -709, 745, -745)]
    return np.concatenate(
        [
            np.linspace(-800, 800, 401),
            generator.uniform(-800, 800, 50),
            generator.uniform(-40, 40, 100),
            generator.uniform(-746, -708, 100),  # results below the normal numbers
            generator.uniform(708, 746, 100),
            tiny,
            -tiny,
            [0.0, -0.0],
            *edges,
        ]
    )


@functools.cache
def truth():
    """For each point: sigmoid(z), sigmoid(-z), softplus(z), softplus(-z)."""
    with mpmath.workdps(DIGITS):
        rows = []
        for z in points():
            exact = mpmath.mpf(float(z))
            e = mpmath.exp(exact)
            softplus = mpmath.log(1 + e)
            rows.append((e / (1 + e), 1 / (1 + e), softplus, softplus - exact))
        return rows


def worst_ulps(got, true):
    """The largest error, and its z."""
    errors = [ulps(g, t) for g, t in zip(got, true, strict=True)]
    index = int(np.argmax(errors))
    return errors[index], points()[index]


def assert_within(got, true, limit=ULPS):
    error, z = worst_ulps(got, true)
    assert error <= limit, f"{error:.3g} ulp at z = {z!r}"


def test_the_points_reach_subnormal_results():
    results = functions.sigmoid(points())
    assert ((results > 0) & (results < 2.0**-1022)).sum() > 50


def test_sigmoid_and_softplus():
    z = points()
    sigmoid, _, softplus, _ = zip(*truth(), strict=True)
    assert_within(functions.sigmoid(z), sigmoid)
    assert_within(mn.Sigmoid().forward(z.reshape(-1, 1))[:, 0], sigmoid)
    assert_within(functions.softplus(z), softplus)
    assert_within([functions.sigmoid(z[i : i + 1])[0] for i in range(len(z))], sigmoid)


def test_sigmoid_derivative():
    z = points().reshape(-1, 1)
    layer = mn.Sigmoid()
    layer.forward(z)
    derivative = layer.backward(np.ones_like(z))[:, 0]
    assert_within(derivative, [a * b for a, b, _, _ in truth()])


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_binary_cross_entropy_of_labels(y):
    loss = mn.BinaryCrossEntropy()
    values, gradients = [], []
    for z in points():
        values.append(loss.forward_from_logits(np.array([[z]]), np.array([[y]])))
        gradients.append(loss.backward_from_logits()[0, 0])
    assert_within(values, [negative if y else positive for _, _, positive, negative in truth()])
    assert_within(gradients, [-other if y else one for one, other, _, _ in truth()])


@pytest.mark.parametrize("y", [0.5, 0.25, 0.9, 1e-5, 1 - 1e-10, 2.0**-60])
def test_binary_cross_entropy_of_soft_targets(y):
    loss, exact = mn.BinaryCrossEntropy(), mpmath.mpf(y)
    for z, (one, other, positive, negative) in list(zip(points(), truth(), strict=True))[::3]:
        value = loss.forward_from_logits(np.array([[z]]), np.array([[y]]))
        gradient = loss.backward_from_logits()[0, 0]
        assert ulps(value, (1 - exact) * positive + exact * negative) <= ULPS, z
        terms = (1 - exact) * one, exact * other
        assert ulps(gradient, terms[0] - terms[1], unit_of=max(terms)) <= ULPS, z


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_the_whole_way_through_a_trainer(y):
    trainer = identity_trainer(mn.BinaryCrossEntropy(), mn.Sigmoid())
    assert trainer.fused
    bias = trainer.network.parameters()["0.bias"]
    values, gradients, evaluated, predicted = [], [], [], []
    chosen = slice(None, None, 4)
    for z in points()[chosen]:
        x, target = np.array([[z]]), np.array([y])
        values.append(trainer.step(x, target))
        gradients.append(bias.grad[0])  # dL/db = dL/dz for one sample
        evaluated.append(trainer.evaluate(x, target)["loss"])
        predicted.append(trainer.predict(x)[0, 0])
    for i, (one, other, positive, negative) in enumerate(truth()[chosen]):
        assert ulps(values[i], negative if y else positive) <= ULPS
        assert ulps(gradients[i], -other if y else one) <= ULPS
        assert ulps(predicted[i], one) <= ULPS
    assert evaluated == values


# -- far out ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("z", [-1000.0, 1000.0])
@pytest.mark.parametrize("y", [0.0, 1.0, 0.3])
def test_binary_cross_entropy_far_out_is_finite_and_silent(dtype, z, y):
    """pytest turns a NumPy warning into an error; `errstate` catches what is not warned of."""
    x, target = np.array([[z]], dtype), np.array([[y]], dtype)
    loss = mn.BinaryCrossEntropy()
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        value, gradient = loss.forward_from_logits(x, target), loss.backward_from_logits()
    assert value == pytest.approx(1000.0 * ((1 - y) if z > 0 else y))
    assert gradient.dtype == dtype
    assert gradient[0, 0] == pytest.approx(float(z > 0) - y)
    trainer = identity_trainer(loss, mn.Sigmoid(), dtype=dtype)
    assert trainer.step(x, target) == value
    assert np.isfinite(trainer.network.flat_gradients).all()
