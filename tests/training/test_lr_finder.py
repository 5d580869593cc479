"""The range test finds a rate, ends when training breaks, and leaves its Trainer alone."""

import math
import pickle

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.nn.layers.batch_norm import BatchNorm
from minnet.nn.layers.dropout import Dropout
from minnet.training.lr_finder import RangeTest, _RateSweep, lr_range_test

mpl.use("Agg")

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(80, 4))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
NUMBERS = X @ np.array([1.0, -2.0, 0.5, 0.0]) + 0.1 * GENERATOR.normal(size=80)


def classifier(optimizer=None, **options):
    layers = [mn.Linear(4, 16), BatchNorm(16), mn.Tanh(), Dropout(0.1), mn.Linear(16, 1)]
    options = {"seed": 0, "metrics": ["accuracy"], **options}
    return mn.Trainer(
        [*layers, mn.Sigmoid()], mn.BinaryCrossEntropy(), optimizer or mn.SGD(0.1), **options
    )


def line(optimizer=None):
    return mn.Trainer([mn.Linear(4, 1)], mn.MeanSquaredError(), optimizer or mn.SGD(0.5), seed=0)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("fitted", [0, 2])
@pytest.mark.parametrize(
    "optimizer",
    [lambda: mn.SGD(0.1, momentum=0.9), lambda: mn.Adam(mn.schedules.Cosine(0.01, 100))],
)
def test_the_trainer_stays_as_it_is_to_the_last_bit(fitted, optimizer):
    trainer, twin = classifier(optimizer()), classifier(optimizer())
    for each in (trainer, twin):
        if fitted:
            each.fit(X, Y, fitted, progress=False)
    trainer.network.flat_gradients.fill(0.25)
    before = pickle.dumps(trainer)
    values = trainer.network.flat_values
    result = lr_range_test(trainer, X, Y, steps=30)
    assert len(result.rates) > 5
    assert pickle.dumps(trainer) == before
    assert trainer.network.flat_values is values
    trainer.fit(X, Y, 2, progress=False)
    twin.fit(X, Y, 2, progress=False)
    assert np.array_equal(trainer.network.flat_values, twin.network.flat_values)
    assert trainer.history["loss"] == twin.history["loss"]


def test_the_rates_are_powers_and_the_losses_those_of_a_training_with_them():
    result = lr_range_test(line(), X, NUMBERS, 16, lowest=1e-4, highest=1e-1, steps=13)
    assert result.rates == pytest.approx(list(np.geomspace(1e-4, 1e-1, 13)))
    assert not result.diverged
    twin, losses = line(mn.SGD(lambda step: 1e-4 * 1000 ** (step / 12))), []

    class Note(mn.Callback):
        def on_step_end(self, trainer, loss):
            losses.append(loss)

    twin.fit(X, NUMBERS, 3, 16, callbacks=[Note()], progress=False)
    assert result.losses == pytest.approx(losses[:13], rel=1e-6)
    assert "13 steps from 0.0001 to 0.1, did not diverge" in repr(result)


def test_it_ends_when_the_loss_explodes():
    result = lr_range_test(line(), X, NUMBERS, highest=1e4, steps=200)
    assert result.diverged
    assert len(result.rates) == len(result.losses) == len(result.smoothed) < 200
    assert result.rates[-1] < 100
    assert result.smoothed[-1] > 4 * min(result.smoothed)
    assert "diverged" in repr(result)


