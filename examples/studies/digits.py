"""Handwritten digits: a dense network, a small LeNet, and what augmentation does for each.

1797 images of 8 by 8 pixels. Three quarters are for training, the rest is for testing; then the
same test images again, each shifted by one pixel in all eight directions. For a dense network a
shifted digit is a quite different input. A convolution finds the same strokes everywhere, but the
dense layers after it still expect them at fixed places: it loses less, but still a lot. Shifted
copies of the training images (augmentation) help both. All four networks take the same number of
steps, so that none has merely been trained for longer.

Figures: shifted copies; learning curves; first weights of both; feature maps of the LeNet for one
digit; and its worst mistakes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet import data, datasets, plot
from minnet.plot import script_pictures
from minnet.utils.table import table

Array = NDArray[Any]

WHITE, BLACK = 0, 16  # a pixel counts the black dots in a block of 16
SIDE = 8
MOVES = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
EPOCHS = 6  # over the nine copies of each image; nine times as many over the images alone
BATCH = 32
WIDE = (10.5, 4.4)


class Digits(NamedTuple):
    """Training and test images (m, 1, 8, 8) from 0 to 1 with their labels."""

    x: Array
    y: Array
    x_test: Array
    y_test: Array


def load() -> Digits:
    """Scale, split, and add a channel axis."""
    x, y = datasets.digits()
    parts = data.train_test_split(x / BLACK, y, test_fraction=0.25, seed=0, stratify=True)
    x_train, x_test, y_train, y_test = parts
    as_images = (-1, 1, SIDE, SIDE)
    return Digits(x_train.reshape(as_images), y_train, x_test.reshape(as_images), y_test)


def moved(images: Array, down: int, right: int) -> Array:
    """All images shifted by a pixel or none; the free pixels become white."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=WHITE)
    return padded[:, :, 1 - down : 1 - down + SIDE, 1 - right : 1 - right + SIDE]


def augmented(images: Array, labels: Array, moves: list[tuple[int, int]]) -> tuple[Array, Array]:
    """One copy of the data for each shift; a shifted digit keeps its label."""
    copies = np.concatenate([moved(images, *move) for move in moves])
    return copies, np.tile(labels, len(moves))


def dense() -> list[mn.Layer]:
    """A dense network: every hidden neuron sees all 64 pixels."""
    return [
        mn.Flatten(),
        mn.Linear(SIDE * SIDE, 128, weight_init="he_uniform"),
        mn.ReLU(),
        mn.Linear(128, 10),
        mn.Softmax(),
    ]


def lenet() -> list[mn.Layer]:
    """Twice convolution and pooling, then dense layers.

    After LeNet-5 (LeCun et al. 1998), with ReLU and max pooling instead of sigmoids and means.
    """
    return [
        mn.Conv2d(1, 16, 3, padding=1, weight_init="he_uniform"),
        mn.ReLU(),
        mn.MaxPool2d(2),
        mn.Conv2d(16, 32, 3, padding=1, weight_init="he_uniform"),
        mn.ReLU(),
        mn.MaxPool2d(2),
        mn.Flatten(),
        mn.Linear(32 * 2 * 2, 64, weight_init="he_uniform"),
        mn.ReLU(),
        mn.Linear(64, 10),
        mn.Softmax(),
    ]


NETWORKS: dict[str, Callable[[], list[mn.Layer]]] = {"dense": dense, "LeNet": lenet}


