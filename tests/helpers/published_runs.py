"""The protocols behind `test_published_results.py`: for each experiment a function of a seed.

They stand in a file of their own so that other processes can import them. The source draws its
data once and prints one run; here the seed draws the rows, orders the batches and starts the
weights, so that a run can be repeated on as many data sets as one likes. All is in float64.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np

import minnet as mn

PROCESSES = 2


def over(function, *arguments):
    """`function` for each set of arguments, on both cores: an array, a row for each."""
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        return np.array(list(pool.map(function, *arguments)))


class StopBelow(mn.Callback):
    """Ends the fit after the epoch in which the mean loss over these rows falls below `goal`."""

    def __init__(self, x, y, goal):
        self.x, self.y, self.goal = x, y, goal

    def on_epoch_end(self, trainer, row):
        trainer.stop = trainer.evaluate(self.x, self.y)["loss"] < self.goal


def single_layer(features, outputs, loss, rate, seed):
    """One linear layer that starts at zero, behind it the sigmoid or softmax of the classes."""
    last = mn.Sigmoid() if outputs == 1 else mn.Softmax()
    layers = [mn.Linear(features, outputs, weight_init="zeros"), last]
    network = mn.Network(layers, seed=seed, dtype="float64")
    return mn.Trainer(network, loss, mn.SGD(rate), seed=seed)


def two_layers(hidden, outputs, loss, rate, seed):
    """2 -> hidden -> outputs, sigmoids inside, Glorot's weights and biases of 0."""
    last = mn.Sigmoid() if outputs == 1 else mn.Softmax()
    layers = [mn.Linear(2, hidden), mn.Sigmoid(), mn.Linear(hidden, outputs), last]
    network = mn.Network(layers, seed=seed, dtype="float64")
    return mn.Trainer(network, loss, mn.SGD(rate), seed=seed)


def accuracy(trainer, x, y):
    return float(np.mean(trainer.predict_classes(x) == y))


def logic_gate(name, seed=0):
    """Epochs until the mean loss is below 0.002, and the weights and bias then."""
    x, y = mn.datasets.logic_gate(name)
    trainer = single_layer(x.shape[1], 1, mn.BinaryCrossEntropy(), 0.5, seed)
    stop = StopBelow(x, y, 2e-3)
    trainer.fit(x, y, epochs=10_000, batch_size=1, callbacks=[stop], progress=False)
    return trainer.epochs, *trainer.network.flat_values


def two_class_line(seed, epochs=100):
    """Loss over all rows, w1, w2 and b."""
    x, y = mn.datasets.linear_binary(200, seed)
    trainer = single_layer(2, 1, mn.BinaryCrossEntropy(), 0.1, seed)
    trainer.fit(x, y, epochs=epochs, batch_size=10, progress=False)
    return trainer.evaluate(x, y)["loss"], *trainer.network.flat_values


def boundary_after_long_training(seed):
    """Slope and intercept of the line w1 x1 + w2 x2 + b = 0 after 10,000 epochs."""
    _, w1, w2, b = two_class_line(seed, epochs=10_000)
    return -w1 / w2, -b / w2


def three_classes(seed, loss=mn.CategoricalCrossEntropy):
    """Cross-entropy over all rows, whatever was trained with; and the classes of four points."""
    x, y = mn.datasets.linear_three_class(140, seed)
    scaler = mn.data.MinMaxScaler().fit(x)
    trainer = single_layer(2, 3, loss(), 0.1, seed)
    trainer.fit(scaler.transform(x), y, epochs=100, batch_size=10, progress=False)
    network = trainer.network
    judge = mn.Trainer(network, mn.CategoricalCrossEntropy(), mn.SGD())
    points = scaler.transform([[5.0, 1.0], [7.0, 6.0], [5.0, 6.0], [2.0, 7.0]])
    return judge.evaluate(scaler.transform(x), y)["loss"], *trainer.predict_classes(points)


def double_arc(seed):
    """Epochs until the loss over a held-out tenth is at most 0.08; then accuracy on new rows."""
    x, y = mn.datasets.double_arc(400, seed)
    x, x_held, y, y_held = mn.data.train_test_split(x, y, 0.1, seed=seed)
    x_test, y_test = mn.datasets.double_arc(400, 1000 + seed)
    scaler = mn.data.MinMaxScaler().fit(x)
    trainer = two_layers(2, 1, mn.BinaryCrossEntropy(), 0.1, seed)
    stop = StopBelow(scaler.transform(x_held), y_held, np.nextafter(0.08, 1))
    trainer.fit(scaler.transform(x), y, 10_000, 5, callbacks=[stop], progress=False)
    return trainer.epochs, accuracy(trainer, scaler.transform(x_test), y_test)


def copper_coin(hidden, seed):
    """Accuracy on 500 new rows after 5,000 epochs on 1,000."""
    x, y = mn.datasets.copper_coin(1000, seed)
    trainer = two_layers(hidden, 3, mn.CategoricalCrossEntropy(), 0.1, seed)
    trainer.fit(x, y, epochs=5000, batch_size=10, progress=False)
    return accuracy(trainer, *mn.datasets.copper_coin(500, 1000 + seed))
