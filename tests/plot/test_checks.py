"""Wrong arguments of plot functions are refused without leaving an empty figure."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet import plot

GRID = plot.LossGrid(np.arange(3.0), np.arange(4.0), np.arange(12.0).reshape(4, 3))
PATHS = {"SGD": [[0.0, 1.0], [1.0, 0.0]]}
BINARY = {"cross-entropy": mn.BinaryCrossEntropy()}
ONE_LAYER = mn.Network([mn.Linear(2, 1)], seed=0)
POINTS = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0, 1])

CASES = {
    "a grid of numbers": (lambda: plot.loss_surface(plot.LossGrid(1, 2, 3)), r"grid: expected los"),
    "a grid of shapes": (
        lambda: plot.loss_contours(GRID._replace(losses=np.ones((3, 4)))),
        r"losses\[i, j\].*got shapes \(3,\), \(4,\), \(3, 4\)",
    ),
    "a grid with nan": (
        lambda: plot.loss_slices(GRID._replace(losses=np.full((4, 3), np.nan)), [1.0]),
        r"grid.losses",
    ),
    "levels in words": (lambda: plot.loss_contours(GRID, levels="x"), r"levels: expected a whole"),
    "no levels": (lambda: plot.loss_contours(GRID, levels=[]), r"levels: expected two or more"),
    "levels that fall": (lambda: plot.loss_contours(GRID, levels=[2, 1]), r"that increase"),
    "one name": (lambda: plot.loss_contours(GRID, names=("a",)), r"names: expected 2 names"),
    "one name of a path": (
        lambda: plot.descent_paths(lambda x, y: x + y, PATHS, names=("a",)),
        r"names: expected 2 names",
    ),
    "a function of one": (
        lambda: plot.descent_paths(lambda a: a, PATHS),
        r"function: expected a function of two arrays",
    ),
    "a run that never reached its goal": (
        lambda: plot.steps_by_rate({"a": [[1.0, np.inf]]}, [0.1, 1.0]),
        r"never reached its goal. Put in the number of all steps",
    ),
    "steps below 0": (
        lambda: plot.steps_by_rate({"a": [[1.0, -3.0]]}, [0.1, 1.0]),
        r"numbers from 0 on",
    ),
    "zeros on a logarithmic axis": (
        lambda: plot.output_gradient({"a": np.zeros((2, 3))}),
        r"got zeros alone",
    ),
    "no hidden layer": (
        lambda: plot.hidden_space(ONE_LAYER, *POINTS, layer=0),
        r"expected a network with a hidden layer, got one of a single layer",
    ),
    "scores for probabilities": (
        lambda: plot.mistakes([[5.0, -3.0]], [1], np.ones((1, 2, 2))),
        r"prediction\[0, 0\] = 5.0. Give what trainer.predict",
    ),
    "softmax under binary cross-entropy": (
        lambda: plot.logit_gradient(mn.Softmax(), BINARY, target=[1, 0]),
        r"Softmax",
    ),
    "a target of 2": (lambda: plot.logit_gradient(mn.Sigmoid(), BINARY, target=[2]), r"y\[0"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_and_leaves_no_figure(case):
    call, message = CASES[case]
    plt.close("all")
    with pytest.raises((TypeError, ValueError), match=message):
        call()
    assert not plt.get_fignums()


def test_the_numbers_on_the_map_are_those_of_the_lines():
    levels = [0.125, 3.175, 5.225, 8.275]
    ax = plot.loss_contours(GRID, levels=levels)
    written = [float(text.get_text()) for text in ax.texts]
    assert written
    assert set(written) <= set(levels)
