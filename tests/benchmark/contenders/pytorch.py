"""PyTorch in its eager mode: the loop of its own tutorials."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..workloads import Workload
from . import Plain


def contenders() -> list[type[Plain]]:
    """The one contender; ImportError where PyTorch is missing."""
    import torch  # noqa: F401

    return [Eager]


class Eager(Plain):
    """zero_grad, forward, loss, backward, step, item."""

    name = "PyTorch eager"

    def __init__(self, workload: Workload) -> None:
        import torch

        super().__init__(workload)
        nn = torch.nn
        make = {
            "linear": nn.Linear,
            "conv": nn.Conv2d,
            "relu": nn.ReLU,
            "tanh": nn.Tanh,
            "pool": nn.MaxPool2d,
            "flatten": nn.Flatten,
        }
        self.torch = torch
        self.network = nn.Sequential(*[make[kind](*numbers) for kind, *numbers in workload.parts])
        for parameter, start in zip(self.network.parameters(), workload.start(), strict=True):
            ours = start.T if start.ndim == 2 else start
            parameter.data = torch.from_numpy(np.ascontiguousarray(ours))
        self.loss = nn.CrossEntropyLoss()
        optimizer = getattr(torch.optim, workload.optimizer)
        self.optimizer = optimizer(self.network.parameters(), lr=workload.rate)

    def prepared(self, x: np.ndarray, y: np.ndarray) -> tuple[Any, Any]:
        """As tensors, which share the arrays' memory."""
        return self.torch.from_numpy(x), self.torch.from_numpy(y)

    def step(self, x: Any, y: Any) -> float:
        """One training step."""
        self.optimizer.zero_grad()
        loss = self.loss(self.network(x), y)
        loss.backward()
        self.optimizer.step()
        return float(loss.item())

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:
        """Shuffled epochs over two tensors."""
        x, y = self.prepared(x, y)
        for _ in range(self.workload.epochs):
            for rows in self.torch.randperm(len(x)).split(self.workload.batch):
                self.step(x[rows], y[rows])
