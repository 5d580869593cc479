"""Gains and biases, one for each feature or channel, each layer with one mistake."""

import numpy as np
from corpus.cases import wrong

import minnet as mn


@wrong("not-a-parameter")
class RawGain(mn.Layer):
    def __init__(self):
        self.weight = np.ones(3)

    def forward(self, x):
        self.x = x
        return x * self.weight

    def backward(self, grad):
        return grad * self.weight


class Scale(mn.Layer):
    def __init__(self, features=3):
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


@wrong("wrong-operand")
class ScaleByItsGain(Scale):
    def backward(self, grad):
        self.gain.grad = (grad * self.gain.value).sum(axis=0)
        return grad * self.gain.value


@wrong("extra-factor")
class ScaleTimesInput(Scale):
    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value * self.x


@wrong("output-used-for-input")
class ScaleByOutput(Scale):
    def forward(self, x):
        self.x = x * self.gain.value
        return self.x


@wrong("local-derivative-missing")
class ScaleNoGain(Scale):
    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad.copy()


@wrong("divided-by-outputs")
class ScaleMeanAll(Scale):
    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0) / grad.size
        return grad * self.gain.value


@wrong("raises")
class ScaleSquares(Scale):
    def backward(self, grad):
        self.gain.grad = (grad @ self.x).sum(axis=0)
        return grad * self.gain.value


