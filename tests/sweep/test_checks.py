"""Arguments of a sweep are refused before any run."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sweep_runs import X, Y, make_trainer, quiet

import minnet as mn
from minnet.sweep.checks import checked_data
from minnet.sweep.sweep import sweep


def never(*_args, **_options):
    raise AssertionError("a run began")


BAD = [
    ({"make": 3}, TypeError, r"make_trainer: expected a function .* got 3 \(int\)"),
    ({"grid": [("rate", [1])]}, TypeError, r"grid: expected a dict, name -> list of values"),
    ({"grid": "rate"}, TypeError, r"grid: expected a dict"),
    ({"grid": {}}, ValueError, r"grid: expected at least one setting"),
    ({"grid": [{"seed": [0]}, {}]}, ValueError, r"grid: expected at least one setting"),
    ({"grid": {"seed": []}}, ValueError, r"grid\['seed'\]: expected at least one value"),
    ({"grid": {"seed": 0}}, TypeError, r"grid\['seed'\]: expected a list .* brackets: \[0\]"),
    ({"grid": {"init": "ones"}}, TypeError, r"grid\['init'\]: expected a list .*\['ones'\]"),
    ({"grid": {0: [1]}}, TypeError, r"grid: expected names of arguments as keys, got 0"),
    ({"grid": {"learning rate": [1]}}, TypeError, r"grid: expected names of arguments"),
    ({"grid": {"speed": [1]}}, ValueError, r"got 'speed', which would change nothing"),
    ({"grid": {"epochs": [0]}}, ValueError, r"grid\['epochs'\]: expected a whole number >= 1"),
    ({"grid": {"batch_size": ["a"]}}, TypeError, r"grid\['batch_size'\]: expected a whole"),
    ({"make": lambda rate, seed: never()}, ValueError, r"make_trainer: .*missing .*'rate'"),
    ({"data": lambda other: never()}, ValueError, r"sweep: data: .*missing .*'other'"),
    ({"data": X}, TypeError, r"data: expected a pair \(x, y\) or a function"),
    ({"data": (X,)}, TypeError, r"data: expected a pair"),
    ({"data": "ab"}, TypeError, r"data: expected a pair"),
    ({"data": None}, TypeError, r"data: expected a pair"),
    ({"data": (X, Y[:3])}, ValueError, r"data: x and data: y: expected the same number of rows"),
    ({"data": (X * np.nan, Y)}, ValueError, r"data: x: expected finite numbers.*x\[0, 0\] = nan"),
    ({"validation_data": (X[:, 0], Y)}, ValueError, r"validation_data: x: .*\(m, features\)"),
    ({"epochs": 0}, ValueError, r"epochs: expected a whole number >= 1"),
    ({"callbacks": [1]}, TypeError, r"callbacks: expected objects of subclasses"),
    ({"shuffle": 1}, TypeError, r"shuffle: expected True or False"),
    ({"executor": 2}, TypeError, r"executor: expected a concurrent\.futures\.Executor"),
    ({"executor": ThreadPoolExecutor}, TypeError, r"executor: .* client\.get_executor\(\)"),
    ({"description": None}, TypeError, r"description: expected a text.*Write description="),
]


@pytest.mark.parametrize(("options", "kind", "message"), BAD)
def test_bad_arguments_are_refused_before_any_run(options, kind, message):
    with pytest.raises(kind, match=message):
        quiet(**{"grid": {"seed": [0]}, "callbacks": never_callbacks, **options})


def never_callbacks():
    never()


def test_data_are_contiguous_also_if_they_were_a_view():
    """What has been sent is contiguous; here it must not be summed in another order."""
    wide = np.repeat(X, 2, axis=1)
    x, y = checked_data("data", (wide[:, ::2], Y[::-1]))
    assert x.flags.c_contiguous
    assert y.flags.c_contiguous
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y[::-1])


def test_progress_and_batch_size_are_checked():
    with pytest.raises(TypeError, match="sweep: progress: expected True or False"):
        sweep(make_trainer, {"seed": [0]}, (X, Y), 1, progress=1)
    with pytest.raises(ValueError, match="sweep: batch_size: expected a whole number"):
        sweep(make_trainer, {"seed": [0]}, (X, Y), 1, 0)


def test_validation_data_may_have_weights():
    x, y, w = np.arange(6.0).reshape(3, 2), np.array([0.0, 1.0, 5.0]), np.array([1.0, 1.0, 0.0])

    def make_trainer(seed):
        return mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(0.0), seed=seed)

    def val_loss(validation_data):
        runs = mn.sweep(
            make_trainer, {"seed": [0]}, (x, y), 1, validation_data=validation_data, progress=False
        )
        return runs[0].history["val_loss"]

    assert val_loss((x, y, w)) == pytest.approx(val_loss((x[:2], y[:2])))
    with pytest.raises(ValueError, match=r"validation_data: x and validation_data: weights"):
        val_loss((x, y, w[:2]))
    with pytest.raises(TypeError, match=r"data: expected a pair"):
        mn.sweep(make_trainer, {"seed": [0]}, (x, y, w), 1, progress=False)
