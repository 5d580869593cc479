"""The protocols behind `test_published_results.py`: for each experiment a function of its seeds.

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


def as_one_stack(make_trainer, rows, seeds, epochs, batch_size=10):
    """The trainers of all seeds after `epochs`: bit for bit as one by one, but faster."""
    trainers = []

    def kept(seed):
        trainers.append(make_trainer(seed))
        return trainers[-1]

    sweep = mn.sweep(kept, {"seed": list(seeds)}, rows, epochs, batch_size, progress=False)
    assert all(run.stacked > 1 for run in sweep), sweep.why_not_stacked
    return trainers


def two_class_lines(seeds, epochs=100):
    """For each data set: loss over all rows, w1, w2 and b."""

    def rows(seed):
        return mn.datasets.linear_binary(200, seed)

    def make(seed):
        return single_layer(2, 1, mn.BinaryCrossEntropy(), 0.1, seed)

    trainers = as_one_stack(make, rows, seeds, epochs)
    losses = [t.evaluate(*rows(seed))["loss"] for t, seed in zip(trainers, seeds, strict=True)]
    return np.column_stack([losses, [t.network.flat_values for t in trainers]])


def boundaries_after_long_training(seeds):
    """Slope and intercept of the line w1 x1 + w2 x2 + b = 0 after 10,000 epochs."""
    _, w1, w2, b = two_class_lines(seeds, epochs=10_000).T
    return -w1 / w2, -b / w2


def three_classes(seeds, loss=mn.CategoricalCrossEntropy):
    """Cross-entropy over all rows, whatever was trained with; and the classes of four points."""

    def scaler_and_rows(seed):
        x, y = mn.datasets.linear_three_class(140, seed)
        scaler = mn.data.MinMaxScaler().fit(x)
        return scaler, scaler.transform(x), y

    def make(seed):
        return single_layer(2, 3, loss(), 0.1, seed)

    results = []
    for trainer in as_one_stack(make, lambda seed: scaler_and_rows(seed)[1:], seeds, 100):
        scaler, x, y = scaler_and_rows(seeds[len(results)])
        judge = mn.Trainer(trainer.network, mn.CategoricalCrossEntropy(), mn.SGD())
        points = scaler.transform([[5.0, 1.0], [7.0, 6.0], [5.0, 6.0], [2.0, 7.0]])
        results.append([judge.evaluate(x, y)["loss"], *trainer.predict_classes(points)])
    return np.array(results)


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


def copper_coins(hidden, seeds=range(5)):
    """For each data set: accuracy on 500 new rows after 5,000 epochs on 1,000."""

    def rows(seed):
        return mn.datasets.copper_coin(1000, seed)

    def make(seed):
        return two_layers(hidden, 3, mn.CategoricalCrossEntropy(), 0.1, seed)

    trainers = as_one_stack(make, rows, seeds, epochs=5000)
    return [
        accuracy(trainer, *mn.datasets.copper_coin(500, 1000 + seed))
        for trainer, seed in zip(trainers, seeds, strict=True)
    ]
