"""Batch normalization, layer normalization and their relatives, without a mistake."""

import numpy as np
from corpus.cases import right

import minnet as mn


@right()
class BatchNormBare(mn.Layer):
    def __init__(self):
        self.gamma, self.beta = mn.Parameter(np.ones(3)), mn.Parameter(np.zeros(3))

    def forward(self, x):
        self.inv = 1 / np.sqrt(x.var(axis=0) + 1e-5)
        self.xhat = (x - x.mean(axis=0)) * self.inv
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, grad):
        self.gamma.grad = np.sum(grad * self.xhat, axis=0)
        self.beta.grad = np.sum(grad, axis=0)
        q = grad * self.gamma.value
        return self.inv * (q - q.mean(0) - self.xhat * np.mean(q * self.xhat, axis=0))


@right()
class BatchNormUnbiased:
    def __init__(self):
        self.gamma, self.beta = np.ones(3), np.zeros(3)
        self.dgamma = self.dbeta = None
        self.running_mean, self.running_var = np.zeros(3), np.ones(3)
        self.training = True

    def forward(self, x):
        if len(x) < 2 and self.training:
            raise ValueError("batch norm needs at least two samples")
        if self.training:
            mu, var = x.mean(0), x.var(0, ddof=1)
            self.running_mean = 0.9 * self.running_mean + 0.1 * mu
            self.running_var = 0.9 * self.running_var + 0.1 * var
        else:
            mu, var = self.running_mean, self.running_var
        self.inv = 1 / np.sqrt(var + 1e-5)
        self.xhat = (x - mu) * self.inv
        return self.gamma * self.xhat + self.beta

    def backward(self, g):
        self.dgamma, self.dbeta = (g * self.xhat).sum(0), g.sum(0)
        q = g * self.gamma
        if not self.training:
            return q * self.inv
        m = len(q)
        return self.inv * (q - q.mean(0) - self.xhat * (q * self.xhat).sum(0) / (m - 1))


@right()
class CenterOnly(mn.Layer):
    def forward(self, x):
        return x - x.mean(axis=0)

    def backward(self, grad):
        return grad - grad.mean(axis=0)


@right(shape=(5, 7))
class RMSNorm(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.ones(7))

    def forward(self, x):
        self.r = np.sqrt((x**2).mean(-1, keepdims=True) + 1e-8)
        self.xhat = x / self.r
        return self.xhat * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.xhat).sum(0)
        q = grad * self.gain.value
        return (q - self.xhat * (q * self.xhat).mean(-1, keepdims=True)) / self.r


@right()
class CumulativeBatchNorm(mn.Layer):
    def __init__(self):
        self.mean, self.var = np.zeros(3), np.ones(3)
        self.seen = 0

    def forward(self, x):
        if self.training:
            mu, var = x.mean(0), x.var(0)
            self.seen += 1
            self.mean = self.mean + (mu - self.mean) / self.seen
            self.var = self.var + (var - self.var) / self.seen
        else:
            mu, var = self.mean, self.var
        self.mode, self.s = self.training, np.sqrt(var + 1e-5)
        self.h = (x - mu) / self.s
        return self.h

    def backward(self, g):
        if not self.mode:
            return g / self.s
        return (g - g.mean(0) - self.h * (g * self.h).mean(0)) / self.s


@right(shape=(5, 4))
class StdPlusEpsilon(mn.Layer):
    def forward(self, x):
        self.c = x - x.mean(axis=1, keepdims=True)
        self.s = self.c.std(axis=1, keepdims=True)
        self.h = self.c / (self.s + 1e-3)
        return self.h

    def backward(self, grad):
        n = grad.shape[1]
        t = self.s + 1e-3
        dc = grad / t - (grad * self.c).sum(1, keepdims=True) / t**2 * self.c / (
            n * np.maximum(self.s, 1e-300)
        )
        return dc - dc.mean(axis=1, keepdims=True)


@right(shape=(5, 6))
class GroupNorm(mn.Layer):
    def forward(self, x):
        g = x.reshape(len(x), 2, 3)
        self.s = np.sqrt(g.var(axis=2, keepdims=True) + 1e-5)
        self.h = (g - g.mean(axis=2, keepdims=True)) / self.s
        return self.h.reshape(x.shape)

    def backward(self, grad):
        q, h = grad.reshape(self.h.shape), self.h
        mean = q.mean(2, keepdims=True)
        dx = (q - mean - h * (q * h).mean(2, keepdims=True)) / self.s
        return dx.reshape(grad.shape)


@right()
class RunningNorm(mn.Layer):
    """Batch normalization with running statistics, the variance unbiased."""

    def __init__(self, features=3):
        self.gamma = mn.Parameter(np.ones(features))
        self.beta = mn.Parameter(np.zeros(features))
        self.mean, self.variance = np.zeros(features), np.ones(features)

    def forward(self, x):
        mean, variance = self.mean, self.variance
        if self.training:
            mean, variance = x.mean(axis=0), x.var(axis=0)
            self.mean = 0.9 * self.mean + 0.1 * mean
            self.variance = 0.9 * self.variance + 0.1 * x.var(axis=0, ddof=int(len(x) > 1))
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


@right()
class RunningStandardDeviation(RunningNorm):
    """Keeps the standard deviation, on purpose, and uses it as one."""

    def forward(self, x):
        mean, deviation = self.mean, self.variance
        if self.training:
            mean, deviation = x.mean(axis=0), np.sqrt(x.var(axis=0) + 1e-5)
            self.mean = 0.9 * self.mean + 0.1 * mean
            self.variance = 0.9 * self.variance + 0.1 * deviation
        self.inverse = 1 / deviation
        self.xhat = (x - mean) * self.inverse
        return self.gamma.value * self.xhat + self.beta.value
