# ruff: noqa: E501 (a table reads best with a row in a line)
"""Bad calls, more than 200: each is an error that names the argument, and nothing has changed.

A row is a call with one argument that is wrong, and the wrong values that are tried. After each
call the same trainer, its network and its optimizer must be as before, bit for bit, and the files
in the folder too.
"""

import hashlib
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn

NAN, INF = float("nan"), float("inf")
RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(12, 4)), np.arange(12) % 3
BINARY = Y == 0
ONE_HOT = np.eye(3)[Y]

COUNT = [0, -1, 2.5, "2", None, True, NAN]
RATE = [-0.1, NAN, INF, "0.1", None, True, [0.1]]
SHARE = [-0.1, 1.5, NAN, "a", None, False]
FLAG = [1, 0, "yes", None]
SEED = [-1, 1.5, "0", True]


class NoRepr:
    def __repr__(self):
        raise RuntimeError("broken repr")


def changed(array, position, value):
    result = np.array(array, float)
    result[position] = value
    return result


def three(loss=None, ending=None, **options):
    layers = [mn.Linear(4, 5), mn.Tanh(), mn.Linear(5, 3), ending or mn.Softmax()]
    return mn.Trainer(layers, loss or mn.CategoricalCrossEntropy(), mn.Adam(0.01), **options)


def yes_or_no():
    layers = [mn.Linear(4, 1), mn.Sigmoid()]
    return mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(), seed=0)


TRAINED = three(seed=0)
TRAINED.step(X, Y)
FITTED = {"progress": False, "epochs": 1}
MATRIX = np.ones((2, 3))


def linear(**options):
    return mn.Linear(**{"in_features": 2, "out_features": 3, **options})


def convolution(**options):
    return mn.Conv2d(**{"in_channels": 2, "out_channels": 3, "kernel_size": 3, **options})


def fit(x=X, y=Y, **options):
    return TRAINED.fit(x, y, **{**FITTED, **options})


