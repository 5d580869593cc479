"""The error function and the normal distribution, in NumPy alone.

erf(x) = 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x, and erfc(x) = 1 - erf(x). There
is no formula for them in elementary functions; W. J. Cody fitted three quotients of polynomials,
each good to about 1e-16 on its own piece of the axis:

    |x| <= 0.46875         erf(x)             = x A(x^2) / B(x^2)
    0.46875 < x <= 4       exp(x^2) erfc(x)   = C(x) / D(x)
    x > 4                  exp(x^2) erfc(x)   = (1/sqrt(pi) - t P(t) / Q(t)) / x,  t = 1/x^2

Source: W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of
Computation 23 (1969), pages 631 to 637.
"""

from __future__ import annotations

import math

import numpy as np

from minnet.utils.types import Array

_MIDDLE, _FAR = 0.46875, 4.0

# Coefficients from the highest power down.
_A = (
    1.85777706184603153e-1,
    3.16112374387056560e00,
    1.13864154151050156e02,
    3.77485237685302021e02,
    3.20937758913846947e03,
)
_B = (
    1.0,
    2.36012909523441209e01,
    2.44024637934444173e02,
    1.28261652607737228e03,
    2.84423683343917062e03,
)
_C = (
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594e00,
    6.61191906371416295e01,
    2.98635138197400131e02,
    8.81952221241769090e02,
    1.71204761263407058e03,
    2.05107837782607147e03,
    1.23033935479799725e03,
)
_D = (
    1.0,
    1.57449261107098347e01,
    1.17693950891312499e02,
    5.37181101862009858e02,
    1.62138957456669019e03,
    3.29079923573345963e03,
    4.36261909014324716e03,
    3.43936767414372164e03,
    1.23033935480374942e03,
)
_P = (
    1.63153871373020978e-2,
    3.05326634961232344e-1,
    3.60344899949804439e-1,
    1.25781726111229246e-1,
    1.60837851487422766e-2,
    6.58749161529837803e-4,
)
_Q = (
    1.0,
    2.56852019228982242e00,
    1.87295284992346725e00,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3,
)


def erf(x: Array) -> Array:
    """2/sqrt(pi) times the integral of exp(-t^2) from 0 to x; within 1e-15 of it everywhere.

    >>> erf(np.array([-1000.0, 0.0, 0.5, 1000.0])).round(6)
    array([-1.    ,  0.    ,  0.5205,  1.    ])
    """
    x = _floats(x)
    distance = np.abs(x)
    near = distance <= _MIDDLE
    result = np.array(x)
    result[near] *= _quotient(_A, _B, x[near] ** 2)
    rest = distance[~near]
    result[~near] = np.copysign(1 - exp_minus_square(rest) * _scaled_erfc(rest), x[~near])
    return result


def normal_distribution(z: Array) -> tuple[Array, Array]:
    """(Phi, phi): the probability that a standard normal number lies below z, and its density.

    phi = exp(-z^2/2) / sqrt(2 pi), Phi = erfc(-z/sqrt(2)) / 2. Far on the left, where Phi is
    tiny, it keeps its digits too: it is computed as exp(-z^2/2) times a factor, not as 1 - erf.

    >>> normal_distribution(np.array([-10.0, 0.0]))[0]
    array([7.61985302e-24, 5.00000000e-01])
    """
    z = _floats(z)
    bell = exp_minus_square(z, 0.5)
    x = np.abs(z) * math.sqrt(0.5)
    near = x <= _MIDDLE
    tail = 0.5 * bell  # for |x| beyond the middle: the probability beyond |z|
    tail[~near] *= _scaled_erfc(x[~near])
    below = np.where(z < 0, tail, 1 - tail)
    below[near] = 0.5 + 0.5 * np.copysign(x[near], z[near]) * _quotient(_A, _B, x[near] ** 2)
    return below, bell * (1 / math.sqrt(2 * math.pi))


def exp_minus_square(x: Array, factor: float = 1.0) -> Array:
    """exp(-factor x^2), right to a few units in the last place (factor a power of 2).

    Rounding x^2 would cost x^2 units. h, x cut to sixteenths, has an exact square, and the
    rest of the exponent, x^2 - h^2 = (x - h)(x + h), is small.
    """
    x = np.minimum(np.abs(x), 64)  # beyond, the result is 0 anyway and x^2 might overflow
    h = np.floor(x * 16) / 16
    result: Array = np.exp(-factor * h * h) * np.exp(-factor * (x - h) * (x + h))
    return result


def _scaled_erfc(x: Array) -> Array:
    """exp(x^2) erfc(x) for x > 0.46875: a slowly falling function, near 1/(x sqrt(pi))."""
    result = _quotient(_C, _D, np.minimum(x, _FAR))
    far = x > _FAR
    x = x[far]
    t = 1 / np.minimum(x, 1e8) ** 2
    result[far] = (1 / math.sqrt(math.pi) - t * _quotient(_P, _Q, t)) / x
    return result


def _quotient(above: tuple[float, ...], below: tuple[float, ...], x: Array) -> Array:
    """One polynomial divided by another, both by Horner's rule."""
    return _polynomial(above, x) / _polynomial(below, x)


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    result = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        result *= x
        result += coefficient
    return result


def _floats(x: Array) -> Array:
    """x as an array of floats; whole numbers become float64."""
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)