def train(layers: list[mn.Layer], digits: Digits, augment: bool) -> tuple[mn.Trainer, mn.History]:
    """The same number of steps with the shifted copies and without."""
    x, y = augmented(digits.x, digits.y, MOVES) if augment else (digits.x, digits.y)
    epochs = EPOCHS if augment else EPOCHS * len(MOVES)
    rate = mn.schedules.Cosine(0.004, steps=epochs * -(-len(y) // BATCH))
    loss, optimizer = mn.CategoricalCrossEntropy(), mn.Adam(rate)
    trainer = mn.Trainer(layers, loss, optimizer, metrics=["accuracy"], seed=0)
    return trainer, trainer.fit(x, y, epochs=epochs, batch_size=BATCH)


def compare(digits: Digits) -> dict[str, mn.Trainer]:
    """Train all four, print their accuracies, return them by name."""
    away = [move for move in MOVES if move != (0, 0)]
    x_moved, y_moved = augmented(digits.x_test, digits.y_test, away)
    trainers: dict[str, mn.Trainer] = {}
    costs: dict[str, float] = {}
    rows: list[list[object]] = []
    for name, layers in NETWORKS.items():
        for augment in (False, True):
            start = time.perf_counter()
            trainer, history = train(layers(), digits, augment)
            seconds = time.perf_counter() - start
            title = f"{name}, moved copies" if augment else name
            trainers[title] = trainer
            parts = {"still": (digits.x_test, digits.y_test), "moved": (x_moved, y_moved)}
            right = [trainer.evaluate(*part)["accuracy"] for part in parts.values()]
            costs[title] = 100 * (right[0] - right[1])
            size = trainer.network.flat_values.size
            rows.append([title, size, history["accuracy"][-1], *right, seconds])
    headers = ["network", "parameters", "training", "test", "test, moved", "seconds"]
    print(f"\n{len(digits.y)} images to learn, {len(digits.y_test)} to test; accuracy:\n")
    print(table(headers, rows))
    print("\nPoints of accuracy (per cent) that a move by one pixel costs:")
    print("; ".join(f"{name}: {lost:.1f}" for name, lost in costs.items()) + ".\n")
    return trainers


def draw_copies(digits: Digits, pictures: script_pictures.Pictures) -> None:
    """One digit and its eight shifted copies."""
    copies, _ = augmented(digits.x[:1], digits.y[:1], MOVES)
    names = {(0, 0): "as it is"}
    labels = [names.get(move, "{:+d}, {:+d}".format(*move)) for move in MOVES]
    ax = plot.image_grid(copies, labels, columns=9, title="One image, moved (pixels down, right)")
    pictures.save(ax.figure, "digits_moved")


def draw_learning(trainers: dict[str, mn.Trainer], pictures: script_pictures.Pictures) -> None:
    """The loss of the two networks that are trained on the shifted copies."""
    histories = {name: t.history for name, t in trainers.items() if "moved" in name}
    ax = plot.histories(histories, "loss", title="Digits: training loss", logarithmic=True)
    pictures.save(ax.figure, "digits_learning")


def draw_weights(trainers: dict[str, mn.Trainer], pictures: script_pictures.Pictures) -> None:
    """The weights of the first layers: to the eye mostly noise, in both networks."""
    first_dense = trainers["dense, moved copies"].network.parameters()["1.weight"]
    first_lenet = trainers["LeNet, moved copies"].network.parameters()["0.weight"]
    figure, axes = plt.subplots(1, 2, figsize=WIDE, layout="constrained")
    whole = first_dense.value.T.reshape(-1, SIDE, SIDE)
    plot.filters(whole[:32], 8, axes[0], title="Dense: 32 of 128 hidden neurons, 8 x 8")
    plot.filters(first_lenet, 4, axes[1], title="LeNet: all 16 kernels, 3 x 3")
    pictures.save(figure, "digits_filters")


def draw_maps(trainer: mn.Trainer, digits: Digits, pictures: script_pictures.Pictures) -> None:
    """One digit on its way through the LeNet."""
    figure, axes = plt.subplots(1, 3, figsize=(12, 4.4), layout="constrained")
    image = digits.x_test[0]
    plot.image_grid(image, ax=axes[0], title=f"The image, a {digits.y_test[0]}")
    plot.feature_maps(trainer, image, 1, 4, axes[1], title="Behind the first ReLU")
    plot.feature_maps(trainer, image, 4, 6, axes[2], title="Behind the second ReLU")
    pictures.save(figure, "digits_maps")


def draw_mistakes(trainer: mn.Trainer, digits: Digits, pictures: script_pictures.Pictures) -> None:
    """The test images, shifted or not, on which the LeNet is most confident and wrong."""
    still = trainer.predict_classes(digits.x_test) != digits.y_test
    print(f"The LeNet with moved copies has {still.sum()} of {len(still)} test images wrong.\n")
    x, y = augmented(digits.x_test, digits.y_test, MOVES)
    ax = plot.mistakes(trainer.predict(x), y, x, count=16)
    ax.set_title(f"LeNet: {ax.get_title()}, still and moved (true digit; taken for, probability)")
    pictures.save(ax.figure, "digits_mistakes")


def main() -> None:
    """Two networks, with and without shifted copies."""
    pictures = script_pictures.start(__doc__)
    digits = load()
    draw_copies(digits, pictures)
    trainers = compare(digits)
    best = trainers["LeNet, moved copies"]
    draw_learning(trainers, pictures)
    draw_weights(trainers, pictures)
    draw_maps(best, digits, pictures)
    draw_mistakes(best, digits, pictures)
    pictures.show()


if __name__ == "__main__":
    main()
