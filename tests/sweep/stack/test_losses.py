"""Every loss in a stack: plain and with weights, from logits and by the chain rule."""

import numpy as np
import pytest
from stacked_runs import data, same_either_way, trainer

import minnet as mn

CLASSES = {
    "plain": mn.CategoricalCrossEntropy,
    "weights": lambda: mn.CategoricalCrossEntropy(class_weight=[1, 2, 0.5]),
    "balanced": lambda: mn.CategoricalCrossEntropy(class_weight="balanced"),
    "smoothing": lambda: mn.CategoricalCrossEntropy(label_smoothing=0.1),
    "ignored": lambda: mn.CategoricalCrossEntropy(ignore_label=1),
    "divergence": mn.KullbackLeibler,
    "squared": mn.MeanSquaredError,
}
BINARY = {
    "plain": mn.BinaryCrossEntropy,
    "weights": lambda: mn.BinaryCrossEntropy(class_weight=[1, 3], label_smoothing=0.1),
    "balanced": lambda: mn.BinaryCrossEntropy(class_weight="balanced"),
    "ignored": lambda: mn.BinaryCrossEntropy(ignore_label=-1),
    "squared": mn.MeanSquaredError,
}
NUMBERS = [mn.MeanSquaredError, mn.MeanAbsoluteError, lambda: mn.Huber(0.3), mn.Hinge]
WEIGHTS = np.random.default_rng(1).random(23)


def own_rows(seed):
    """Another part of the data for each run: their balanced weights differ."""
    x, y = data(samples=30, seed=1)
    return np.roll(x, seed, axis=0)[:23], np.roll(y, seed)[:23]


@pytest.mark.parametrize("weights", [(), (WEIGHTS,)])
@pytest.mark.parametrize("fuse", [True, False])
@pytest.mark.parametrize("loss", CLASSES)
def test_classes(loss, fuse, weights):
    def make(seed):
        layers = [mn.Linear(3, 3), mn.Softmax()]
        return trainer(layers, CLASSES[loss](), mn.SGD(0.5), seed, fuse=fuse)

    validation = (*data(seed=2), *weights)
    same_either_way(make, {"seed": range(3)}, own_rows, batch_size=9, validation_data=validation)


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("fuse", [True, False])
@pytest.mark.parametrize("loss", BINARY)
def test_yes_or_no(loss, fuse, outputs):
    def make(seed):
        layers = [mn.Linear(3, outputs), mn.Sigmoid()]
        return trainer(layers, BINARY[loss](), mn.SGD(0.5), seed, "float64", fuse=fuse)

    x, y = data(classes=2)
    y = y if outputs == 1 else np.stack([y, 1 - y], axis=1)
    validation = (x, y, WEIGHTS)
    same_either_way(make, {"seed": range(3)}, (x, y), batch_size=9, validation_data=validation)


@pytest.mark.parametrize("loss", NUMBERS)
def test_numbers(loss):
    def make(seed):
        layers = [mn.Linear(3, 2)]
        return trainer(layers, loss(), mn.SGD(0.1), seed, metrics=())

    x, _ = data()
    y = np.sign(x[:, :2])
    same_either_way(make, {"seed": range(3)}, (x, y), validation_data=(x, y, WEIGHTS))


def test_rows_of_probabilities():
    def make(loss, seed):
        return trainer([mn.Linear(3, 3), mn.Softmax()], loss(), mn.SGD(0.5), seed, metrics=())

    x, _ = data()
    y = np.abs(x) / np.abs(x).sum(axis=1, keepdims=True)
    losses = [mn.CategoricalCrossEntropy, mn.KullbackLeibler]
    same_either_way(make, {"loss": losses, "seed": range(2)}, (x, y))


def test_a_saturated_run_fails_as_it_does_alone_and_the_others_go_on():
    def make(rate, seed):
        layers = [mn.Linear(3, 1), mn.Sigmoid()]
        return trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(rate), seed, fuse=False)

    runs = same_either_way(make, {"rate": [0.1, 1e6], "seed": range(3)}, data(classes=2))
    assert {run.settings["rate"] for run in runs.failed} == {1e6}
    assert all("is saturated" in str(run.error) for run in runs.failed)
