"""Figures of the input plane: boundaries, regions, hidden space, gates, and an animation."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet import data, datasets, plot

Array = NDArray[Any]

GATES = ("not", "and", "or", "nand", "nor", "xor")
SPLITS = 10
FRAMES = (*range(0, 10), *range(10, 40, 4), *range(40, 161, 15))
FILM_RATE = 0.5


def binary_trainer(layers: list[mn.Layer], optimizer: mn.Optimizer, seed: int = 0) -> mn.Trainer:
    """Binary cross-entropy for all networks here that have one output."""
    return mn.Trainer(layers, mn.BinaryCrossEntropy(), optimizer, seed=seed)


def sigmoid_network(inputs: int, hidden: int) -> list[mn.Layer]:
    """Hidden sigmoids and a sigmoid at the end; without hidden units one neuron."""
    if not hidden:
        return [mn.Linear(inputs, 1), mn.Sigmoid()]
    return [mn.Linear(inputs, hidden), mn.Sigmoid(), mn.Linear(hidden, 1), mn.Sigmoid()]


def boundary(quick: bool) -> Any:
    """One neuron finds the line between two classes."""
    points = datasets.linear_binary(200, seed=0)
    trainer = binary_trainer(sigmoid_network(2, 0), mn.Adam(0.1))
    trainer.fit(points.x, points.y, 30 if quick else 120, 20, progress=False)
    ax = plot.decision_boundary(trainer, points.x, points.y, class_names=points.class_names)
    ax.set_title("One neuron: a straight boundary")
    return ax.figure


def probability(quick: bool) -> Any:
    """The probability everywhere: one neuron next to eight hidden ones."""
    points = datasets.double_arc(200, seed=0)
    networks = {
        "one neuron": sigmoid_network(2, 0),
        "eight hidden neurons": [mn.Linear(2, 8), mn.Tanh(), mn.Linear(8, 1), mn.Sigmoid()],
    }
    figure, axes = plt.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
    for ax, (name, layers) in zip(axes, networks.items(), strict=True):
        trainer = binary_trainer(layers, mn.Adam(0.03))
        trainer.fit(points.x, points.y, 30 if quick else 150, 20, progress=False)
        plot.decision_boundary(trainer, points.x, points.y, ax, class_names=points.class_names)
        ax.set_title(name)
    return figure


def three_classes(quick: bool) -> Any:
    """Regions of three classes, and the lines on which two of them are equal."""
    points = datasets.linear_three_class(200, seed=0)
    scaler = data.Standardizer().fit(points.x)
    layers = [mn.Linear(2, 3), mn.Softmax()]
    trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.Adam(0.1), seed=0)
    trainer.fit(scaler.transform(points.x), points.y, 20 if quick else 100, 20, progress=False)
    figure, ax = plt.subplots(figsize=(6.8, 5.6), layout="constrained")
    plot.decision_regions(
        trainer, points.x, points.y, ax, scaler=scaler, class_names=points.class_names
    )
    plot.pairwise_lines(trainer, ax, scaler=scaler)
    ax.set_title("Three classes and the lines between each two")
    return figure


def hidden_space(quick: bool) -> Any:
    """The arcs as the output neuron sees them, before and after training."""
    points = datasets.double_arc(200, seed=0)
    x = data.MinMaxScaler().fit_transform(points.x)
    trainer = binary_trainer(sigmoid_network(2, 2), mn.Adam(0.1), seed=3)
    figure, axes = plt.subplots(1, 2, figsize=(11, 5.3), layout="constrained")
    for ax, epochs in zip(axes, (0, 60 if quick else 300), strict=True):
        ax.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.05))  # one scale
        if epochs:
            trainer.fit(x, points.y, epochs, 20, progress=False)
        title = f"after {epochs} epochs" if epochs else "before training"
        plot.hidden_space(trainer, x, points.y, 1, ax, class_names=points.class_names, title=title)
    return figure


def gate_trainer(gate: str) -> mn.Trainer:
    """One neuron for a linearly separable gate, two hidden ones for XOR."""
    x, y = datasets.logic_gate(gate)
    hidden, rate, epochs = (2, 0.1, 500) if gate == "xor" else (0, 0.3, 200)
    trainer = binary_trainer(sigmoid_network(x.shape[1], hidden), mn.Adam(rate), seed=1)
    trainer.fit(x, y, epochs, batch_size=4, progress=False)
    return trainer


def logic_gates(quick: bool) -> Any:  # noqa: ARG001
    """Six gates; only XOR needs a hidden layer."""
    figure, axes = plt.subplots(2, 3, figsize=(10.5, 7.2), layout="constrained")
    for ax, gate in zip(axes.ravel(), GATES, strict=True):
        title = "XOR: two hidden neurons" if gate == "xor" else gate.upper()
        plot.logic_gate(gate_trainer(gate), gate, ax, title=title)
    return figure


def confusion_matrix(quick: bool) -> Any:
    """Held-out penguins over ten splits: which species are confused?"""
    birds = datasets.penguins()
    total = np.zeros((3, 3), dtype=int)
    for seed in range(2 if quick else SPLITS):
        x_train, x_test, y_train, y_test = data.train_test_split(
            birds.x, birds.y, test_fraction=0.3, seed=seed, stratify=True
        )
        scaler = data.Standardizer().fit(x_train)
        layers = [mn.Linear(4, 8), mn.Tanh(), mn.Linear(8, 3), mn.Softmax()]
        trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.Adam(0.02), seed=seed)
        trainer.fit(scaler.transform(x_train), y_train, 20, 16, progress=False)
        total += mn.metrics.confusion_matrix(trainer.predict(scaler.transform(x_test)), y_test)
    ax = plot.confusion_matrix(total, birds.class_names)
    ax.set_title("Penguins, ten splits")
    return ax.figure


def boundary_film(quick: bool) -> Any:
    """The boundary between the arcs during training, from the same weights at the same rate."""
    points = datasets.double_arc(200, seed=0)
    frames = (0, 5, 40) if quick else FRAMES
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.9), layout="constrained")
    films = []
    losses = {"cross-entropy": mn.BinaryCrossEntropy(), "squared error": mn.MeanSquaredError()}
    for ax, (name, loss) in zip(axes, losses.items(), strict=True):
        layers = [mn.Linear(2, 8), mn.Tanh(), mn.Linear(8, 1), mn.Sigmoid()]
        trainer = mn.Trainer(layers, loss, mn.SGD(FILM_RATE), seed=0)
        film = plot.boundary_animation(
            *(trainer, points.x, points.y, frames, 20, ax),
            class_names=points.class_names,
            title=name,
        )
        films.append(film)
    axes[1].set_ylabel("")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # axes that move from frame to frame would flicker
    return films


PICTURES = {
    "boundary": boundary,
    "probability": probability,
    "three_classes": three_classes,
    "hidden_space": hidden_space,
    "logic_gates": logic_gates,
    "confusion_matrix": confusion_matrix,
    "boundary_film": boundary_film,
}

if __name__ == "__main__":
    import make_figures

    make_figures.main(pictures=PICTURES, description=__doc__)