# (the call, the argument, its wrong values)
TABLE = [
    (lambda v: linear(in_features=v), "in_features", COUNT),
    (lambda v: linear(out_features=v), "out_features", COUNT),
    (lambda v: linear(bias=v), "bias", FLAG),
    (lambda v: linear(weight_init=v), "weight_init", ["glorot", 3, []]),
    (lambda v: convolution(in_channels=v), "in_channels", COUNT),
    (lambda v: convolution(out_channels=v), "out_channels", COUNT),
    (lambda v: convolution(kernel_size=v), "kernel_size", [0, -1, 1.5, "3", (1, 2, 3), (0, 1)]),
    (lambda v: convolution(stride=v), "stride", [0, -1, 1.5, "1", (1, 2, 3)]),
    (lambda v: convolution(padding=v), "padding", [-1, 1.5, "same", (1, 2, 3)]),
    (lambda v: convolution(dilation=v), "dilation", [0, -1, 1.5, "1"]),
    (lambda v: mn.MaxPool2d(v), "kernel_size", [0, -1, 1.5, "2", None]),
    (lambda v: mn.AveragePool2d(2, count_padding=v), "count_padding", FLAG),
    (lambda v: mn.Dropout(v), "rate", [1, 1.0, -0.1, NAN, "0.5", None, True]),
    (lambda v: mn.BatchNorm(v), "features", COUNT),
    (lambda v: mn.BatchNorm(2, momentum=v), "momentum", SHARE),
    (lambda v: mn.BatchNorm(2, epsilon=v), "epsilon", [0, -1, NAN, "0"]),
    (lambda v: mn.LayerNorm(v), "features", COUNT),
    (lambda v: mn.LeakyReLU(v), "slope", [-1, NAN, INF, "0", None]),
    (lambda v: mn.ELU(v), "alpha", [-1, NAN, "1", None]),
    (lambda v: mn.GELU(v), "approximate", FLAG),
    (lambda v: mn.Softmax(v), "axis", [0, 1.5, "1", None]),
    (lambda v: mn.Residual(v), "layers", [[], 3, None, mn.ReLU, [mn.ReLU], [3]]),
    (lambda v: mn.Network(v), "layers", [[], 3, None, [mn.ReLU], [None], ["ReLU"]]),
    (lambda v: mn.Network([mn.Linear(1, 1)], seed=v), "seed", SEED),
    (lambda v: mn.Network([mn.Linear(1, 1)], dtype=v), "dtype", ["float16", "int", None, "x", 3]),
    (lambda v: mn.Parameter(v), "value", [1, [1, 2], "a", [NAN], [INF], [], [[1.0], [2.0, 3.0]]]),
    (lambda v: mn.Parameter([1.0], trainable=v), "trainable", FLAG),
    (lambda v: mn.Parameter(shape=v), "shape", [0, -1, 1.5, "2", (2, 0)]),
    (lambda v: mn.SGD(v), "learning_rate", RATE),
    (lambda v: mn.SGD(0.1, momentum=v), "momentum", [-0.1, NAN, "0.9", None]),
    (lambda v: mn.SGD(0.1, weight_decay=v), "weight_decay", [-0.1, NAN, "0"]),
    (lambda v: mn.SGD(0.1, 0.9, nesterov=v), "nesterov", FLAG),
    (lambda v: mn.SGD(0.1, 0.0, nesterov=v), "nesterov", [True]),
    (lambda v: mn.Adam(v), "learning_rate", RATE),
    (lambda v: mn.Adam(beta1=v), "beta1", [1, -0.1, NAN, "a"]),
    (lambda v: mn.Adam(beta2=v), "beta2", [1, -0.1, NAN, "a"]),
    (lambda v: mn.Adam(epsilon=v), "epsilon", [-1, NAN, "a"]),
    (lambda v: mn.AdamW(weight_decay=v), "weight_decay", [-1, NAN, "a"]),
    (lambda v: mn.RMSProp(decay=v), "decay", [-1, NAN, "a"]),
    (lambda v: mn.AdaGrad(v), "learning_rate", RATE),
    (lambda v: mn.AdaDelta(decay=v), "decay", [-1, NAN, "a"]),
    (lambda v: setattr(TRAINED.optimizer, "learning_rate", v), "learning_rate", RATE),
    (lambda v: mn.schedules.Cosine(v, 10), "start", RATE),
    (lambda v: mn.schedules.StepDecay(0.1, v), "every", COUNT),
    (lambda v: mn.L1(v), "strength", RATE),
    (lambda v: mn.L2(v), "strength", RATE),
    (lambda v: mn.Huber(v), "delta", [0, -1, NAN, "a", None]),
    (lambda v: mn.BinaryCrossEntropy(label_smoothing=v), "label_smoothing", [1, -0.1, NAN, "a"]),
    (lambda v: mn.BinaryCrossEntropy(class_weight=v), "class_weight", [[1], [1, -1], [1, NAN], 3]),
    (lambda v: mn.CategoricalCrossEntropy(label_smoothing=v), "label_smoothing", [1, -0.1, NAN]),
    (lambda v: three(loss=v), "loss", ["mse", 3, mn.MeanSquaredError, lambda p, t: 0]),
    (lambda v: three(metrics=v), "metrics", [["acuracy"], [3]]),
    (lambda v: three(seed=v), "seed", SEED),
    (lambda v: three(fuse=v), "fuse", FLAG),
    (lambda v: three(penalty=v), "penalty", [0.1, "L2", [0.1], mn.L2]),
    (lambda v: three(clip_norm=v), "clip_norm", [0, -1, NAN, "1"]),
    (lambda v: three(clip_value=v), "clip_value", [0, -1, NAN, "1"]),
    (lambda v: mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), v), "optimizer",
     ["adam", mn.SGD, None, 0.1, TRAINED.optimizer]),
    # two softmaxes, and endings that do not fit
    (lambda v: three(ending=v), "softmax",
     [mn.Network([mn.Softmax(), mn.Softmax()]), mn.Network([mn.Softmax(), mn.Network([mn.Softmax()])])]),
    (lambda v: three(loss=v), "Softmax", [mn.BinaryCrossEntropy()]),
    (lambda v: three(ending=v), "Softmax", [mn.Sigmoid(), mn.ReLU(), mn.Tanh()]),
    # fit, evaluate, predict
    (lambda v: fit(x=v), "x", [None, 3, "x", X[:, 0], X[:0], changed(X, (2, 1), NAN),
                               changed(X, (0, 0), INF), X.astype(str), X + 1j, X.astype(object) + 1j]),
    (lambda v: fit(x=v), "expected input of shape", [X[:, :3], np.hstack([X, X])]),
    (lambda v: fit(y=v), "y", [None, "y", Y[:5], Y + 1, Y - 1, Y + 0.5, changed(Y, 3, NAN),
                               changed(Y, 3, INF), ONE_HOT * 2, ONE_HOT[:, :2], np.full(12, 1),
                               changed(ONE_HOT, (1, 1), NAN), Y[:0], Y.astype(str)]),
    (lambda v: yes_or_no().fit(X, v, **FITTED), "y",
     [np.where(BINARY, 7, 0), np.where(BINARY, 1, -1), BINARY * 1.5, changed(BINARY, 0, NAN),
      np.eye(2)[BINARY.astype(int)], BINARY[:3]]),
    (lambda v: fit(batch_size=v), "batch_size", COUNT),
    (lambda v: fit(epochs=v), "epochs", [0, -1, 1.5, "1", True, NAN]),
    (lambda v: TRAINED.fit(X, Y, until=v, progress=False), "until", [0, -1, 1.5, "1", True]),
    (lambda v: TRAINED.fit(X, Y, epochs=v, until=v, progress=False), "epochs", [3, None]),
    (lambda v: fit(shuffle=v), "shuffle", FLAG),
    (lambda v: fit(progress=v), "progress", FLAG),
    (lambda v: fit(callbacks=v), "callbacks", [3, ["stop"], [mn.EarlyStopping]]),
    (lambda v: fit(validation_data=v), "validation_data",
     [3, X, (X,), (X, Y, Y, Y), (X, Y, -Y), (X, Y[:3]), (changed(X, (0, 0), NAN), Y), (X[:0], Y[:0])]),
    (lambda v: fit(sample_weight=v), "sample_weight",
     [3, "a", np.ones(5), -np.ones(12), changed(np.ones(12), 2, NAN), np.zeros(12)]),
    (lambda v: TRAINED.step(v, Y), "x", [None, X[:0], X[:, 0], changed(X, (1, 1), NAN)]),
    (lambda v: TRAINED.step(X, v), "y", [None, Y[:4], Y + 1, changed(Y, 1, NAN)]),
    (lambda v: TRAINED.evaluate(v, Y), "x", [None, X[:0], X[:, 0], changed(X, (1, 1), NAN), X[:5]]),
    (lambda v: TRAINED.evaluate(X, v), "y", [None, Y[:4], Y + 1, changed(Y, 1, NAN)]),
    (lambda v: TRAINED.predict(v), "x", [None, X[:0], X[:, 0], changed(X, (1, 1), INF), "x"]),
    (lambda v: TRAINED.network.predict(X, batch_size=v), "batch_size", COUNT),
    (lambda v: TRAINED.network.activations(v), "x", [None, X[:0], X[:, 0]]),
    (lambda v: setattr(TRAINED.network, "flat_values", v), "flat_values", [None, "a", [1.0], MATRIX]),
    # losses by hand
    (lambda v: mn.MeanSquaredError().forward(np.ones((4, 1)), v), "target",
     [np.ones(4), np.ones((4, 2)), np.ones((1, 1)), None, 1.0]),
    (lambda v: mn.MeanAbsoluteError().forward(np.ones((4, 1)), v), "target", [np.ones(4), None]),
    (lambda v: mn.Huber().forward(np.ones((4, 1)), v), "target", [np.ones(4), None]),
    (lambda v: mn.BinaryCrossEntropy().forward(np.full((4, 1), 0.5), v), "target",
     [np.ones(4), np.full((4, 1), 7.0), -np.ones((4, 1)), np.full((4, 1), NAN), "a"]),
    (lambda v: mn.BinaryCrossEntropy().forward(v, np.ones((4, 1))), "prediction",
     [np.full((4, 1), 1.5), np.full((4, 1), -0.5), np.zeros((0, 1)), "a"]),
    (lambda v: mn.CategoricalCrossEntropy().forward(np.full((2, 2), 0.5), v), "target",
     [[[1.0, 1.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 1.0]], [[NAN, 1], [0, 1]]]),
    (lambda v: mn.CategoricalCrossEntropy().forward(np.full((2, 2), 0.5), v), "class labels",
     [[0, 2], [-1, 0], [0.5, 1]]),
    (lambda v: mn.KullbackLeibler().forward(np.full((2, 2), 0.5), v), "target",
     [[[1.0, 1.0], [0.0, 1.0]], [[NAN, 1], [0, 1]]]),
    # data
    (lambda v: mn.data.one_hot(v), "labels", [[0.5], [-1], ["a"], [], [NAN], [[0, 1]]]),
    (lambda v: mn.data.one_hot([0, 2], v), "classes", [2, 0, -1, 1.5, "3"]),
    (lambda v: mn.data.train_test_split(X, Y, v, 0), "test_fraction", [0, 1, 1.5, -0.1, NAN, "a", None]),
    (lambda v: mn.data.train_test_split(X, Y, 0.5, v), "seed", SEED),
    (lambda v: mn.data.train_test_split(X, v, 0.5, 0), "y", [Y[:4], None]),
    (lambda v: list(mn.data.batches(X, Y, v)), "batch_size", COUNT),
    (lambda v: mn.data.Standardizer().fit(v), "x", [None, X[:0], changed(X, (0, 0), NAN), "x"]),
    (lambda v: mn.data.MinMaxScaler().fit(v), "x", [None, X[:0], changed(X, (0, 0), NAN), "x"]),
    (lambda v: mn.datasets.blobs(v, 0), "n", COUNT),
    (lambda v: mn.datasets.blobs(9, v), "seed", SEED),
    (lambda v: mn.datasets.blobs(9, 0, classes=v), "classes", [0, 1.5, "3"]),
    (lambda v: mn.datasets.spirals(9, 0, noise=v), "noise", [-1, NAN, "a"]),
    (lambda v: mn.datasets.logic_gate(v), "name", ["NEITHER", 3, None]),
    (lambda v: mn.datasets.copper_coin(v, 0), "n", COUNT),
    # pictures
    (lambda v: mn.plot.history(v), "history", [3, None, "loss", mn.History()]),
    (lambda v: mn.plot.confusion_matrix(v), "matrix", [3, None, [[1, 2]], [[NAN]], "a"]),
    # metrics
    (lambda v: mn.metrics.accuracy(v, [0, 1]), "prediction", [[NAN, 1], ["a", "b"], [], [0.1, 0.2, 0.3]]),
    (lambda v: mn.metrics.accuracy([0.1, 0.9], v), "target", [[NAN, 1], ["a", "b"], [], [-1, 0], [0.5, 1]]),
    # callbacks
    (lambda v: mn.EarlyStopping(v), "monitor", [3, None]),
    (lambda v: mn.EarlyStopping(patience=v), "patience", COUNT),
    (lambda v: mn.EarlyStopping(mode=v), "mode", ["up", 3, np.array([1, 2]), ["min"]]),
    (lambda v: mn.Checkpoint("x", mode=v), "mode", ["min", 3.5]),
    (lambda v: fit(callbacks=v), "callbacks", [3, np.array(3), [None], "a"]),
    (lambda v: three(metrics=v), "metrics", [3, np.array(3), b"", ["nosuch"]]),
    (lambda v: mn.Network(v), "layers", [3, np.array(3), [], [3]]),
    (lambda v: mn.Network([mn.Linear(1, 1)], dtype=v), "dtype",
     ["f2", 3, None, {"a": 1}, TRAINED.network, np.zeros(2), object]),
    (lambda v: mn.History().append(v), "row", [None, 3, [1], {1: 2.0}]),
    (lambda v: mn.History().to_csv(v), "path", [None, 3]),
    (lambda v: mn.Runs(v), "runs", [None, 3, ["a", 1], np.array(3)]),
    (lambda v: mn.SGD(v), "learning_rate", [NoRepr(), -(10**5000)]),
    (lambda v: linear(in_features=v), "in_features", [-(10**5000), 10**30, NoRepr()]),
    (lambda v: mn.datasets.blobs(v, 0), "n", [10**30]),
    (lambda v: mn.data.one_hot([0, 1], v), "classes", [10**30]),
    (lambda v: mn.lr_range_test(three(seed=0), X, Y, v), "batch_size", [10**400]),
    (lambda v: mn.check_layer(mn.Tanh, (4, 3), seed=v), "seed", [2.0, None, -1, "a"]),
    (lambda v: mn.check_layer(mn.Tanh, (4, 3), parameters=v), "parameters", [3, {"a": "b"}, ["a"]]),
    (lambda v: mn.ReduceOnPlateau(factor=v), "factor", [0, 1, -1, NAN, "a"]),
    (lambda v: mn.Checkpoint(v), "path", [3, None, ["a"]]),
    (lambda v: mn.Checkpoint("x", every=v), "every", [0, -1, 1.5, "1", True]),
    (lambda v: mn.Checkpoint("x", steps=v), "steps", [0, -1, 1.5, "1", True]),
    (lambda v: mn.Checkpoint("x", best_of=v), "monitor", [3, ["loss"]]),
    (lambda v: mn.Checkpoint("x", best_of="loss", steps=v), "best_of", [3]),
    (lambda v: mn.CSVLogger(v), "path", [3, None]),
    # files
    (lambda v: mn.load(v), "path", [3, None, b"bytes", ["a"]]),
    (lambda v: mn.load("good.minnet", layers=v), "layers",
     [3, np.array(3), mn.ReLU, ["Scale"], [mn.ReLU()], [int], [None]]),
    (lambda v: mn.load(v), "no such file", ["missing.minnet", "missing/x.minnet"]),
    (lambda v: mn.load(v), "good.minnet", ["good.minnet/x"]),
    (lambda v: TRAINED.network.save(v), "path", [3, None, b"bytes"]),
    (lambda v: TRAINED.network.load_values(v), "parameter", ["good.minnet"]),
    (lambda v: TRAINED.network.load_values(v), "path", [3, None]),
    (lambda v: TRAINED.save_checkpoint(v), "path", [3, None]),
    (lambda v: TRAINED.load_checkpoint(v), "parameter", ["training.minnet"]),
    (lambda v: TRAINED.load_checkpoint(v), "training", ["good.minnet"]),
]  # fmt: skip

