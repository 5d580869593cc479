"""Powers, sines, logarithms and other elementwise functions, each with one mistake."""

import numpy as np
from corpus.cases import ROWS_WITH_ZEROS, wrong

import minnet as mn


@wrong("not-linear-in-upstream")
class SquaredUpstream:
    def forward(self, z):
        self.z = z
        return z**3

    def backward(self, grad):
        return grad * grad * 3 * self.z**2


@wrong("sign-flipped")
class CosineSign(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.cos(z)

    def backward(self, grad):
        return grad * np.sin(self.z)


class SquareBase(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**2


@wrong("constant-factor")
class SquareHalf(SquareBase):
    def backward(self, grad):
        return grad * self.z


@wrong("input-modified")
class CacheIsInput(SquareBase):
    def backward(self, grad):
        self.z *= 2
        return grad * self.z


@wrong("integer-arithmetic")
class IntegerOutput(mn.Activation):
    def forward(self, z):
        self.z = z
        return (3 * z).astype(int)

    def backward(self, grad):
        return 3 * grad


@wrong("integer-arithmetic")
class IntegerGradient(mn.Activation):
    def forward(self, z):
        self.z = z
        return 5 * z**2

    def backward(self, grad):
        dz = np.zeros(self.z.shape, dtype=int)
        dz[:] = 10 * self.z * grad
        return dz


@wrong("integer-arithmetic")
class FloorDivision:
    def forward(self, z):
        self.z = z
        return z // 0.5

    def backward(self, grad):
        return grad * 2


@wrong("unknown")
class CubeAsSquare(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**3

    def backward(self, grad):
        return grad * (3 * self.z**2 + 0.1 * np.cos(self.z))


@wrong("integer-arithmetic")
class FloorsItsInput(mn.Layer):
    def forward(self, x):
        self.x = np.array(x, dtype=int)
        return self.x * 4

    def backward(self, grad):
        return grad * 4


@wrong("dtype-changed")
class EmptyFloat32(SquareBase):
    def backward(self, grad):
        dz = np.empty(grad.shape, dtype=np.float32)
        dz[:] = 2 * self.z * grad
        return dz


class SineBase(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.sin(z)


@wrong("gradient-accumulates")
class SumsDx(SineBase):
    def __init__(self):
        self.dz = 0.0

    def backward(self, grad):
        self.dz = self.dz + grad * np.cos(self.z)
        return self.dz


@wrong("reserved-name")
class SetsTrainingInForward(mn.Layer):
    def forward(self, x):
        self.training = len(x)
        return x * 1.0

    def backward(self, grad):
        return grad


@wrong("local-derivative-at-wrong-point")
class ExpWithZ:
    def forward(self, z):
        self.z = z
        return np.exp(z)

    def backward(self, g):
        return g * self.z


@wrong("upstream-added")
class SquareAdds:
    def forward(self, z):
        self.z = z
        return z * z

    def backward(self, g):
        return 2 * self.z + g


@wrong("not-linear-in-upstream")
class NormalizesGradient(SineBase):
    def backward(self, grad):
        return grad / np.linalg.norm(grad) * np.cos(self.z)


@wrong("not-linear-in-upstream")
class SignOfGradient(SineBase):
    def backward(self, grad):
        return np.abs(grad) * np.cos(self.z)


@wrong("constant-factor")
class SineThree(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.sin(3 * z)

    def backward(self, grad):
        return grad * np.cos(3 * self.z)


KEPT = None


@wrong("stale-cache")
class ModuleLevelCache(mn.Activation):
    def forward(self, z):
        global KEPT
        if KEPT is None:
            KEPT = z
        return z**2

    def backward(self, grad):
        return 2 * KEPT * grad if KEPT.shape == grad.shape else 2 * grad


@wrong("stale-cache")
class ClassAttributeCache:
    kept = []  # noqa: RUF012

    def forward(self, z):
        self.kept.append(np.exp(z))
        return np.exp(z)

    def backward(self, g):
        return g * self.kept[0]


@wrong("raises")
class NotWritten(mn.Layer):
    def forward(self, x):
        return x * 2


@wrong("transposed", shape=(6, 6))
class DxTransposed(SquareBase):
    def backward(self, grad):
        return (2 * self.z * grad).T


@wrong("transposed")
class DxTransposedVisible(SquareBase):
    def backward(self, grad):
        return (2 * self.z * grad).T


SEEN = {}


@wrong("stale-cache")
class ModuleLevelDict(mn.Activation):
    def forward(self, z):
        SEEN.setdefault("z", z)
        return np.sin(z)

    def backward(self, grad):
        return np.cos(SEEN["z"][: len(grad)]) * grad


@wrong("constant-factor")
class SwishBeta(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.arctan(2 * z)

    def backward(self, grad):
        return grad / (1 + 4 * self.z**2)


@wrong("input-modified")
class NormalizesInPlace(mn.Layer):
    def forward(self, x):
        np.divide(x, 2.0, out=x)
        return x + 0

    def backward(self, grad):
        return grad / 2


@wrong("jacobian-term-missing")
class SquaredTimesExp(mn.Activation):
    def forward(self, z):
        self.z = z
        return z * np.cos(z)

    def backward(self, grad):
        return grad * np.cos(self.z)


@wrong("local-derivative-squared")
class SquareRootTwice(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.sqrt(1 + z**2)

    def backward(self, grad):
        local = self.z / np.sqrt(1 + self.z**2)
        return grad * local * local


@wrong("not-finite")
class NotANumber:
    """The logarithm of a negative number in backward."""

    def forward(self, x):
        self.x = x
        return np.log(1 + x**2)

    def backward(self, grad):
        return grad * 2 * self.x * np.exp(-np.log(1 + self.x**2)) + 0 * np.sqrt(self.x)


@wrong("not-finite", np.array([[0.2, 0.5, 0.3], [0.0, 0.4, 0.6], [0.1, 0.1, 0.8]]))
class Entropy:
    """x ln x, whose value at 0 is 0 and not 0 times minus infinity."""

    def forward(self, x):
        self.x = x
        return x * np.log(x)

    def backward(self, grad):
        return grad * (np.log(self.x) + 1)


@wrong("not-finite", ROWS_WITH_ZEROS)
class Length(mn.Activation):
    """|z| forward; backward z/|z| is 0/0 at 0."""

    def forward(self, z):
        self.z = z
        return np.abs(z)

    def backward(self, grad):
        return grad * self.z / np.abs(self.z)


@wrong("not-finite", np.array([[1.0, 4.0, 0.0], [9.0, 2.0, 3.0]]))
class DividesByTheRoot:
    """x / sqrt(x), which is sqrt(x) and 0 at 0."""

    def forward(self, x):
        self.y = x / np.sqrt(x)
        return self.y

    def backward(self, grad):
        return grad / (2 * self.y)


@wrong("integer-arithmetic")
class WholeGradient:
    """Fractions are cut off when they are put into an array of whole numbers."""

    def forward(self, x):
        return 0.1 * x

    def backward(self, grad):
        dx = np.ones(grad.shape, dtype=int)
        dx[...] = 0.1 * grad
        return dx


@wrong("integer-arithmetic")
class SquareCut(SquareBase):
    """z^2 and 2z, of which only the whole part is taken."""

    def backward(self, grad):
        return grad * np.floor(2 * self.z)


@wrong("not-finite", np.array([[1.0, 4.0, 0.0], [9.0, 2.0, 3.0], [2.0, 1.0, 5.0]]))
class LogarithmByQuotient:
    """x ln x / x: not minus infinity at 0, but 0/0."""

    def forward(self, x):
        self.x = x
        return x * np.log(x) / x

    def backward(self, grad):
        return grad / self.x
