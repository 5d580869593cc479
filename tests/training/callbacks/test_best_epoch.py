"""The best value of a column, as EarlyStopping and ReduceOnPlateau track it."""

import math

import pytest
from callback_runs import X, Y, linear

from minnet.training.callbacks import EarlyStopping, ReduceOnPlateau


@pytest.mark.parametrize("kind", [EarlyStopping, ReduceOnPlateau])
@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("loss", "min"),
        ("val_loss", "min"),
        ("accuracy", "max"),
        ("val_f1", "max"),
        ("val_rmse", "min"),
        ("r_squared", "max"),
    ],
)
def test_the_direction_is_known_by_name(kind, name, mode):
    assert kind(name).tracker.mode == mode
    assert kind(name, mode="min").tracker.mode == "min"


@pytest.mark.parametrize("kind", [EarlyStopping, ReduceOnPlateau])
def test_bad_options_of_what_watches(kind):
    name = kind.__name__
    for options, match in (
        ({"monitor": "mine"}, r'mode: expected "min" .*"max", got None.*accuracy'),
        ({"mode": "up"}, r"mode: .*got 'up'"),
        ({"monitor": 3}, r"monitor: expected the name of a column .*got 3"),
        ({"patience": 0}, r"patience: expected a whole number >= 1, got 0"),
        ({"patience": 1.5}, r"patience: .*got 1.5"),
        ({"minimum_change": -1}, r"minimum_change: expected a finite number >= 0, got -1"),
        ({"minimum_change": math.nan}, r"minimum_change: .*got nan"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"{name}: {match}"):
            kind(**options)
    with pytest.raises(TypeError, match=r"EarlyStopping: restore_best: expected True or False"):
        EarlyStopping(restore_best=1)
    for options in ({"factor": 0}, {"factor": 1}, {"factor": -0.1}, {"minimum_rate": -1}):
        with pytest.raises(ValueError, match=rf"ReduceOnPlateau: {next(iter(options))}: expected"):
            ReduceOnPlateau(**options)


@pytest.mark.parametrize("kind", [EarlyStopping, ReduceOnPlateau])
def test_a_column_that_is_not_there(kind):
    with pytest.raises(ValueError, match=rf"{kind.__name__}: monitor: expected one of epoch, loss"):
        linear().fit(X, Y, 1, callbacks=[kind("accuracy")], progress=False)
    with pytest.raises(
        ValueError, match=r"learning_rate, got 'val_loss'\. .*validation_data=\(x, y"
    ):
        linear().fit(X, Y, 1, callbacks=[kind()], progress=False)
