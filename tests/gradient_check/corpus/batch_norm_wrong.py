"""Batch normalization with one mistake each: the gradient, the running statistics, images."""

import numpy as np
from corpus.cases import wrong

import minnet as mn


class BatchNorm(mn.Layer):
    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))

    def forward(self, x):
        self.mean, self.std = x.mean(axis=0), np.sqrt(x.var(axis=0) + 1e-5)
        self.xhat = (x - self.mean) / self.std
        return self.gamma.value * self.xhat + self.beta.value

    def dx(self, q):
        return (q - q.mean(0) - self.xhat * (q * self.xhat).mean(0)) / self.std

    def backward(self, grad):
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        return self.dx(grad * self.gamma.value)


@wrong("batch-statistics-constant")
class NormConstant(BatchNorm):
    def dx(self, q):
        return q / self.std


@wrong("mean-term-missing")
class NormNoMean(BatchNorm):
    def dx(self, q):
        return (q - self.xhat * (q * self.xhat).mean(0)) / self.std


@wrong("variance-term-missing")
class NormNoVariance(BatchNorm):
    def dx(self, q):
        return (q - q.mean(0)) / self.std


@wrong("sum-for-mean")
class NormSums(BatchNorm):
    def dx(self, q):
        return (q - q.sum(0) - self.xhat * (q * self.xhat).sum(0)) / self.std


@wrong("sum-for-mean")
class NormOneSum(BatchNorm):
    def dx(self, q):
        return (q - q.mean(0) - self.xhat * (q * self.xhat).sum(0)) / self.std


@wrong("degrees-of-freedom")
class NormFreedom(BatchNorm):
    def forward(self, x):
        self.std = np.sqrt(x.var(axis=0, ddof=1) + 1e-5)
        self.xhat = (x - x.mean(axis=0)) / self.std
        return self.gamma.value * self.xhat + self.beta.value


@wrong("degrees-of-freedom")
class NormBackFreedom(BatchNorm):
    def dx(self, q):
        m = len(q)
        return (q - q.mean(0) - self.xhat * (q * self.xhat).sum(0) / (m - 1)) / self.std


@wrong("scale-missing")
class NormNoGamma(BatchNorm):
    def backward(self, grad):
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        return self.dx(grad)


@wrong("scale-missing")
class NormNoSigma(BatchNorm):
    def dx(self, q):
        return q - q.mean(0) - self.xhat * (q * self.xhat).mean(0)


@wrong("batch-statistics-constant")
class PlainNormConstant:
    def __init__(self):
        self.gamma, self.beta = np.ones(3), np.zeros(3)
        self.dgamma, self.dbeta = np.zeros(3), np.zeros(3)

    def forward(self, x):
        self.mu, self.var = x.mean(0), x.var(0)
        self.inv = 1 / np.sqrt(self.var + 1e-8)
        self.xn = (x - self.mu) * self.inv
        return self.gamma * self.xn + self.beta

    def backward(self, dout):
        self.dgamma = np.sum(dout * self.xn, 0)
        self.dbeta = np.sum(dout, 0)
        return dout * self.gamma * self.inv


class Running(BatchNorm):
    momentum = 0.1

    def __init__(self, features=3):
        super().__init__(features)
        self.running_mean = mn.Parameter(np.zeros(features), trainable=False)
        self.running_variance = mn.Parameter(np.ones(features), trainable=False)

    def statistics(self, x):
        mean, variance = x.mean(axis=0), x.var(axis=0)
        if not self.training:
            return self.running_mean.value, self.running_variance.value
        for running, new in ((self.running_mean, mean), (self.running_variance, variance)):
            running.value = (1 - self.momentum) * running.value + self.momentum * new
        return mean, variance

    def forward(self, x):
        self.evaluating = not self.training
        mean, variance = self.statistics(x)
        self.std = np.sqrt(variance + 1e-5)
        self.xhat = (x - mean) / self.std
        return self.gamma.value * self.xhat + self.beta.value

    def dx(self, q):
        return q / self.std if self.evaluating else super().dx(q)


@wrong("train-eval-confused")
class RunningMovesAlways(Running):
    def statistics(self, x):
        mean, variance = x.mean(axis=0), x.var(axis=0)
        for running, new in ((self.running_mean, mean), (self.running_variance, variance)):
            running.value = 0.9 * running.value + 0.1 * new
        return (
            (mean, variance)
            if self.training
            else (self.running_mean.value, self.running_variance.value)
        )


