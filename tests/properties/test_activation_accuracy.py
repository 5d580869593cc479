"""How accurate the activations and their derivatives are, compared with mpmath."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numeric import relative_error

from minnet.nn.activations import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    HardSwish,
    LeakyReLU,
    SiLU,
    Softplus,
)

mpmath.mp.dps = 40


def _sigmoid(z):
    return 1 / (1 + mpmath.exp(-z))


def _tanh_form(z):
    return z * _sigmoid(2 * mpmath.sqrt(2 / mpmath.pi) * (z + mpmath.mpf(0.044715) * z**3))


SIXTH, SCALE = mpmath.mpf(1) / 6, mpmath.mpf("1.0507009873554804934193349852946")
LIMIT = SCALE * mpmath.mpf("1.6732632423543772848170429916717")
TRUTH = {
    "LeakyReLU": (LeakyReLU(0.25), lambda z: z if z > 0 else z / 4, 1e-15),
    "ELU": (ELU(2), lambda z: z if z > 0 else 2 * mpmath.expm1(z), 1e-15),
    "SELU": (SELU(), lambda z: SCALE * z if z > 0 else LIMIT * mpmath.expm1(z), 1e-15),
    "Softplus": (Softplus(), lambda z: mpmath.log1p(mpmath.exp(z)), 1e-15),
    "SiLU": (SiLU(), lambda z: z * _sigmoid(z), 1e-15),
    "GELU": (GELU(), lambda z: z * mpmath.ncdf(z), 2e-15),
    "GELU approximate": (GELU(approximate=True), _tanh_form, 4e-13),
    "HardSigmoid": (HardSigmoid(), lambda z: min(max((z + 3) / 6, 0), 1), 1e-15),
    "HardSwish": (HardSwish(), lambda z: z * min(max((z + 3) / 6, 0), 1), 1e-15),
}
"""Name: our layer, the true function, the largest relative error allowed.

The exponent 2u of the tanh form reaches some hundreds; its rounding is the error there.
"""

every = pytest.mark.parametrize("name", TRUTH)


@every
@given(st.floats(-37, 37) | st.floats(-1e-3, 1e-3) | st.sampled_from([-1000.0, -3.0, 3.0, 1000.0]))
def test_values_are_exact_to_a_few_ulp(name, z):
    layer, truth, tolerance = TRUTH[name]
    got = float(layer.forward(np.array([[z]]))[0, 0])
    assert relative_error(got, truth(mpmath.mpf(z))) <= tolerance


@every
@given(st.floats(-30, 30))
def test_derivatives(name, z):
    """Against the derivative that mpmath finds from the function alone."""
    layer, truth, _ = TRUTH[name]
    if min(abs(z - kink) for kink in (-3, 0, 3)) < 1e-6:
        z = 0.5
    layer.forward(np.array([[z]]))
    got = float(layer.backward(np.array([[2.0]]))[0, 0])
    true = 2 * mpmath.diff(truth, mpmath.mpf(z), h=mpmath.mpf(10) ** -15)
    assert abs(got - true) <= 1e-14 * max(1, abs(true))


@pytest.mark.parametrize("name", ["ELU", "SELU", "Softplus", "SiLU", "GELU"])
def test_derivatives_keep_their_digits_far_on_the_left(name):
    layer, truth, _ = TRUTH[name]
    for z in (-5.0, -12.0, -30.0):
        layer.forward(np.array([[z]]))
        got = float(layer.backward(np.array([[1.0]]))[0, 0])
        with mpmath.workdps(600):  # differences of tiny numbers
            true = mpmath.diff(truth, mpmath.mpf(z), h=mpmath.mpf(10) ** -100)
        if name == "SELU":  # its constants have 32 digits
            true = LIMIT * mpmath.exp(mpmath.mpf(z))
        assert relative_error(got, true) < 4e-15


@every
def test_the_far_ends(name):
    layer = TRUTH[name][0]
    left = {"LeakyReLU": -250.0, "ELU": -2.0, "SELU": -float(LIMIT)}.get(name, 0.0)
    right = {"SELU": 1000 * float(SCALE), "HardSigmoid": 1.0}.get(name, 1000.0)
    for dtype in (np.float32, np.float64):
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            a = layer.forward(np.array([[-1000.0, 1000.0]], dtype))
        np.testing.assert_allclose(a, [[left, right]], rtol=1e-6)


def test_numbers_far_beyond_the_range_of_a_square_are_no_overflow():
    z = np.array([[-1e30, 1e30]], np.float32)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for layer in (GELU(), GELU(approximate=True), SiLU(), HardSwish(), Softplus(), SELU()):
            layer.forward(z)
            assert np.isfinite(layer.backward(np.ones_like(z))).all()
