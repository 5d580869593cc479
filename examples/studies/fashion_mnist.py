"""Fashion-MNIST: clothes in 28 by 28 grey pixels, a dense and a convolutional network.

60,000 images for training and 10,000 for one test at the end; 6,000 of the training images are
held out for validation. A dense network gets 88 of 100 right or more, a convolutional
one 90 or more: shirts, coats and pullovers are hard to tell apart at this size. The learning rate
falls to 0 along a cosine, so that the last steps are small.

The files are not part of minnet: without them the script says where to get them. The table at
the end gives the time of the training, by the clock and of the processor: a quarter
of a minute of processor time for the dense network and two minutes for the convolutional one,
with one thread for linear algebra. On a machine that is busy with other things set
OPENBLAS_NUM_THREADS=1: several threads would wait for each other. `--epochs 1` gives a first
impression.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet import datasets, metrics, plot
from minnet.plot import script_pictures
from minnet.utils.table import table

Array = NDArray[Any]

DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # where the Debian package puts the files
SIDE = 28
BATCH = 128
HELD_BACK = 0.1  # of the training images, for validation


def dense() -> list[mn.Layer]:
    """One hidden layer; each of its neurons sees all 784 pixels."""
    return [
        mn.Linear(SIDE * SIDE, 256, weight_init="he_uniform"),
        mn.ReLU(),
        mn.Dropout(0.2),
        mn.Linear(256, 10),
        mn.Softmax(),
    ]


def convolutional() -> list[mn.Layer]:
    """Two convolutions with pooling, then a dense network on their features."""
    return [
        mn.Reshape(1, SIDE, SIDE),
        mn.Conv2d(1, 16, 3, padding=1, weight_init="he_uniform"),
        mn.ReLU(),
        mn.MaxPool2d(2),
        mn.Conv2d(16, 32, 3, padding=1, weight_init="he_uniform"),
        mn.ReLU(),
        mn.MaxPool2d(2),
        mn.Flatten(),
        mn.Dropout(0.2),
        mn.Linear(32 * 7 * 7, 128, weight_init="he_uniform"),
        mn.ReLU(),
        mn.Linear(128, 10),
        mn.Softmax(),
    ]


class Lesson(NamedTuple):
    """A network, its epochs and learning rate, and the test accuracy expected of it."""

    layers: Callable[[], list[mn.Layer]]
    epochs: int
    rate: float
    goal: float


LESSONS = {"mlp": Lesson(dense, 15, 0.001, 0.88), "cnn": Lesson(convolutional, 8, 0.002, 0.90)}


def options() -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    """The command line."""
    parser = script_pictures.parser(__doc__)
    parser.add_argument(
        "--model",
        choices=[*LESSONS, "both"],
        default="both",
        help="the dense network, the convolutional one, or both (default)",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        metavar="N",
        help=f"rounds through the training images (default: {LESSONS['mlp'].epochs} for the dense "
        f"network, {LESSONS['cnn'].epochs} for the convolutional one)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=DEBIAN if DEBIAN.is_dir() else Path("fashion-mnist"),
        help="where the four files of Fashion-MNIST are (default here: %(default)s)",
    )
    given = parser.parse_args()
    if given.epochs is not None and given.epochs < 1:
        parser.error(f"argument --epochs: expected a whole number >= 1, got {given.epochs}")
    return parser, given


def train(name: str, clothes: datasets.Dataset, epochs: int) -> mn.Trainer:
    """Adam, with a rate that falls to 0; the last tenth of the images is for validation."""
    held = round(len(clothes.y) * HELD_BACK)  # the files are in random order already
    x, y = clothes.x[:-held], clothes.y[:-held]
    steps = epochs * -(-len(y) // BATCH)
    lesson = LESSONS[name]
    trainer = mn.Trainer(
        lesson.layers(),
        mn.CategoricalCrossEntropy(),
        mn.Adam(mn.schedules.Cosine(lesson.rate, steps)),
        metrics=["accuracy"],
        seed=0,
    )
    print(f"\n{name}\n\n{trainer.summary()}\n")
    watched = (clothes.x[-held:], clothes.y[-held:])
    trainer.fit(x, y, epochs=epochs, batch_size=BATCH, validation_data=watched)
    return trainer


def judge(
    name: str, trainer: mn.Trainer, test: datasets.Dataset, pictures: script_pictures.Pictures
) -> float:
    """The accuracy on the test images, and where the mistakes are."""
    prediction = trainer.predict(test.x)
    matrix = metrics.confusion_matrix(prediction, test.y)
    _, ax = plt.subplots(figsize=(9.5, 8.5), layout="constrained")
    plot.confusion_matrix(matrix, test.class_names, ax)
    ax.tick_params(axis="x", labelrotation=30)
    pictures.save(ax.figure, f"fashion_{name}_confusion")
    ax = plot.mistakes(prediction, test.y, test.x, 16, test.class_names)
    ax.set_title(f"{name}: {ax.get_title()}; the worst of them (true class; taken for)")
    pictures.save(ax.figure, f"fashion_{name}_mistakes")
    print(f"\n{name}: {_hardest(matrix, test.class_names)}\n")
    return metrics.accuracy(prediction, test.y)


def _hardest(matrix: Array, names: tuple[str, ...]) -> str:
    """The class with the fewest right answers, and what it is taken for most often."""
    shares = matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True))
    worst = int(np.where(matrix.sum(axis=1) > 0, shares.diagonal(), np.inf).argmin())
    others = np.where(np.arange(len(names)) == worst, -1, matrix[worst])
    rival = int(others.argmax())
    return (
        f"hardest is {names[worst]!r}: {shares[worst, worst]:.1%} right, "
        f"{shares[worst, rival]:.1%} taken for {names[rival]!r}"
    )


def draw_learning(name: str, trainer: mn.Trainer, pictures: script_pictures.Pictures) -> None:
    """Loss and accuracy by epoch, in training and validation."""
    figure, axes = plt.subplots(1, 2, figsize=(10.5, 4.4), layout="constrained")
    for ax, column in zip(axes, ("loss", "accuracy"), strict=True):
        plot.history(trainer.history, column, ax)
    pictures.save(figure, f"fashion_{name}_learning")


def draw_inside(
    trainer: mn.Trainer, test: datasets.Dataset, pictures: script_pictures.Pictures
) -> None:
    """The first kernels of the convolutional network, and their feature maps for one image."""
    weight = trainer.network.parameters()["1.weight"]
    ax = plot.filters(weight, title="The 16 kernels of the first convolution")
    pictures.save(ax.figure, "fashion_cnn_filters")
    name = test.class_names[test.y[0]]
    for layer, which in ((2, "first"), (5, "second")):
        title = f"Image 0 ({name}) behind the {which} ReLU"
        ax = plot.feature_maps(trainer, test.x[0], layer, title=title)
        pictures.save(ax.figure, f"fashion_cnn_maps_{which}")


def draw_samples(clothes: datasets.Dataset, pictures: script_pictures.Pictures) -> None:
    """The first three images of each class."""
    rows = np.concatenate([np.flatnonzero(clothes.y == k)[:3] for k in range(10)])
    names = [clothes.class_names[k] for k in clothes.y[rows]]
    ax = plot.image_grid(clothes.x[rows], names, columns=6, title="Fashion-MNIST")
    pictures.save(ax.figure, "fashion_samples")


def main() -> None:
    """Read the files, train what was asked for, and judge it."""
    parser, given = options()
    try:
        pictures = script_pictures.Pictures(given.output, given.show)
        clothes, test = datasets.fashion_mnist(given.folder)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    draw_samples(clothes, pictures)
    rows: list[list[object]] = []
    for name in LESSONS if given.model == "both" else [given.model]:
        epochs = given.epochs or LESSONS[name].epochs
        start = np.array([time.perf_counter(), time.process_time()])
        trainer = train(name, clothes, epochs)
        wall, processor = np.array([time.perf_counter(), time.process_time()]) - start
        draw_learning(name, trainer, pictures)
        if name == "cnn":
            draw_inside(trainer, test, pictures)
        accuracy = judge(name, trainer, test, pictures)
        goal = LESSONS[name].goal
        size = trainer.network.flat_values.size
        said = "yes" if accuracy >= goal else "no"
        rows.append([name, size, epochs, wall / 60, processor / 60, accuracy, goal, said])
    times = ["minutes", "of processor time"]
    headers = ["network", "parameters", "epochs", *times, "test accuracy", "goal", "reached"]
    print(table(headers, rows))
    pictures.show()


if __name__ == "__main__":
    main()