@wrong("train-eval-confused")
class RunningUnused(Running):
    def statistics(self, x):
        super().statistics(x)
        return x.mean(axis=0), x.var(axis=0)

    def dx(self, q):
        return BatchNorm.dx(self, q)


@wrong("train-eval-confused")
class RunningBackward(Running):
    def dx(self, q):
        return BatchNorm.dx(self, q)


@wrong("train-eval-confused")
class RunningStd(Running):
    def statistics(self, x):
        mean, variance = x.mean(axis=0), x.var(axis=0)
        if not self.training:
            return self.running_mean.value, self.running_variance.value
        for running, new in ((self.running_mean, mean), (self.running_variance, 3 * variance)):
            running.value = 0.9 * running.value + 0.1 * new
        return mean, variance


class ImageNorm(mn.Layer):
    axes = (0, 2, 3)

    def __init__(self, channels=2):
        self.gamma = mn.Parameter(np.ones((1, channels, 1, 1)))
        self.beta = mn.Parameter(np.zeros((1, channels, 1, 1)))

    def forward(self, x):
        mean = x.mean(axis=self.axes, keepdims=True)
        self.inv = 1 / np.sqrt(((x - mean) ** 2).mean(axis=self.axes, keepdims=True) + 1e-5)
        self.h = (x - mean) * self.inv
        return self.h * self.gamma.value + self.beta.value

    def backward(self, grad):
        self.beta.grad = grad.sum(axis=(0, 2, 3), keepdims=True)
        self.gamma.grad = (grad * self.h).sum(axis=(0, 2, 3), keepdims=True)
        return self.dx(grad * self.gamma.value)

    def mean(self, q):
        return q.mean(axis=self.axes, keepdims=True)


@wrong("batch-statistics-constant", shape=(3, 2, 4, 3))
class ImageNormConstant(ImageNorm):
    def dx(self, q):
        return q * self.inv


@wrong("mean-term-missing", shape=(3, 2, 4, 3))
class ImageNormNoMean(ImageNorm):
    def dx(self, q):
        return self.inv * (q - self.h * self.mean(q * self.h))


@wrong("variance-term-missing", shape=(3, 2, 4, 3))
class ImageNormNoVariance(ImageNorm):
    def dx(self, q):
        return self.inv * (q - self.mean(q))


@wrong("sum-for-mean", shape=(3, 2, 4, 3))
class ImageNormCountsBatchOnly(ImageNorm):
    def dx(self, q):
        n = q.size / q.shape[1]
        return self.inv * (q - n * self.mean(q) - self.h * self.mean(q * self.h))


@wrong("scale-missing", shape=(3, 2, 4, 3))
class ImageNormNoGamma(ImageNorm):
    def backward(self, grad):
        super().backward(grad)
        return self.dx(grad)

    def dx(self, q):
        return self.inv * (q - self.mean(q) - self.h * self.mean(q * self.h))


@wrong("degrees-of-freedom", shape=(6, 4))
class PlainFreedom:
    def __init__(self):
        self.gamma, self.beta = np.ones(4), np.zeros(4)

    def forward(self, x):
        m = len(x)
        self.mu = x.sum(axis=0) / m
        self.sd = np.sqrt(((x - self.mu) ** 2).sum(axis=0) / (m - 1) + 1e-5)
        self.h = (x - self.mu) / self.sd
        return self.gamma * self.h + self.beta

    def backward(self, g):
        m = len(g)
        self.dgamma, self.dbeta = (g * self.h).sum(0), g.sum(0)
        q = g * self.gamma
        return (m * q - q.sum(0) - self.h * (q * self.h).sum(0)) / (m * self.sd)


@wrong("scale-missing", shape=(6, 4))
class GammaWithoutSigma(mn.Layer):
    def __init__(self):
        self.gamma = mn.Parameter(np.ones(4))

    def forward(self, x):
        self.c = x - x.mean(axis=0)
        self.s = np.sqrt((self.c**2).mean(axis=0) + 1e-5)
        self.h = self.c / self.s
        return self.gamma.value * self.h

    def backward(self, grad):
        self.gamma.grad = (grad * self.c).sum(axis=0)
        q = grad * self.gamma.value
        return (q - q.mean(0) - self.h * (q * self.h).mean(0)) / self.s


@wrong("train-eval-confused")
class NeverStoresStatistics(mn.Layer):
    def __init__(self):
        self.running_mean, self.running_variance = np.zeros(3), np.ones(3)

    def forward(self, x):
        if self.training:
            mean, variance = x.mean(axis=0), x.var(axis=0)
        else:
            mean, variance = self.running_mean, self.running_variance
        self.batch, self.s = self.training, np.sqrt(variance + 1e-5)
        self.h = (x - mean) / self.s
        return self.h

    def backward(self, grad):
        if not self.batch:
            return grad / self.s
        return (grad - grad.mean(0) - self.h * (grad * self.h).mean(0)) / self.s


