"""Ten broken trainings: what each looks like from outside, and what `mn.check_training` says.

From outside they look alike: the loss does not fall, or an error says what was refused but not why.
Guess the reason first, from the losses alone; the report then says what was measured, what
helped in a short trial, and what to write instead. Each mistake is one that people ask about.

    python examples/studies/broken_trainings.py
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

import minnet as mn
from minnet.plot import script_pictures

Data = tuple[Any, Any]


class Broken(NamedTuple):
    """The parts of a Trainer, the data and the arguments of fit."""

    layers: Sequence[mn.Layer]
    loss: mn.Loss
    optimizer: mn.Optimizer
    data: Data
    fit: dict[str, Any]


def scaled(name: str) -> Data:
    """A data set with standardized columns."""
    x, y = getattr(mn.datasets, name)()
    x = np.asarray(x, float).reshape(len(y), -1)
    return mn.data.Standardizer().fit(x).transform(x), y


def grams_and_millimetres() -> Broken:
    """The penguins' mass is 5000, the length of their bill 40: only the mass is heard."""
    x, y = mn.datasets.penguins()
    layers = [mn.Linear(4, 16), mn.Tanh(), mn.Linear(16, 3), mn.Softmax()]
    return Broken(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), (x, y), {"epochs": 40})


def one_unit_softmax() -> Broken:
    """A softmax over one unit is 1, whatever the network computes before it."""
    layers = [mn.Linear(30, 16), mn.Tanh(), mn.Linear(16, 1), mn.Softmax()]
    data = scaled("breast_cancer")
    return Broken(layers, mn.MeanSquaredError(), mn.SGD(0.5), data, {"epochs": 20})


def labels_from_one() -> Broken:
    """Three classes, numbered 1, 2, 3, for the outputs 0, 1, 2."""
    x, y = scaled("iris")
    layers = [mn.Linear(4, 16), mn.Tanh(), mn.Linear(16, 3), mn.Softmax()]
    return Broken(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), (x, y + 1), {"epochs": 40})


def ordered_batches() -> Broken:
    """The digits in the order of their labels, not shuffled: each batch has one class."""
    x, y = scaled("digits")
    order = np.argsort(y, kind="stable")
    layers = [mn.Linear(64, 32), mn.ReLU(), mn.Linear(32, 10), mn.Softmax()]
    fit = {"epochs": 5, "shuffle": False}
    return Broken(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.5), (x[order], y[order]), fit)


def all_weights_zero() -> Broken:
    """Zero is a fine start for one layer. For two, all units remain the same unit."""
    first, second = (mn.Linear(*size, weight_init="zeros") for size in ((64, 32), (32, 10)))
    layers = [first, mn.Tanh(), second, mn.Softmax()]
    data = scaled("digits")
    return Broken(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), data, {"epochs": 10})


def eleven_sigmoids() -> Broken:
    """Each sigmoid passes on at most a quarter of the gradient."""
    hidden = [layer for _ in range(10) for layer in (mn.Linear(8, 8), mn.Sigmoid())]
    layers = [mn.Linear(4, 8), mn.Sigmoid(), *hidden, mn.Linear(8, 3), mn.Softmax()]
    data = scaled("penguins")
    return Broken(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), data, {"epochs": 30})


def temperatures_behind_a_relu() -> Broken:
    """A ReLU cannot say that it freezes."""
    x = np.random.default_rng(0).uniform(-3, 3, (300, 1))
    layers = [mn.Linear(1, 16), mn.Tanh(), mn.Linear(16, 1), mn.ReLU()]
    data = x, 10 * np.sin(x[:, 0])
    return Broken(layers, mn.MeanSquaredError(), mn.Adam(0.01), data, {"epochs": 60})


def a_giant_step() -> Broken:
    """The learning rate of another optimizer."""
    layers = [mn.Linear(64, 32), mn.ReLU(), mn.Linear(32, 10), mn.Softmax()]
    data = scaled("digits")
    return Broken(layers, mn.CategoricalCrossEntropy(), mn.Adam(0.5), data, {"epochs": 10})


def shuffled_without_the_labels() -> Broken:
    """x was shuffled, and y was not: only learning by heart is left."""
    x, y = scaled("penguins")
    x = np.random.default_rng(0).permutation(x)
    layers = [mn.Linear(4, 32), mn.Tanh(), mn.Linear(32, 3), mn.Softmax()]
    return Broken(layers, mn.CategoricalCrossEntropy(), mn.Adam(0.01), (x, y), {"epochs": 30})


class Cubed(mn.Activation):
    """a = z^3, with a derivative of the wrong sign."""

    def forward(self, z: Any) -> Any:
        """The cube."""
        self.z = z
        return z**3

    def backward(self, grad: Any) -> Any:
        """grad times -3 z^2: the minus is the mistake."""
        return -3 * grad * self.z**2


def a_wrong_derivative() -> Broken:
    """A custom activation whose backward has the wrong sign."""
    layers = [mn.Linear(30, 16), Cubed(), mn.Linear(16, 16), Cubed(), mn.Linear(16, 1)]
    layers = [*layers, mn.Sigmoid()]
    data = scaled("breast_cancer")
    return Broken(layers, mn.BinaryCrossEntropy(), mn.SGD(0.01), data, {"epochs": 20})


TRAININGS: tuple[Callable[[], Broken], ...] = (
    *(grams_and_millimetres, one_unit_softmax, labels_from_one, ordered_batches),
    *(all_weights_zero, eleven_sigmoids, temperatures_behind_a_relu, a_giant_step),
    *(shuffled_without_the_labels, a_wrong_derivative),
)


def trainer_of(broken: Broken) -> mn.Trainer:
    """The Trainer, as a student would make it."""
    return mn.Trainer(broken.layers, broken.loss, broken.optimizer, seed=0)


def from_outside(broken: Broken) -> str:
    """What a student sees: the first and the last loss, or the error."""
    try:
        losses = trainer_of(broken).fit(*broken.data, **broken.fit, progress=False)["loss"]
    except (ValueError, mn.TrainingDiverged) as error:
        return f"{type(error).__name__}: {error}"
    return f"loss {losses[0]:.3g} in the first epoch, {losses[-1]:.3g} in the last"


def main() -> None:
    """Print both views of all ten, or of the named ones, and keep them as a text."""
    known = {make.__name__: make for make in TRAININGS}
    parser = script_pictures.parser(__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    options = script_pictures.read(parser)
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"NAME: expected some of {', '.join(known)}; got {', '.join(unknown)}.")
    texts = []
    for name in options.names or known:
        outside, broken = from_outside(known[name]()), known[name]()
        report = mn.check_training(trainer_of(broken), *broken.data, **broken.fit, progress=False)
        texts.append(
            f"== {name.replace('_', ' ')}\nFrom outside: {outside}\n\n{report}\n\n"
            f"The reason: {known[name].__doc__}\n"
        )
        print(texts[-1])
    (options.output / "broken_trainings.txt").write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
