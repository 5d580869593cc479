"""Activations, gains, dropout and softmax with one mistake each."""

import numpy as np
from doctor_corpus import wrong

import minnet as mn


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class SigmoidBase(mn.Activation):
    def forward(self, z):
        self.z = z
        self.a = sigmoid(z)
        return self.a


@wrong("local-derivative-missing")
class SigmoidMissing(SigmoidBase):
    def backward(self, grad):
        return grad.copy()


@wrong("local-derivative-squared")
class SigmoidSquared(SigmoidBase):
    def backward(self, grad):
        d = self.a * (1 - self.a)
        return grad * d * d


@wrong("local-derivative-at-wrong-point")
class SigmoidOfA(SigmoidBase):
    def backward(self, grad):
        s = sigmoid(self.a)
        return grad * s * (1 - s)


@wrong("local-derivative-at-wrong-point")
class SigmoidZ(SigmoidBase):
    def backward(self, grad):
        return grad * self.z * (1 - self.z)


@wrong("local-derivative-at-wrong-point")
class TanhTwice:
    def forward(self, z):
        self.out = np.tanh(z)
        return self.out

    def backward(self, g):
        return g * (1 - np.tanh(self.out) ** 2)


@wrong("upstream-ignored")
class SigmoidNoUpstream(SigmoidBase):
    def backward(self, grad):
        return self.a * (1 - self.a)


@wrong("upstream-added")
class SigmoidAdded(SigmoidBase):
    def backward(self, grad):
        return grad + self.a * (1 - self.a)


@wrong("not-linear-in-upstream")
class ReluByUpstream(mn.Activation):
    def forward(self, z):
        return np.maximum(z, 0)

    def backward(self, grad):
        dz = np.array(grad)
        dz[grad <= 0] = 0
        return dz


@wrong("not-linear-in-upstream")
class ClippedUpstream(mn.Activation):
    def forward(self, z):
        self.a = np.tanh(z)
        return self.a

    def backward(self, grad):
        return np.clip(grad, -5, 5) * (1 - self.a**2)


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


@wrong("constant-factor")
class SquareHalf(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**2

    def backward(self, grad):
        return grad * self.z


@wrong("input-modified")
class ReluInPlace(mn.Activation):
    def forward(self, z):
        z[z < 0] = 0
        self.z = z
        return z

    def backward(self, grad):
        return grad * (self.z > 0)


@wrong("upstream-modified")
class ReluGradInPlace(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.maximum(z, 0)

    def backward(self, grad):
        grad[self.z <= 0] = 0
        return grad


@wrong("input-modified")
class CacheIsInput(mn.Activation):
    def forward(self, z):
        self.z = z
        return z**2

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


@wrong("not-finite")
class NaiveSoftmax(mn.Activation):
    def forward(self, z):
        e = np.exp(z)
        self.a = e / e.sum(axis=1, keepdims=True)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=1, keepdims=True))


@wrong("not-finite")
class NaiveSoftplus(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.log(1 + np.exp(z))

    def backward(self, grad):
        return grad / (1 + np.exp(-self.z))


@wrong("not-finite")
class SigmoidDerivativeOverflows(mn.Activation):
    def forward(self, z):
        self.z = z
        return 1 / (1 + np.exp(-z))

    def backward(self, grad):
        return grad * np.exp(-self.z) / (1 + np.exp(-self.z)) ** 2


class SoftmaxBase(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        self.a = e / e.sum(axis=-1, keepdims=True)
        return self.a


@wrong("jacobian-diagonal-only")
class SoftmaxDiagonal(SoftmaxBase):
    def backward(self, grad):
        return grad * self.a * (1 - self.a)


@wrong("jacobian-term-missing")
class SoftmaxNoCoupling(SoftmaxBase):
    def backward(self, grad):
        return grad * self.a


@wrong("jacobian-term-missing")
class SoftmaxLoopOffDiagonal(SoftmaxBase):
    def backward(self, grad):
        dz = np.zeros_like(grad)
        for n in range(len(grad)):
            for i in range(grad.shape[1]):
                for j in range(grad.shape[1]):
                    dz[n, i] += -self.a[n, i] * self.a[n, j] * grad[n, j]
        return dz


@wrong("wrong-axis")
class SoftmaxWrongSum(SoftmaxBase):
    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=0))


@wrong("wrong-axis")
class SoftmaxOverBatch(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=0))
        self.a = e / e.sum(axis=0)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=0))


@wrong("wrong-axis")
class SoftmaxOverAll(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max())
        self.a = e / e.sum()
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum())


@wrong("mixes-samples")
class NormOfBatch(mn.Layer):
    def forward(self, x):
        self.x, self.n = x, np.sqrt((x**2).sum())
        return x / self.n

    def backward(self, grad):
        return grad / self.n - self.x * (grad * self.x).sum() / self.n**3
