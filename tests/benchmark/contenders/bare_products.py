"""The limit: the matrix products of a training step and nothing else, into arrays made before.

It trains nothing, so it has no losses to compare.
"""

from __future__ import annotations

import numpy as np

from ..workloads import Workload
from . import Plain


class Products(Plain):
    """For each layer x W, x^T G and, above the first, G W^T; convolutions over their columns."""

    name = "bare products"

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        generator = np.random.default_rng(0)

        def matrix(*shape: int) -> np.ndarray:
            return generator.standard_normal(shape, dtype=np.float32)

        self.products = []
        for index, (rows, inputs, outputs) in enumerate(_matrices(workload)):
            x, w, g = matrix(rows, inputs), matrix(inputs, outputs), matrix(rows, outputs)
            self.products += [(x, w, np.empty_like(g)), (x.T, g, np.empty_like(w))]
            if index:
                self.products.append((g, w.T, np.empty_like(x)))

    def step(self, x: object, y: object) -> None:
        """All products once."""
        for a, b, out in self.products:
            np.matmul(a, b, out=out)


def _matrices(workload: Workload) -> list[tuple[int, int, int]]:
    """(rows, inputs, outputs) of the layers as matrix products."""
    result, size = [], workload.shape[-1]
    for kind, *numbers in workload.parts:
        if kind == "linear":
            result.append((workload.batch, *numbers))
        elif kind == "conv":
            inputs, outputs, kernel = numbers
            size -= kernel - 1
            result.append((workload.batch * size * size, inputs * kernel**2, outputs))
        elif kind == "pool":
            size //= numbers[0]
    return result
