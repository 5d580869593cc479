"""Batch normalization: each feature is scaled to mean 0 and variance 1 over the batch."""

from __future__ import annotations

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.layers.checks import check_channels, no_variance
from minnet.nn.parameter import Parameter
from minnet.utils.checks import number, whole_number
from minnet.utils.types import Array


class BatchNorm(Layer):
    """y = gamma x^ + beta, x^ = (x - mean) / sqrt(variance + epsilon), feature by feature.

    Shapes: x (m, features), or (m, features, h, w) where a feature is a channel and all of its
    pixels count; `gamma` and `beta` (features,). In training, mean and variance are those of
    the batch: over its n values of each feature, the variance divided by n. In evaluation they
    are `running_mean` and `running_variance`, which training keeps up to date by

        running <- (1 - momentum) running + momentum (of the batch, the variance over n - 1)

    and which start at 0 and 1. mean and variance depend on every sample, hence the two last terms
    of dL/dx. With G = dL/dy, s = sqrt(variance + epsilon), sums over the n values of a feature:

        dL/dbeta  = sum G
        dL/dgamma = sum G x^
        dL/dx     = gamma/s (G - x^ dL/dgamma / n - dL/dbeta / n)     in training
        dL/dx     = gamma/s G                                         in evaluation

    Args:
        features: the length of axis 1.
        momentum: the weight of the new batch, in [0, 1] (PyTorch's sense; ONNX has 1 - momentum).
        epsilon: keeps a feature that never changes from being divided by 0.

    Raises:
        TypeError, ValueError: a bad argument; an input whose axis 1 is not `features`; one value
            per feature in training, which has no variance.

    Source: Ioffe and Szegedy (2015), algorithm 1.

    >>> layer = BatchNorm(1)
    >>> layer.training = True
    >>> layer.forward(np.array([[1.0], [3.0]])).round(3)
    array([[-1.],
           [ 1.]])
    >>> layer.running_mean.value, layer.running_variance.value
    (array([0.2]), array([1.1]))
    """

    def __init__(self, features: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        self.features: int = whole_number("BatchNorm", "features", features)
        self.momentum: float = number("BatchNorm", "momentum", momentum, minimum=0, maximum=1)
        self.epsilon: float = number("BatchNorm", "epsilon", epsilon, minimum=0, above=True)
        self.gamma: Parameter = Parameter(shape=self.features, initializer="ones")
        self.beta: Parameter = Parameter(shape=self.features)
        self.running_mean: Parameter = Parameter(shape=self.features, trainable=False)
        self.running_variance: Parameter = Parameter(
            shape=self.features, initializer="ones", trainable=False
        )

    def forward(self, x: Array) -> Array:
        """y = gamma x^ + beta; in training the running mean and variance are updated."""
        check_channels(self, x, self.features, self.training)
        self._per_sample = x.size // (len(x) * self.features)
        self._axes = (0, *range(2, x.ndim))
        self._column = (self.features, *(1,) * (x.ndim - 2))
        self._of_batch = self.training
        mean = self._mean(x) if self.training else self.running_mean.value
        centered = x - self._on_axis_1(mean)
        if self.training:
            variance = self._mean(centered * centered)
            self._update_running(mean, variance, x.size // self.features)
        else:
            variance = self.running_variance.value
        self._s = np.sqrt(variance + self.epsilon)
        self._normalized = centered / self._on_axis_1(self._s)
        y = self._on_axis_1(self.gamma.value) * self._normalized
        y += self._on_axis_1(self.beta.value)
        return y

    def backward(self, grad: Array) -> Array:
        """dL/dbeta, dL/dgamma; returns dL/dx."""
        x, n, dx = self._normalized, grad.size // self.features, grad
        dbeta, dgamma = (self._sum(a).astype(grad.dtype) for a in (grad, grad * x))
        self.beta.grad[...], self.gamma.grad[...] = dbeta, dgamma
        if self._of_batch:
            dx = grad - x * self._on_axis_1(dgamma / n) - self._on_axis_1(dbeta / n)
        return self._on_axis_1(self.gamma.value / self._s) * dx

    def _sum(self, x: Array) -> Array:
        """Of each feature; over the rows in float64: thousands would cost float32 its digits."""
        rows = x.sum(axis=self._axes[1:]) if x.ndim > 2 else x  # over pixels NumPy sums pairwise
        return rows.sum(axis=0, dtype=np.float64)

    def _mean(self, x: Array) -> Array:
        """Of each feature, rounded to the type of x only at the end."""
        return (self._sum(x) / (x.size // self.features)).astype(x.dtype)

    def _on_axis_1(self, per_feature: Array) -> Array:
        """One number per feature, shaped to broadcast along axis 1."""
        return per_feature.reshape(self._column)

    def _update_running(self, mean: Array, variance: Array, n: int) -> None:
        """running <- (1 - momentum) running + momentum new; not by a batch that is not finite."""
        if np.isfinite(variance).all():
            self.running_mean.value += self.momentum * (mean - self.running_mean.value)
            unbiased = variance * (n / (n - 1))
            self.running_variance.value += self.momentum * (unbiased - self.running_variance.value)

    def check_batch(self, samples: int) -> None:
        """Refuse a batch that will be too small to train on; called before the first step."""
        if samples * self._per_sample < 2:
            raise no_variance(self, "a batch of a single sample")
