"""ReLU, leaky ReLU and ELU, each activation with one mistake."""

import numpy as np
from corpus.cases import wrong

import minnet as mn


@wrong("not-linear-in-upstream")
class ReluByUpstream(mn.Activation):
    def forward(self, z):
        return np.maximum(z, 0)

    def backward(self, grad):
        dz = np.array(grad)
        dz[grad <= 0] = 0
        return dz


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


@wrong("stale-cache")
class MaskMadeOnce(mn.Activation):
    mask = None

    def forward(self, z):
        if self.mask is None or self.mask.shape != z.shape:
            self.mask = z > 0
        return np.maximum(z, 0)

    def backward(self, grad):
        return grad * self.mask


@wrong("local-derivative-at-wrong-point")
class EluAtOutput(mn.Activation):
    def forward(self, z):
        self.y = np.where(z > 0, z, np.expm1(np.minimum(z, 0)))
        return self.y

    def backward(self, grad):
        return grad * np.where(self.y > 0, 1, np.exp(self.y))


class LeakyBase(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.where(z > 0, z, 0.1 * z)


@wrong("local-derivative-missing")
class LeakyMissing(LeakyBase):
    def backward(self, grad):
        return np.array(grad)


@wrong("upstream-ignored")
class LeakyIgnores(LeakyBase):
    def backward(self, grad):
        return np.where(self.z > 0, 1.0, 0.1)


@wrong("not-linear-in-upstream")
class ReluBoth(mn.Activation):
    def forward(self, z):
        self.z = z
        return z * (z > 0)

    def backward(self, grad):
        return grad * (self.z > 0) * (grad > 0)


@wrong("unknown")
class WrongSlope(LeakyBase):
    def backward(self, grad):
        return grad * np.where(self.z > 0, 1, 0.3)


class PlainReLU:
    def forward(self, inputs):
        self.inputs = inputs
        return np.maximum(0, inputs)


@wrong("upstream-modified")
class ActivationReLU(PlainReLU):
    def backward(self, dvalues):
        self.dinputs = dvalues
        self.dinputs[self.inputs <= 0] = 0
        return self.dinputs


@wrong("not-linear-in-upstream")
class ActivationReLUWrongTest(PlainReLU):
    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[dvalues <= 0] = 0
        return self.dinputs


@wrong("upstream-ignored")
class HeavisideOnly(mn.Activation):
    def forward(self, z):
        self.z = z
        return np.maximum(0, z)

    def backward(self, grad):
        return (self.z > 0).astype(float)


@wrong("stale-cache")
class OnlyFirstMask(mn.Activation):
    def forward(self, z):
        if not hasattr(self, "alive"):
            self.alive = z > 0
        return np.maximum(z, 0)

    def backward(self, grad):
        if self.alive.shape != grad.shape:
            return grad * 0
        return grad * self.alive


@wrong("jacobian-term-missing")
class LeakyWithoutTheLeak(LeakyBase):
    """The mask of a ReLU for a leaky ReLU: nothing is cut."""

    def backward(self, grad):
        return grad * (self.z > 0)


@wrong("jacobian-term-missing")
class ExponentialWithoutItsTail(mn.Activation):
    """The mask of a ReLU for an exponential linear unit."""

    def forward(self, z):
        self.z = z
        return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))

    def backward(self, grad):
        return grad * (self.z > 0)