@wrong("variance-term-missing")
class DetailedBatchNorm(mn.Layer):
    def __init__(self):
        self.gamma, self.beta = mn.Parameter(np.ones(3)), mn.Parameter(np.zeros(3))

    def forward(self, x):
        self.xmu = x - x.mean(axis=0)
        self.ivar = 1 / np.sqrt((self.xmu**2).mean(axis=0) + 1e-5)
        self.xhat = self.xmu * self.ivar
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, dout):
        m = len(dout)
        self.beta.grad, self.gamma.grad = dout.sum(0), (dout * self.xhat).sum(0)
        dxhat = dout * self.gamma.value
        dxmu = dxhat * self.ivar
        return dxmu - dxmu.sum(axis=0) / m


@wrong("wrong-axis")
class BatchNormRowMeans(DetailedBatchNorm):
    def backward(self, dout):
        self.beta.grad, self.gamma.grad = dout.sum(0), (dout * self.xhat).sum(0)
        q = dout * self.gamma.value
        mean = q.mean(axis=1, keepdims=True)
        return self.ivar * (q - mean - self.xhat * (q * self.xhat).mean(axis=1, keepdims=True))


@wrong("mean-term-missing")
class NormByComputationalGraph(mn.Layer):
    def __init__(self):
        self.gamma, self.beta = mn.Parameter(np.ones(3)), mn.Parameter(np.zeros(3))

    def forward(self, x):
        self.xc = x - x.mean(axis=0)
        self.var = (self.xc**2).mean(axis=0)
        self.std = np.sqrt(self.var + 10e-7)
        self.xn = self.xc / self.std
        return self.gamma.value * self.xn + self.beta.value

    def backward(self, dout):
        m = len(dout)
        self.beta.grad, self.gamma.grad = dout.sum(axis=0), (self.xn * dout).sum(axis=0)
        dxn = self.gamma.value * dout
        dxc = dxn / self.std
        dstd = -(dxn * self.xc / self.std**2).sum(axis=0)
        dxc += (2.0 / m) * self.xc * 0.5 * dstd / self.std
        return dxc


@wrong("scale-missing")
class NormForgetsGamma(NormByComputationalGraph):
    def backward(self, dout):
        self.beta.grad, self.gamma.grad = dout.sum(axis=0), (self.xn * dout).sum(axis=0)
        m, dxn = len(dout), dout
        return (m * dxn - dxn.sum(0) - self.xn * (dxn * self.xn).sum(0)) / (m * self.std)


@wrong("sum-for-mean")
class NormForgetsDivision(NormByComputationalGraph):
    def backward(self, dout):
        self.beta.grad, self.gamma.grad = dout.sum(axis=0), (self.xn * dout).sum(axis=0)
        dxc = self.gamma.value * dout / self.std
        dstd = -(self.gamma.value * dout * self.xc / self.std**2).sum(axis=0)
        dxc += self.xc * dstd / self.std / len(dout)
        return dxc - dxc.sum(axis=0)


@wrong("train-eval-confused")
class ForgetsMomentum:
    def __init__(self):
        self.running_mean, self.running_var = np.zeros(3), np.ones(3)
        self.gamma, self.dgamma, self.training = np.ones(3), None, True

    def forward(self, x):
        if self.training:
            mu, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = 0.9 * self.running_mean + mu
            self.running_var = 0.9 * self.running_var + 0.1 * var
        else:
            mu, var = self.running_mean, self.running_var
        self.on, self.s = self.training, np.sqrt(var + 1e-5)
        self.h = (x - mu) / self.s
        return self.gamma * self.h

    def backward(self, g):
        self.dgamma = (g * self.h).sum(axis=0)
        q = g * self.gamma
        if not self.on:
            return q / self.s
        return (q - q.mean(0) - self.h * (q * self.h).mean(0)) / self.s


@wrong("degrees-of-freedom")
class BackwardStd(mn.Layer):
    def forward(self, x):
        self.x = x
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)

    def backward(self, grad):
        s = np.sqrt(self.x.var(axis=0, ddof=1) + 1e-5)
        h = (self.x - self.x.mean(axis=0)) / s
        return (grad - grad.mean(axis=0) - h * (grad * h).mean(axis=0)) / s


