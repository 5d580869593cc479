"""All exercises as plain classes, without a base: weights and gradients are attributes."""

import numpy as np


class Sigmoid:
    def forward(self, z):
        self.z = z
        return 0.5 * (1 + np.tanh(z / 2))

    def backward(self, grad):
        a = self.forward(self.z)
        return grad * (a - a**2)


class SquaredError:
    def forward(self, prediction, target):
        return 0.5 * ((prediction - target) ** 2).sum(axis=1).mean()

    def backward(self, prediction, target):
        return (prediction - target) / len(prediction)


class CrossEntropy:
    def forward(self, y_pred, y_true):
        self.cache = y_pred, y_true
        p = np.where(y_true == 1, y_pred, 1 - y_pred)
        return -np.log(p).sum(axis=1).mean()

    def backward(self):
        a, y = self.cache
        return -(y / a - (1 - y) / (1 - a)) / a.shape[0]


class Dense:
    def __init__(self, inputs, outputs):
        self.W = np.zeros((inputs, outputs))
        self.b = np.zeros((1, outputs))

    def forward(self, x):
        self.x = x
        return x.dot(self.W) + self.b

    def backward(self, grad):
        self.dW = np.dot(self.x.T, grad)
        self.db = np.sum(grad, axis=0, keepdims=True)
        return np.dot(grad, self.W.T)


class SoftmaxCrossEntropy:
    def forward(self, logits, target):
        e = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
        self.p = e / e.sum(-1, keepdims=True)
        self.labels = target.argmax(1)
        return -np.mean(np.log(self.p[np.arange(len(logits)), self.labels]))

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(d)), self.labels] -= 1
        return d / len(d)


class Momentum:
    def __init__(self, learning_rate, momentum):
        self.lr, self.mu, self.v = learning_rate, momentum, 0.0

    def step(self, values, grads):
        self.v = self.mu * self.v + grads
        values[:] = values - self.lr * self.v


class Dropout:
    def __init__(self, rate):
        self.keep = 1 - rate
        self.training = True

    def forward(self, x):
        self.mask = np.random.rand(*x.shape) < self.keep
        return x * self.mask / self.keep if self.training else x.copy()

    def backward(self, grad):
        return grad * self.mask / self.keep if self.training else grad.copy()


class BatchNorm:
    def __init__(self, features):
        self.gamma, self.beta = np.ones(features), np.zeros(features)
        self.mean, self.var, self.training = np.zeros(features), np.ones(features), True

    def forward(self, x):
        if self.training:
            mu, var = x.mean(0), x.var(0)
            self.mean += 0.1 * (mu - self.mean)
            self.var += 0.1 * (var * len(x) / max(len(x) - 1, 1) - self.var)
        else:
            mu, var = self.mean, self.var
        self.inv = 1 / np.sqrt(var + 1e-5)
        self.xhat = (x - mu) * self.inv
        return self.gamma * self.xhat + self.beta

    def backward(self, grad):
        m = len(grad)
        self.dgamma = np.sum(grad * self.xhat, axis=0)
        self.dbeta = np.sum(grad, axis=0)
        d = m * grad - self.dbeta - self.xhat * self.dgamma if self.training else m * grad
        return self.gamma * self.inv / m * d


class Convolution:
    def __init__(self, channels, outputs, k):
        self.W = np.random.randn(outputs, channels, k, k)
        self.b = np.zeros(outputs)

    def forward(self, x):
        k = self.W.shape[-1]
        self.x = x
        self.windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
        y = np.tensordot(self.windows, self.W, axes=([1, 4, 5], [1, 2, 3]))
        return y.transpose(0, 3, 1, 2) + self.b.reshape(1, -1, 1, 1)

    def backward(self, grad):
        k = self.W.shape[-1]
        self.dW = np.tensordot(grad, self.windows, axes=([0, 2, 3], [0, 2, 3]))
        self.db = grad.sum((0, 2, 3))
        edge = k - 1
        g = np.pad(grad, ((0, 0), (0, 0), (edge, edge), (edge, edge)))
        g = np.lib.stride_tricks.sliding_window_view(g, (k, k), axis=(2, 3))
        flipped = self.W[:, :, ::-1, ::-1]
        return np.tensordot(g, flipped, axes=([1, 4, 5], [0, 2, 3])).transpose(0, 3, 1, 2)
