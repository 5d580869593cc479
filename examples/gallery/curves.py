"""Figures of training by epoch: learning curves, several runs in one, rates, a range test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
from numpy.typing import NDArray

import minnet as mn
from minnet import data, datasets, plot
from minnet.optimizers import AdaGrad, RMSProp
from minnet.training.lr_finder import lr_range_test

Array = NDArray[Any]

OPTIMIZERS: dict[str, Callable[[], mn.Optimizer]] = {
    "SGD(0.1)": lambda: mn.SGD(0.1),
    "SGD(0.1, momentum=0.9)": lambda: mn.SGD(0.1, momentum=0.9),
    "AdaGrad(0.1)": lambda: AdaGrad(0.1),
    "RMSProp(0.01)": lambda: RMSProp(0.01),
    "Adam(0.01)": lambda: mn.Adam(0.01),
}
RATES = (0.001, 0.01, 0.1, 1.0, 300.0)


def split(load: Any, seed: int = 0) -> tuple[Array, Array, Array, Array]:
    """Training rows and held-out rows of a set, standardized by the training rows."""
    x, y = load()
    x_train, x_held, y_train, y_held = data.train_test_split(x, y, 0.3, seed=seed, stratify=True)
    scaler = data.Standardizer().fit(x_train)
    return scaler.transform(x_train), scaler.transform(x_held), y_train, y_held


def fitted(
    layers: list[mn.Layer], loss: mn.Loss, optimizer: mn.Optimizer, rows: Any, epochs: int
) -> mn.History:
    """The History of one training with held-out data as validation."""
    x_train, x_held, y_train, y_held = rows
    trainer = mn.Trainer(layers, loss, optimizer, metrics=["accuracy"], seed=0)
    return trainer.fit(
        x_train, y_train, epochs, 32, validation_data=(x_held, y_held), progress=False
    )


def learning_curves(quick: bool) -> Any:
    """A network that overfits: loss and accuracy on training and validation data."""
    layers = [mn.Linear(30, 32), mn.Tanh(), mn.Linear(32, 1), mn.Sigmoid()]
    record = fitted(
        layers,
        mn.BinaryCrossEntropy(),
        mn.Adam(0.01),
        split(datasets.breast_cancer),
        12 if quick else 60,
    )
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained")
    for ax, name in zip(axes, ("loss", "accuracy"), strict=True):
        plot.history(record, name, ax)
    return figure


def species_network() -> list[mn.Layer]:
    """For the penguins: four measurements, three species."""
    return [mn.Linear(4, 8), mn.Tanh(), mn.Linear(8, 3), mn.Softmax()]


def overlay(quick: bool) -> Any:
    """Five optimizers from the same weights: one figure of their validation losses."""
    rows = split(datasets.penguins)
    records = {
        name: fitted(
            species_network(), mn.CategoricalCrossEntropy(), optimizer(), rows, 6 if quick else 40
        )
        for name, optimizer in OPTIMIZERS.items()
    }
    figure, ax = plt.subplots(figsize=(7.6, 5.0), layout="constrained")
    title = "Penguins: five optimizers"
    plot.histories(records, "val_loss", ax, title=title, logarithmic=True, first=2)
    ax.set_ylabel("validation loss")
    plot.style.legend_below(ax, columns=2, handle=3)
    return figure


def learning_rates(quick: bool) -> Any:
    """Plain SGD at five rates: too small, right, too large."""
    rows = split(datasets.penguins)
    records = {
        f"rate {rate:g}": fitted(
            species_network(), mn.CategoricalCrossEntropy(), mn.SGD(rate), rows, 6 if quick else 40
        )
        for rate in RATES
    }
    figure, ax = plt.subplots(figsize=(7.6, 5.0), layout="constrained")
    title = "Penguins: SGD at five rates"
    plot.histories(records, "loss", ax, title=title, logarithmic=True, first=2)
    ax.set_ylabel("training loss")
    plot.style.legend_below(ax, columns=3, handle=3)
    return figure


def range_test(quick: bool) -> Any:
    """The rate is raised after every step until the training diverges."""
    x_train, _, y_train, _ = split(datasets.breast_cancer)
    layers = [mn.Linear(30, 32), mn.ReLU(), mn.Linear(32, 1), mn.Sigmoid()]
    trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(0.1), seed=0)
    found = lr_range_test(
        trainer,
        x_train,
        y_train,
        batch_size=32,
        lowest=1e-4,
        highest=100,
        steps=40 if quick else 200,
    )
    return plot.range_test(found).figure


PICTURES = {
    "learning_curves": learning_curves,
    "overlay": overlay,
    "learning_rates": learning_rates,
    "range_test": range_test,
}

if __name__ == "__main__":
    import make_figures

    make_figures.main(pictures=PICTURES, description=__doc__)
