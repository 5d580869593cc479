"""All exercises as functions with a cache, or classes that return one; gradients are returned."""

import numpy as np


def sigmoid_forward(z):
    a = 1 / (1 + np.exp(-z))
    return a, a


def sigmoid_backward(grad, a):
    return grad * a * (1 - a)


def squared_error(prediction, target):
    d = prediction - target
    return np.einsum("ij,ij->", d, d) / (2 * len(d)), d / len(d)


def cross_entropy_forward(prediction, target):
    value = -(target * np.log(prediction) + (1 - target) * np.log1p(-prediction)).sum()
    return value / len(target), (prediction, target)


def cross_entropy_backward(cache):
    a, y = cache
    return (a - y) / (a - a * a) / len(a)


def dense_forward(x, W, b):
    return x @ W + b, (x, W)


def dense_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.sum(0)


def softmax_cross_entropy(z, y):
    z = z - z.max(1, keepdims=True)
    log_a = z - np.log(np.exp(z).sum(1, keepdims=True))
    return -(y * log_a).sum() / len(z), (np.exp(log_a) - y) / len(z)


class Momentum:
    def __init__(self, learning_rate, momentum):
        self.learning_rate, self.momentum, self.velocities = learning_rate, momentum, {}

    def update(self, params, grads):
        for name in params:
            v = self.momentum * self.velocities.get(name, 0) + grads[name]
            self.velocities[name] = v
            params[name] -= self.learning_rate * v


class Dropout:
    def __init__(self, rate):
        self.rate, self.generator = rate, np.random.default_rng(7)

    def forward(self, x, training=True):
        mask = np.ones_like(x)
        if training:
            mask = self.generator.binomial(1, 1 - self.rate, x.shape) / (1 - self.rate)
        return x * mask, mask

    def backward(self, grad, mask):
        return grad * mask


class BatchNorm:
    def __init__(self, features):
        self.params = {"gamma": np.ones(features), "beta": np.zeros(features)}
        self.running = [np.zeros(features), np.ones(features)]

    def forward(self, x, mode="train"):
        if mode == "train":
            mean, var = x.mean(0), ((x - x.mean(0)) ** 2).mean(0)
            seen = (mean, var * len(x) / max(len(x) - 1, 1))
            self.running = [0.9 * r + 0.1 * s for r, s in zip(self.running, seen, strict=True)]
        else:
            mean, var = self.running
        n = (x - mean) / np.sqrt(var + 1e-5)
        y = self.params["gamma"] * n + self.params["beta"]
        return y, (n, np.sqrt(var + 1e-5), mode)

    def backward(self, grad, cache):
        n, root, mode = cache
        inner = grad * self.params["gamma"]
        dx = inner - inner.mean(0) - n * (inner * n).mean(0) if mode == "train" else inner
        return dx / root, {"gamma": (grad * n).sum(0), "beta": grad.sum(0)}


def convolution_forward(x, W, b):
    k = W.shape[2]
    y = np.empty((len(x), len(W), x.shape[2] - k + 1, x.shape[3] - k + 1))
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            y[:, :, i, j] = (
                np.tensordot(x[:, :, i : i + k, j : j + k], W, ([1, 2, 3], [1, 2, 3])) + b
            )
    return y, (x, W)


def convolution_backward(grad, cache):
    x, W = cache
    k = W.shape[2]
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            g = grad[:, :, i, j]
            dx[:, :, i : i + k, j : j + k] += np.tensordot(g, W, 1)
            dW += np.tensordot(g.T, x[:, :, i : i + k, j : j + k], 1)
    return dx, dW, grad.sum(axis=(0, 2, 3))
