"""Embedding: a row of numbers for each word, item or class, looked up by its index."""

from __future__ import annotations

import numpy as np

from minnet.nn.initializers import Initializer, get, normal
from minnet.nn.layer import Layer
from minnet.nn.layers.checks import wrong_gradient
from minnet.nn.parameter import Parameter
from minnet.utils.checks import whole_number
from minnet.utils.types import Array


class Embedding(Layer):
    """y = W[x]: row x of a table, for each index x.

    Shapes: x (m, ...) whole numbers 0 to count - 1, W `weight` (count, features), y (m, ...,
    features). It is a Linear layer without bias on one-hot rows, without the zeros: row i of W
    only shows in the outputs whose index is i. So with G = dL/dy,

        dL/dW[i] = sum of the rows of G whose index is i

    An index that occurs twice gets both rows: `grad[x] += G` would keep only the last of them,
    `np.add.at` adds them all. An index cannot move a little, so dL/dx is 0.

    Args:
        count: the number of indices. features: the length of a row.
        weight_init: a name from `mn.initializers` or a function (shape, generator) -> array;
            None: normal with mean 0 and standard deviation 1, as in PyTorch.

    Raises:
        TypeError, ValueError: an argument that is not a whole number; an index that is not whole,
            negative, or not below `count`.

    Source: Bengio, Ducharme, Vincent, Jauvin, "A neural probabilistic language model" (2003).

    >>> layer = Embedding(3, 2)
    >>> layer.weight.value = [[0.0, 0.0], [1.0, 10.0], [2.0, 20.0]]
    >>> layer.forward(np.array([[1, 2], [1, 0]]))
    array([[[ 1., 10.],
            [ 2., 20.]],
    <BLANKLINE>
           [[ 1., 10.],
            [ 0.,  0.]]])
    """

    takes_indices = True

    def __init__(
        self, count: int, features: int, weight_init: str | Initializer | None = None
    ) -> None:
        self.count: int = whole_number("Embedding", "count", count)
        self.features: int = whole_number("Embedding", "features", features)
        standard_normal = normal(standard_deviation=1.0)
        chosen = standard_normal if weight_init is None else weight_init
        initializer = get(chosen, "Embedding: weight_init")
        self.weight: Parameter = Parameter(
            shape=(self.count, self.features), initializer=initializer
        )

    def forward(self, x: Array) -> Array:
        """y = W[x]."""
        self._x = self._indices(x)
        return self.weight.value[self._x]

    def backward(self, grad: Array) -> Array:
        """dL/dW, each row of G added at its index; returns dL/dx = 0."""
        if grad.shape != (*self._x.shape, self.features):
            raise wrong_gradient(self, (*self._x.shape, self.features), grad)
        self.weight.grad[...] = 0
        np.add.at(self.weight.grad, self._x, grad)
        return np.zeros(self._x.shape, grad.dtype)

    def _indices(self, x: Array) -> Array:
        """x as integers that are rows of the table."""
        wrong = ~((x >= 0) & (x < self.count)) | (x != np.floor(x))
        if wrong.any():
            place = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise ValueError(
                f"{self!r}: expected whole numbers from 0 to {self.count - 1}, got "
                f"{x[place].item():.9g} at {place}. {self._likely_fix(x)}"
            )
        return x.astype(np.intp)

    def _likely_fix(self, x: Array) -> str:
        """For indices that are no rows of the table."""
        if not np.array_equal(x, np.floor(x)):
            return "Give the indices themselves, unscaled."
        if x.min() < 0:
            return "Number the items from 0: np.unique(x, return_inverse=True)."
        largest = x.max()
        return f"The largest is {largest:.9g}: make this Embedding({largest + 1:.9g}, ...)."

    def __repr__(self) -> str:
        return f"Embedding({self.count}, {self.features})"
