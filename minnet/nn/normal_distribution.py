"""The normal distribution, which GELU needs, right to a few units in the last place.

NumPy has no error function, Python's `math` has: Phi(z) = erfc(-z / sqrt(2)) / 2, where
erfc(x) = 1 - erf(x) keeps its digits where it is tiny.
"""

from __future__ import annotations

import math

import numpy as np

from minnet.utils.types import Array

_erfc = np.frompyfunc(math.erfc, 1, 1)

# sqrt(2) in two parts: the product of the first with a float32 has no rounding error.
_ROOT_2, _REST_OF_ROOT_2 = float(np.float32(math.sqrt(2))), 2.4203234208957939e-08


def normal_distribution(z: Array) -> tuple[Array, Array]:
    """(Phi, phi): the probability that a standard normal number lies below z, and its density.

    phi = exp(-z^2/2) / sqrt(2 pi), Phi = erfc(x) / 2 with x = -z/sqrt(2). Far on the left Phi falls
    so steeply that the rounding of x matters: if x is exact for z + r, then
    Phi(z) = Phi(z + r) - r phi(z). Computed in float64; floats keep their type.

    >>> normal_distribution(np.array([-10.0, 0.0]))[0]
    array([7.61985302e-24, 5.00000000e-01])
    """
    dtype = z.dtype if z.dtype.kind == "f" else np.float64
    z = np.clip(z.astype(np.float64), -64, 64)  # beyond, Phi is 0 or 1 and z^2 might overflow
    phi = _exp_minus_half_square(z) / math.sqrt(2 * math.pi)
    x = -math.sqrt(0.5) * z
    first = x.astype(np.float32).astype(np.float64)
    r = -(z + first * _ROOT_2) - (x - first) * _ROOT_2 - x * _REST_OF_ROOT_2  # -x sqrt(2) - z
    below = np.asarray(_erfc(x), np.float64) / 2 - r * phi
    return below.astype(dtype), phi.astype(dtype)


def _exp_minus_half_square(z: Array) -> Array:
    """exp(-z^2/2), right to a few units in the last place.

    Rounding z^2 would cost z^2 units. h, z cut to sixteenths, has an exact square, and the rest
    of the exponent, z^2 - h^2 = (z - h)(z + h), is small.
    """
    h = np.trunc(z * 16) / 16
    return np.exp(-0.5 * h * h) * np.exp(-0.5 * (z - h) * (z + h))