@wrong("not-finite")
class DividesByStd(mn.Layer):
    def forward(self, x):
        self.s = np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0))
        self.h = (x - x.mean(axis=0)) / self.s
        return self.h

    def backward(self, grad):
        return (grad - grad.mean(0) - self.h * (grad * self.h).mean(0)) / self.s


@wrong("output-used-for-input")
class BatchNormGain(mn.Layer):
    """The gradient of gamma with the output for xhat."""

    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))

    def forward(self, x):
        self.inverse = 1 / np.sqrt(x.var(axis=0) + 1e-5)
        self.xhat = (x - x.mean(axis=0)) * self.inverse
        self.y = self.gamma.value * self.xhat + self.beta.value
        return self.y

    def backward(self, grad):
        self.gamma.grad = (grad * self.y).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        q, m = grad * self.gamma.value, len(grad)
        return self.inverse / m * (m * q - q.sum(0) - self.xhat * (q * self.xhat).sum(0))


class RunningNorm(mn.Layer):
    """Batch normalization with running statistics."""

    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))
        self.mean, self.variance = np.zeros(features), np.ones(features)

    def spread(self, x):
        return x.var(axis=0)

    def forward(self, x):
        mean, variance = self.mean, self.variance
        if self.training:
            mean, variance = x.mean(axis=0), x.var(axis=0)
            self.mean = 0.9 * self.mean + 0.1 * mean
            self.variance = 0.9 * self.variance + 0.1 * self.spread(x)
        self.inverse = 1 / np.sqrt(variance + 1e-5)
        self.xhat = (x - mean) * self.inverse
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, grad):
        self.gamma.grad = (grad * self.xhat).sum(axis=0)
        self.beta.grad = grad.sum(axis=0)
        q = grad * self.gamma.value
        if not self.training:
            return q * self.inverse
        return self.inverse * (q - q.mean(0) - self.xhat * (q * self.xhat).mean(0))


@wrong("train-eval-confused")
class DeviationForVariance(RunningNorm):
    """The running variance is a standard deviation."""

    def spread(self, x):
        return x.std(axis=0)


@wrong("output-used-for-input", (4, 3, 5, 6))
class BatchNormGainOfImages(mn.Layer):
    """The output for xhat, per channel, and a mean without its 1/n as well would be a second."""

    def __init__(self, channels=3):
        self.gamma = mn.Parameter(np.ones((1, channels, 1, 1)))
        self.beta = mn.Parameter(np.zeros((1, channels, 1, 1)))

    def forward(self, x):
        mean, variance = (f(x, axis=(0, 2, 3), keepdims=True) for f in (np.mean, np.var))
        self.inverse = 1 / np.sqrt(variance + 1e-5)
        self.xhat = (x - mean) * self.inverse
        self.out = self.gamma.value * self.xhat + self.beta.value
        return self.out

    def backward(self, grad):
        axes = {"axis": (0, 2, 3), "keepdims": True}
        self.gamma.grad = np.sum(grad * self.out, **axes)
        self.beta.grad = np.sum(grad, **axes)
        q = grad * self.gamma.value
        inner = q - q.mean(**axes) - self.xhat * (q * self.xhat).mean(**axes)
        return self.inverse * inner


@wrong("train-eval-confused")
class DividesByTheVariance(RunningNorm):
    """In evaluation 1/variance for 1/sigma."""

    def forward(self, x):
        if self.training:
            return super().forward(x)
        self.inverse = 1 / (self.variance + 1e-5)
        self.xhat = (x - self.mean) * self.inverse
        return self.gamma.value * self.xhat + self.beta.value


class TwoTerms(RunningNorm):
    """Batch normalization whose backward is wrong in two terms."""

    def backward(self, grad):
        super().backward(grad)
        q = grad * self.gamma.value
        if not self.training:
            return q * self.inverse
        return self.inverse * (q + self.terms(q, len(q)))


@wrong("mean-term-missing")
class NoMeanAndWrongSign(TwoTerms):
    """No mean term, and + for -."""

    def terms(self, q, m):
        return self.xhat * (q * self.xhat).mean(0)


@wrong("variance-term-missing")
class NoVarianceAndSum(TwoTerms):
    """No variance term, and a sum for the mean."""

    def terms(self, q, m):
        return -q.sum(0)


@wrong("mean-term-missing")
class NoMeanAndFreedom(TwoTerms):
    """No mean term, and n - 1 for n."""

    def terms(self, q, m):
        return -self.xhat * (q * self.xhat).sum(0) / (m - 1)
