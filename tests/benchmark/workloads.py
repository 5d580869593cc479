"""The networks that are timed, from one neuron layer to a small convolutional network.

A workload is a list of plain words, `("linear", 64, 10)`, from which each contender builds its own
network, together with the arrays of weights that all of them start from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

Part = tuple  # ("linear", inputs, outputs), ("conv", planes, planes, kernel), ("relu",), ...


@dataclass(frozen=True)
class Workload:
    """A network that ends in softmax and cross-entropy, its optimizer, and its data.

    Attributes:
        parts: the layers without the softmax. batch: samples per step.
        rows: samples in the data of a `fit`. epochs: of a `fit`.
        optimizer: "SGD" or "Adam". rate: its learning rate. block: steps timed at a stretch.
        seed: of the first weights.
    """

    name: str
    parts: tuple[Part, ...]
    batch: int
    rows: int
    epochs: int
    block: int
    optimizer: str = "SGD"
    rate: float = 0.01
    sample: tuple[int, ...] = field(default=())
    seed: int = 0

    @property
    def label(self) -> str:
        """The name, with the optimizer where there are two."""
        return f"{self.name}, {self.optimizer}"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return self.sample or (self.parts[0][1],)

    @property
    def classes(self) -> int:
        """The number of outputs."""
        return int(self.parts[-1][2])

    def start(self) -> list[np.ndarray]:
        """Weight and bias of each layer that has them: linear (in, out), conv (out, in, k, k)."""
        generator, arrays = np.random.default_rng(self.seed), []
        for kind, *numbers in self.parts:
            if kind == "linear":
                inputs, outputs = numbers
                shape: tuple[int, ...] = (inputs, outputs)
            elif kind == "conv":
                inputs, outputs, kernel = numbers
                shape = (outputs, inputs, kernel, kernel)
                inputs *= kernel * kernel
            else:
                continue
            weight = generator.normal(size=shape) / np.sqrt(inputs)
            arrays += [weight.astype(np.float32), np.zeros(outputs, np.float32)]
        return arrays

    def data(self, rows: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """x of standard normal numbers in float32, and integer labels."""
        generator = np.random.default_rng(1)
        rows = self.rows if rows is None else rows
        x = generator.standard_normal((rows, *self.shape), dtype=np.float32)
        y = generator.integers(0, self.classes, rows)
        y[: self.classes] = np.arange(self.classes)[:rows]
        return x, y


def dense(*sizes: int, activation: str) -> tuple[Part, ...]:
    """Linear layers of these sizes with an activation between each two of them."""
    parts: list[Part] = []
    for inputs, outputs in zip(sizes, sizes[1:]):  # noqa: B905, RUF007 (one is longer)
        parts += [("linear", inputs, outputs), (activation,)]
    return tuple(parts[:-1])


_LENET: tuple[Part, ...] = (
    ("conv", 1, 6, 5),
    ("relu",),
    ("pool", 2),
    ("conv", 6, 16, 5),
    ("relu",),
    ("pool", 2),
    ("flatten",),
    *dense(256, 120, 84, 10, activation="relu"),
)

MEDIUM = dense(784, 128, 10, activation="relu")
LARGE = dense(784, 512, 512, 10, activation="relu")

WORKLOADS = (
    Workload("tiny", dense(4, 3, activation="tanh"), 10, 150, 20, block=50),
    Workload("small", dense(2, 16, 3, activation="tanh"), 32, 640, 10, block=20),
    Workload("digits", dense(64, 64, 10, activation="relu"), 32, 1792, 3, block=20),
    Workload("medium", MEDIUM, 64, 3840, 5, block=25),
    Workload("medium", MEDIUM, 64, 3840, 5, block=25, optimizer="Adam", rate=0.001),
    Workload("large", LARGE, 256, 2560, 1, block=6),
    Workload("large", LARGE, 256, 2560, 1, block=6, optimizer="Adam", rate=0.001),
    Workload("lenet", _LENET, 64, 640, 1, block=6, sample=(1, 28, 28)),
)
