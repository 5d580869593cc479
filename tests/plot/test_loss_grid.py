"""The loss over a grid of two parameters, and the path of gradient descent."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import descend, loss_grid

mpl.use("Agg")


X, Y = np.array([[-1.0], [0.5], [2.0]]), np.array([0.0, 1.0, 0.0])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def trainer():
    network = mn.Network([mn.Linear(1, 1), mn.Sigmoid()], dtype="float64", seed=0)
    return mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.5))


@pytest.fixture
def grid(trainer):
    return loss_grid(trainer, X, Y, (-2, 2), (-1, 3), points=9)


def loss_at(w, b):
    a = 1 / (1 + np.exp(-(w * X[:, 0] + b)))
    return ((a - Y) ** 2).mean() / 2


def test_every_height_is_the_loss_there(grid):
    for i, b in enumerate(grid.second):
        for j, w in enumerate(grid.first):
            assert grid.losses[i, j] == pytest.approx(loss_at(w, b), rel=1e-12)


def test_the_trainer_is_not_changed(trainer):
    before = trainer.network.flat_values.copy()
    loss_grid(trainer, X, Y, (-2, 2), (-1, 3), points=3)
    np.testing.assert_array_equal(trainer.network.flat_values, before)
    assert trainer.optimizer.steps == 0


def test_other_parameters_stay():
    layers = [mn.Linear(1, 1), mn.Tanh(), mn.Linear(1, 1)]
    network = mn.Network(layers, dtype="float64", seed=0)
    network.flat_values = [0.5, 0.2, 2.0, -1.0]
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.5))
    found = loss_grid(trainer, [[1.0]], [0.0], (0, 1), (0, 2), entries=(2, 3), points=2)
    h = np.tanh(0.7)
    expected = [[0, h * h / 2], [2, (h + 2) ** 2 / 2]]
    np.testing.assert_allclose(found.losses, expected, rtol=1e-12)


def test_the_path_is_that_of_the_trainer(trainer):
    trainer.network.flat_values = [1.5, 2.0]
    path = descend(trainer, X, Y, steps=4)
    assert path.shape == (5, 3)
    np.testing.assert_array_equal(path[0, :2], [1.5, 2.0])
    for w, b, loss in path:
        assert loss == pytest.approx(loss_at(w, b), rel=1e-12)
    h = 1e-6
    slope = (loss_at(1.5 + h, 2.0) - loss_at(1.5 - h, 2.0)) / (2 * h)
    assert path[1, 0] == pytest.approx(1.5 - 0.5 * slope, abs=1e-9)
    np.testing.assert_array_equal(path[-1, :2], trainer.network.flat_values)


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "message"),
    [
        (((1, 1), (0, 1)), {}, ValueError, r"first: expected low < high"),
        (((0, 1), "ab"), {}, TypeError, r"second: expected two numbers"),
        (((0, 1), (0, 1)), {"points": 1}, ValueError, r"points: expected a whole number >= 2"),
        (((0, 1), (0, 1)), {"entries": (0, 2)}, ValueError, r"entries\[1\]: .*<= 1"),
        (((0, 1), (0, 1)), {"entries": (1, 1)}, ValueError, r"entries: expected two different"),
        (((0, 1), (0, 1)), {"entries": 1}, TypeError, r"entries: expected two positions"),
    ],
)
def test_a_bad_grid_is_refused(trainer, arguments, options, kind, message):
    with pytest.raises(kind, match=rf"mn\.plot\.loss_grid: {message}"):
        loss_grid(trainer, X, Y, *arguments, **options)