ROWS = [
    pytest.param(call, argument, value, id=f"{row}-{argument}-{i}")
    for row, (call, argument, values) in enumerate(TABLE)
    for i, value in enumerate(values)
]


@pytest.fixture(scope="module", autouse=True)
def folder():
    """The tests stand in a folder with two good files."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as name:
        patch.chdir(name)
        mn.Network([mn.Linear(2, 1)], seed=0).save("good.minnet")
        small = yes_or_no()
        small.save_checkpoint("training.minnet")
        yield Path(name)
        patch.undo()


def world(folder):
    """All that must not change, in one digest."""
    made, digest = TRAINED, hashlib.sha256()
    for parameter in made.network.parameters().values():
        digest.update(parameter.value.tobytes())
    optimizer = made.optimizer
    for vector in optimizer.state.values():
        digest.update(vector.tobytes())
    streams = (made.order.bit_generator.state, made.network.random.bit_generator.state)
    numbers = (optimizer.steps, optimizer.learning_rate, made.epochs, list(made.history), streams)
    digest.update(repr(numbers).encode())
    files = sorted((p.name, p.read_bytes()) for p in folder.iterdir())
    return digest.hexdigest(), files


def test_there_are_at_least_200():
    assert len(ROWS) >= 200


@pytest.mark.parametrize(("call", "argument", "value"), ROWS)
def test_bad_call(call, argument, value, folder):
    before = world(folder)
    with pytest.raises((TypeError, ValueError)) as caught:
        call(value)
    plt.close("all")
    message = str(caught.value)
    assert argument in message, message
    assert world(folder) == before
    if isinstance(caught.value, mn.CheckpointError):
        assert str(caught.value.path) in message
    else:
        assert "expected" in message or "Softmax" in message, message