def test_it_ends_when_the_loss_is_not_finite():
    steep = mn.Trainer([mn.Linear(4, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    result = lr_range_test(steep, X, NUMBERS, lowest=1e-3, highest=1e30, steps=4)
    assert result.diverged
    assert all(math.isfinite(loss) for loss in result.losses)
    with pytest.raises(mn.TrainingDiverged, match="epoch 1, batch 1"):
        lr_range_test(steep, X, NUMBERS * 1e30)  # squared: too large for float32


@pytest.mark.parametrize("make", [classifier, lambda o: line(o)])
@pytest.mark.parametrize("optimizer", [mn.SGD, mn.Adam])
def test_the_suggestion_learns_well(make, optimizer):
    y = Y if make is classifier else NUMBERS
    rate = lr_range_test(make(optimizer(1.0)), X, y, 16).suggestion

    def loss_after_training(rate):
        trainer = make(optimizer(rate))
        trainer.fit(X, y, 20, 16, progress=False)
        return trainer.evaluate(X, y)["loss"]

    reached, slow = loss_after_training(rate), loss_after_training(rate / 100)
    assert reached < 0.75 * slow
    assert (
        reached
        < 2 * min(loss_after_training(other) for other in (rate / 10, rate, 3 * rate)) + 0.02
    )


def test_a_loss_that_never_falls_gives_no_suggestion():
    result = lr_range_test(line(), X, NUMBERS, lowest=1e-12, highest=1e-11, steps=10, batch_size=80)
    with pytest.raises(
        ValueError, match=r"suggestion: expected a loss that falls .*1e-12 and 1e-11"
    ):
        _ = result.suggestion
    ax = mn.plot.range_test(result)
    assert len(ax.lines) == 2


def test_a_loss_near_zero_may_wander():
    """A perfect fit: from 1e-9 to 1e-6 is no divergence where all began at 1."""
    sweep, trainer = _RateSweep([0.1] * 1000), line()
    for loss in [1.0] + [1e-9] * 400 + [1e-6] * 100:
        sweep.on_step_end(trainer, loss)
        assert not sweep.diverged
    sweep.on_step_end(trainer, 2.0)
    assert sweep.diverged
    assert trainer.stop


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"steps": 1}, r"steps: expected a whole number >= 2, got 1"),
        ({"steps": 2.5}, r"steps: .*got 2.5"),
        ({"lowest": 0}, r"lowest: expected a finite number > 0, got 0"),
        ({"lowest": math.nan}, r"lowest: .*got nan"),
        ({"lowest": 1.0, "highest": 1.0}, r"highest: expected a finite number > 1, got 1.0"),
        ({"highest": "1"}, r"highest: .*got '1'"),
        ({"batch_size": 0}, r"batch_size: .*got 0"),
    ],
)
def test_bad_options(options, match):
    trainer = line()
    with pytest.raises((TypeError, ValueError), match=f"lr_range_test: {match}"):
        lr_range_test(trainer, X, NUMBERS, **options)


def test_bad_data_and_no_trainer():
    trainer = line()
    before = pickle.dumps(trainer)
    with pytest.raises(
        TypeError, match=r"lr_range_test: trainer: expected a Trainer, got an array"
    ):
        lr_range_test(X, X, NUMBERS)
    with pytest.raises(ValueError, match="x and y"):
        lr_range_test(trainer, X, NUMBERS[:-1])
    with pytest.raises(ValueError, match="x: expected an array of shape"):
        lr_range_test(trainer, 3.0, NUMBERS)
    with pytest.raises(TypeError, match="x: expected an array of numbers"):
        lr_range_test(trainer, [["a"], ["b"]], NUMBERS)
    assert pickle.dumps(trainer) == before


def test_the_picture():
    result = RangeTest([0.001, 0.01, 0.1, 1.0], [3.0, 2.0, 1.0, 9.0], diverged=True)
    ax = mn.plot.range_test(result)
    batches, smoothed, suggestion = ax.lines
    assert list(batches.get_xdata()) == list(smoothed.get_xdata()) == result.rates
    assert list(batches.get_ydata()) == result.losses
    assert list(smoothed.get_ydata()) == result.smoothed
    assert set(suggestion.get_xdata()) == {result.suggestion} == {0.01}
    assert ax.get_xscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("learning rate", "loss (mean per sample)")
    assert mn.plot.range_test(result, ax=ax) is ax
    with pytest.raises(
        TypeError, match=r"mn.plot.range_test: result: expected the RangeTest.*Write result"
    ):
        mn.plot.range_test([1, 2])


def test_a_step_that_is_too_large_for_numbers_ends_it():
    """The weights are infinite after it; what came before is the result."""
    found = lr_range_test(line(), X, NUMBERS, steps=3, lowest=1e-3, highest=1e75)
    assert found.diverged
    assert 1 <= len(found.losses) == len(found.rates) < 3