@wrong("integer-arithmetic")
class WholeGradients(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter([1.0, 2.0, 3.0])

    def forward(self, x):
        self.x = x
        return 10 * x * self.gain.value

    def backward(self, grad):
        total = np.zeros(3, dtype=np.int64)
        for g, x in zip(grad, self.x, strict=True):
            total += (10 * g * x).astype(int)
        self.gain.grad = total
        return 10 * grad * self.gain.value


@wrong("integer-arithmetic")
class IntegerParameter(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.array([1, 2, 3]))

    def forward(self, x):
        return x * self.gain.value

    def backward(self, grad):
        return grad * self.gain.value


@wrong("keepdims-left")
class ColumnGain(mn.Layer):
    def __init__(self):
        self.scale = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = x
        return self.scale.value * x

    def backward(self, grad):
        self.scale.grad = (self.x * grad).sum(axis=0)[None, :]
        return grad * self.scale.value


@wrong("keepdims-left", shape=(4, 3, 5, 5))
class ChannelGain(mn.Layer):
    def __init__(self):
        self.scale = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = x
        return x * self.scale.value.reshape(1, 3, 1, 1)

    def backward(self, grad):
        self.scale.grad = (grad * self.x).sum(axis=(0, 2, 3), keepdims=True)
        return grad * self.scale.value.reshape(1, 3, 1, 1)


@wrong("summed-over-wrong-axis", shape=(4, 3, 5, 6))
class ChannelBias(mn.Layer):
    def __init__(self):
        self.shift = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return x + self.shift.value[:, None, None]

    def backward(self, grad):
        self.shift.grad = grad.sum(axis=(0, 1, 2))
        return grad.copy()


@wrong("summed-to-scalar")
class OneNumberForAll(mn.Layer):
    def __init__(self):
        self.scale = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = x
        return x * self.scale.value

    def backward(self, grad):
        self.scale.grad += np.sum(grad * self.x)
        return grad * self.scale.value


@wrong("reserved-name")
class ListOfParameters(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.ones(3))
        self.parameters = [self.W]

    def forward(self, x):
        return x * self.W.value

    def backward(self, grad):
        return grad * self.W.value


@wrong("output-used-for-input")
class GainOnOutput:
    def __init__(self):
        self.gamma, self.dgamma = np.ones(3), None

    def forward(self, x):
        self.out = self.gamma * x
        return self.out

    def backward(self, g):
        self.dgamma = (g * self.out).sum(axis=0)
        return g * self.gamma


@wrong("local-derivative-missing")
class GainGradientWithoutX(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.ones(3))

    def forward(self, x):
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = grad.sum(axis=0)
        return grad * self.gain.value


@wrong("upstream-ignored")
class BiasOfOnes(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return x + self.b.value

    def backward(self, grad):
        self.b.grad = np.ones(3)
        return grad.copy()


@wrong("divided-by-batch", shape=(3, 2, 5, 5))
class ChannelBiasMean(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(2))

    def forward(self, x):
        return x + self.b.value[:, None, None]

    def backward(self, grad):
        self.b.grad = grad.sum(axis=(2, 3)).mean(axis=0)
        return grad.copy()


@wrong("gradient-accumulates")
class NestedAccumulates(mn.Layer):
    def __init__(self):
        self.gain, self.sums = mn.Parameter(np.ones(3)), []

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.sums.append((grad * self.x).sum(0))
        self.gain.grad = sum(self.sums)
        return grad * self.gain.value


@wrong("integer-arithmetic")
class RoundedGradient(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return 9 * (x + self.b.value)

    def backward(self, grad):
        total = [0, 0, 0]
        for row in grad:
            for j, g in enumerate(row):
                total[j] += int(9 * g)
        self.b.grad = np.array(total, dtype=float)
        return 9 * grad


@wrong("sign-flipped")
class Subtracts(mn.Layer):
    def __init__(self):
        self.shift = mn.Parameter(np.zeros(3))

    def forward(self, x):
        return x - self.shift.value

    def backward(self, grad):
        self.shift.grad = grad.sum(axis=0)
        return grad.copy()


@wrong("gradient-accumulates")
class HiddenTotal(mn.Layer):
    def __init__(self):
        self.b = mn.Parameter(np.zeros(3))
        self._sum = 0.0

    def forward(self, x):
        return x + self.b.value

    def backward(self, grad):
        self._sum = self._sum + grad.sum(axis=0)
        self.b.grad = self._sum
        return grad.copy()


@wrong("integer-arithmetic")
class AsTypeInt(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.ones(3))

    def forward(self, x):
        self.x = (100 * x).astype(np.int32)
        return self.x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return 100 * grad * self.gain.value


@wrong("not-finite")
class NaNOfTheWrongShape:
    """Not a number, in the wrong shape as well."""

    def __init__(self):
        self.b, self.db = np.zeros(3), None

    def forward(self, x):
        return x + self.b

    def backward(self, grad):
        self.db = grad * (0 * grad / (grad - grad))
        return grad * 1.0


@wrong("not-finite", np.array([[1.0, -4.0, 0.0], [9.0, 2.0, 3.0], [1.0, 0.5, 0.0]]))
class PowerByLogarithm(mn.Layer):
    """x^2 = exp(2 ln |x|), which is right, and its derivative by a quotient, which is not."""

    def __init__(self, features=3):
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x):
        self.x = x
        return self.gain.value * np.exp(2 * np.log(np.abs(x)))

    def backward(self, grad):
        self.gain.grad = (grad * self.x**2).sum(axis=0)
        return 2 * grad * self.gain.value * self.x**2 / self.x


@wrong("integer-arithmetic")
class SmallWeightGradientCut:
    """Nothing is left of a gradient below 1."""

    def __init__(self):
        self.gain, self.dgain = np.ones(3), None

    def forward(self, x):
        self.x = x
        return 0.01 * x * self.gain

    def backward(self, grad):
        self.dgain = np.zeros(3, dtype=int)
        for i in range(len(grad)):
            for j in range(3):
                self.dgain[j] += int(0.01 * grad[i, j] * self.x[i, j])
        return 0.01 * grad * self.gain


@wrong("parameter-gradient-missing")
class FillsNothing:
    """Zeros are made, and left."""

    def __init__(self):
        self.w, self.dw = np.ones(3), np.zeros(3)

    def forward(self, x):
        self.x = x
        return x * self.w

    def backward(self, grad):
        self.dw = np.zeros(3)
        return grad * self.w


@wrong("parameter-gradient-missing")
class NeverSet(FillsNothing):
    """Not a word about it."""

    def backward(self, grad):
        return grad * self.w
