"""Every layer and activation of minnet, once or more, for tests that ask all of them the same.

A new layer is entered here by one line; `test_table_is_complete` fails until it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet.nn import activations as a
from minnet.nn import layers as l

Array = NDArray[Any]


class Part(NamedTuple):
    """One entry: its name, how to make it, the shape of one sample, and what is special.

    Flags:
        training: it is tried in training mode. mixes: then its samples depend on each other.
        random: it draws random numbers. flat: its derivative is zero everywhere.
    """

    name: str
    factory: Callable[[], mn.Layer]
    shape: tuple[int, ...]
    flags: frozenset[str] = frozenset()

    def make(self) -> mn.Layer:
        """A new layer in the mode in which it is tried."""
        layer = self.factory()
        layer.training = "training" in self.flags
        return layer


def _flags(*names: str) -> frozenset[str]:
    return frozenset(names)


REGISTRY: list[Part] = [
    Part("Linear", lambda: l.Linear(4, 3), (4,)),
    Part("Linear without bias", lambda: l.Linear(4, 3, bias=False), (2, 4)),
    Part("Flatten", l.Flatten, (2, 3, 2)),
    Part("Reshape", lambda: l.Reshape((3, -1)), (2, 6)),
    Part("Dropout", lambda: l.Dropout(0.4), (3, 4), _flags("training", "random")),
    Part("Dropout evaluated", lambda: l.Dropout(0.4), (7,)),
    Part("BatchNorm", lambda: l.BatchNorm(3), (3,), _flags("training", "mixes")),
    Part("BatchNorm of images", lambda: l.BatchNorm(2), (2, 3, 4), _flags("training", "mixes")),
    Part("BatchNorm evaluated", lambda: l.BatchNorm(2), (2, 3, 4)),
    Part("LayerNorm", lambda: l.LayerNorm(5), (5,)),
    Part("LayerNorm of rows", lambda: l.LayerNorm(4), (3, 4)),
    Part("Conv2d", lambda: l.Conv2d(2, 3, 3), (2, 5, 4)),
    Part(
        "Conv2d with everything",
        lambda: l.Conv2d(2, 2, (2, 3), stride=(2, 1), padding=(1, 2), dilation=(1, 2), bias=False),
        (2, 4, 5),
    ),
    Part("MaxPool2d", lambda: l.MaxPool2d(2), (2, 5, 4)),
    Part("MaxPool2d overlapping", lambda: l.MaxPool2d((3, 2), stride=1, padding=1), (2, 4, 4)),
    Part("AveragePool2d", lambda: l.AveragePool2d(2), (2, 5, 4)),
    Part(
        "AveragePool2d overlapping",
        lambda: l.AveragePool2d(3, stride=(1, 2), padding=1, count_padding=False),
        (2, 4, 5),
    ),
    Part("GlobalAveragePool2d", l.GlobalAveragePool2d, (2, 3, 4)),
    Part("Residual", lambda: l.Residual([l.Linear(4, 6), a.Tanh(), l.Linear(6, 4)]), (4,)),
    Part(
        "Residual of images",
        lambda: l.Residual([l.Conv2d(2, 2, 3, padding=1), l.BatchNorm(2), a.SiLU()]),
        (2, 4, 3),
        _flags("training", "mixes"),
    ),
    Part("Identity", a.Identity, (3,)),
    Part("Step", a.Step, (3, 2), _flags("flat")),
    Part("Sigmoid", a.Sigmoid, (3,)),
    Part("HardSigmoid", a.HardSigmoid, (3, 4)),
    Part("Tanh", a.Tanh, (3,)),
    Part("Softmax", a.Softmax, (4,)),
    Part("Softmax of planes", lambda: a.Softmax(axis=1), (3, 2, 2)),
    Part("ReLU", a.ReLU, (3, 2)),
    Part("LeakyReLU", lambda: a.LeakyReLU(0.2), (3, 2)),
    Part("ELU", lambda: a.ELU(1.5), (3, 2)),
    Part("SELU", a.SELU, (3, 2)),
    Part("Softplus", a.Softplus, (3, 2)),
    Part("GELU", a.GELU, (3, 2)),
    Part("GELU approximate", lambda: a.GELU(approximate=True), (3, 2)),
    Part("SiLU", a.SiLU, (3, 2)),
    Part("HardSwish", a.HardSwish, (3, 4)),
]

KINKS = (0.0, -3.0, 3.0)
"""Where the derivative of some activation jumps: no input of a gradient test stands there."""


def ready(part: Part, seed: int = 0) -> tuple[mn.Layer, np.random.Generator]:
    """A layer whose every number is random, and the generator, in its state afterwards."""
    generator = np.random.default_rng(seed)
    layer = part.make()
    layer.random = np.random.default_rng(seed)
    for parameter in layer.parameters().values():
        spread = generator.uniform(0.3, 1.2, size=parameter.shape)  # a variance is positive
        sign = generator.choice([-1.0, 1.0], size=parameter.shape) if parameter.trainable else 1.0
        parameter.value = spread * sign
    return layer, generator


def inputs(part: Part, generator: np.random.Generator, m: int = 3) -> Array:
    """Random numbers, none near a kink, no two so close that a small step changes their order."""
    shape = (m, *part.shape)
    x = generator.permutation(np.linspace(-4.1, 4.3, int(np.prod(shape)))).reshape(shape)
    for kink in KINKS:
        x[np.abs(x - kink) < 1e-3] += 5e-3
    return x


def both(layer: mn.Layer, x: Array, grad: Array) -> tuple[Array, Array, dict[str, Array]]:
    """Forward and backward of one batch, the random numbers the same each time."""
    layer.random = np.random.default_rng(5)
    y = layer.forward(x)
    dx = layer.backward(grad)
    return y, dx, {name: p.grad.copy() for name, p in layer.parameters().items()}


def close(got: Any, expected: Any, **tolerances: float) -> None:
    """The three results of `both`."""
    for new, old in zip(got[:2], expected[:2], strict=True):
        np.testing.assert_allclose(new, old, **tolerances)
    assert got[2].keys() == expected[2].keys()
    for name in got[2]:
        np.testing.assert_allclose(got[2][name], expected[2][name], err_msg=name, **tolerances)
