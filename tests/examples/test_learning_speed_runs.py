"""The comparison is fair: same split, same weights, same batches, one measure for both losses.

And each loss gets the rate that is best for it, chosen by one rule on other seeds.
"""

import doctest
import itertools
import math
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import minnet as mn

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def runs(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import learning_speed_runs

    return learning_speed_runs


def settings(runs, task, start="ordinary", rate=1.0, watched=(0, 1, 5), **more):
    return [runs.Setting(task, start, loss, rate, 7, watched, **more) for loss in runs.LOSSES]


@pytest.fixture
def fits(monkeypatch, runs):
    """The trainers, and what their `fit` was given, without any training."""
    seen = []

    def fit(trainer, x, y, **options):
        seen.append((trainer, x, y, options))
        for callback in options["callbacks"]:
            callback.on_fit_begin(trainer)

    monkeypatch.setattr(mn.Trainer, "fit", fit)
    return seen


@pytest.mark.parametrize("task", ["breast_cancer", "iris"])
def test_both_losses_start_from_the_same_weights_split_and_order(runs, fits, task):
    for setting in settings(runs, task) + settings(runs, task, "saturated", rate=3.0):
        runs.train_one(setting)
    first = fits[0]
    for trainer, x, y, _ in fits:
        np.testing.assert_array_equal(x, first[1])
        np.testing.assert_array_equal(y, first[2])
        assert trainer.seed == first[0].seed == 7
    weights = [trainer.network.flat_values for trainer, *_ in fits]
    np.testing.assert_array_equal(weights[0], weights[1])
    np.testing.assert_array_equal(weights[2], weights[3])
    np.testing.assert_array_equal(weights[2], 5 * weights[0])
    kinds = [type(trainer.loss) for trainer, *_ in fits]
    assert kinds[0] is kinds[2] is runs.TASKS[task].cross_entropy
    assert kinds[1] is kinds[3] is mn.MeanSquaredError
    assert [trainer.optimizer.learning_rate for trainer, *_ in fits] == [1, 1, 3, 3]


@pytest.mark.parametrize("task", ["breast_cancer", "iris"])
def test_both_are_judged_by_cross_entropy_on_held_out_data(runs, fits, task):
    curves = [runs.train_one(setting) for setting in settings(runs, task)]
    _, x, _, y = runs.split(task, 7)
    for (trainer, *_), curve in zip(fits, curves, strict=True):
        p = trainer.network.predict(x).astype(float)
        p = np.hstack([1 - p, p]) if p.shape[1] == 1 else p
        expected = -np.log(p[np.arange(len(y)), y]).mean()
        assert curve.loss[0] == pytest.approx(expected, rel=1e-5)
        assert curve.accuracy[0] == pytest.approx((p.argmax(axis=1) == y).mean())


def test_held_out_rows_are_not_trained_on_and_the_scale_is_that_of_the_training_rows(runs):
    x_train, x_held, y_train, y_held = runs.split("iris", 7)
    assert (len(x_train), len(x_held)) == (105, 45)
    np.testing.assert_array_equal(np.bincount(y_held), [15, 15, 15])
    np.testing.assert_array_equal(np.bincount(y_train), [35, 35, 35])
    np.testing.assert_allclose(x_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(x_train.std(axis=0), 1)
    assert (np.abs(x_held.mean(axis=0)) > 1e-6).all()


def test_training_changes_the_two_networks_differently(runs):
    one, other = (runs.train_one(setting) for setting in settings(runs, "iris"))
    assert one.loss[0] == other.loss[0]
    assert one.loss[-1] < other.loss[-1] < one.loss[0]
    assert (one.loss.shape, one.accuracy.shape, one.gradient.shape) == ((3,), (3,), (2,))


def test_watching_does_not_change_what_is_watched(runs):
    for seldom, often in zip(
        settings(runs, "iris", watched=(0, 6)),
        settings(runs, "iris", watched=tuple(range(7))),  # past the end of an epoch of 4 steps
        strict=True,
    ):
        first, second = runs.train_one(seldom), runs.train_one(often)
        assert first.loss.tolist() == second.loss[[0, 6]].tolist()
        assert first.gradient[0] == second.gradient[5]
        assert len(second.loss) == 7


def test_a_run_may_end_at_its_goal(runs):
    watched = tuple(range(41))
    for setting in settings(runs, "breast_cancer", watched=watched, goal=0.9):
        early, full = runs.train_one(setting), runs.train_one(setting._replace(goal=math.inf))
        n = len(early.accuracy)
        assert early.accuracy[-1] >= 0.9 > early.accuracy[:-1].max()
        assert early.accuracy.tolist() == full.accuracy[:n].tolist()
        assert len(full.accuracy) == 41 > n


def gauged(runs, last, loss, x, y, outputs):
    """The gauge's reading, and the outputs a of the batch before the step."""
    gauge = runs.Gauge()
    network = mn.Network([mn.Linear(2, outputs), gauge, last], seed=3, dtype="float64")
    _, _, a = network.activations(x)
    mn.Trainer(network, loss, mn.SGD(0.1)).step(x, y)
    return gauge.size, a


def test_the_gauge_reads_the_size_of_dl_dz(runs):
    generator = np.random.default_rng(5)
    x, y = 3 * generator.normal(size=(20, 2)), generator.integers(0, 2, 20)
    column = y[:, None]
    size, a = gauged(runs, mn.Sigmoid(), mn.BinaryCrossEntropy(), x, y, 1)
    assert size == pytest.approx(np.abs(a - column).mean(), rel=1e-12)
    size, a = gauged(runs, mn.Sigmoid(), mn.MeanSquaredError(), x, y, 1)
    assert size == pytest.approx(np.abs((a - column) * a * (1 - a)).mean(), rel=1e-12)

    labels = generator.integers(0, 3, 20)
    rows = np.eye(3)[labels]
    size, a = gauged(runs, mn.Softmax(), mn.CategoricalCrossEntropy(), x, labels, 3)
    assert size == pytest.approx(np.abs(a - rows).sum(axis=1).mean(), rel=1e-12)
    size, a = gauged(runs, mn.Softmax(), mn.MeanSquaredError(), x, labels, 3)
    jacobians = a[:, :, None] * np.eye(3) - a[:, :, None] * a[:, None, :]
    expected = np.einsum("mi,mij->mj", a - rows, jacobians)
    assert size == pytest.approx(np.abs(expected).sum(axis=1).mean(), rel=1e-12)


def test_the_runs_can_be_sent_to_other_processes(runs):
    both = settings(runs, "iris", watched=(0, 2))
    here = runs.train_all(both)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        there = runs.train_all(both, executor=pool)
    assert list(here) == list(there) == both
    for one, other in zip(here.values(), there.values(), strict=True):
        for curve, same in zip(one, other, strict=True):
            assert curve.tolist() == same.tolist()


def test_a_comparison_misses_no_run(runs):
    (setting, _) = settings(runs, "iris", rate=1e300)
    with (
        pytest.warns(RuntimeWarning, match="1 of 1 runs failed"),
        pytest.raises(RuntimeError, match=r"rate=1e\+300, seed=7(.|\n)*Traceback"),
    ):
        runs.train_one(setting)


# -- many runs ---------------------------------------------------------------------------------


def test_steps_are_watched_closely_at_first(runs):
    watched = runs.watched_steps(200)
    assert watched[:12] == tuple(range(12))
    assert watched[-1] == 200
    gaps = np.diff(watched)
    assert (gaps >= 1).all()
    assert (gaps[:-1] <= 0.1 * np.array(watched[:-2]) + 1).all()
    for steps in (1, 2, 17, 40):
        assert runs.watched_steps(steps)[0] == 0
        assert runs.watched_steps(steps)[-1] == steps
        assert (np.diff(runs.watched_steps(steps)) > 0).all()


@pytest.fixture
def pretended(monkeypatch, runs):
    """Runs that reach the goal at the step that this function says, and the settings asked for."""
    asked = []

    def pretend(step_of):
        def train_one(setting):
            asked.append(setting)
            accuracy = np.array([float(step >= step_of(setting)) for step in setting.watched])
            if setting.goal <= 1 and accuracy.any():
                accuracy = accuracy[: accuracy.argmax() + 1]
            return runs.Curves(1 - accuracy, accuracy, np.ones(len(accuracy) - 1))

        def sweep(_make_trainer, grids, *_args, **_options):
            single = [{name: value for name, (value,) in grid.items()} for grid in grids]
            return [train_one(runs.Setting(**settings)) for settings in single]

        monkeypatch.setattr(runs, "sweep", sweep)
        monkeypatch.setattr(runs, "curves_of", lambda run: run)
        return asked

    return pretend


def test_the_best_rate_has_the_fewest_steps_on_seeds_that_are_not_reported(runs, pretended):
    best = {"cross-entropy": 3.0, "squared error": 10.0}
    asked = pretended(lambda s: 4 if s.rate == best[s.loss] else 6 + s.seed % 2)
    tried = runs.try_rates(tuple(range(9)))
    assert {setting.seed for setting in asked} == set(runs.TUNING_SEEDS)
    assert not set(runs.TUNING_SEEDS) & set(range(100))
    for (_, _, loss), steps in tried.items():
        assert steps.shape == (len(runs.TUNING_SEEDS), len(runs.RATES))
        assert steps[0, runs.RATES.index(best[loss])] == 4
        assert steps[0, 0] == 6
    rates = runs.best_rates(tried)
    assert len(rates) == 8
    assert all(rate == best[loss] for (_, _, loss), rate in rates.items())


def test_a_run_that_never_arrives_counts_with_all_of_its_steps(runs, pretended):
    pretended(lambda s: 99 if s.rate == 1 else 5)
    tried = runs.try_rates((0, 1, 5, 8))
    for steps in tried.values():
        assert (steps[:, runs.RATES.index(1)] == 8).all()
        assert (np.delete(steps, runs.RATES.index(1), axis=1) == 5).all()


def test_each_loss_runs_at_its_rate_on_the_same_seeds(runs, pretended):
    asked = pretended(lambda s: 1 if s.rate == runs.SAME_RATE else 2)
    kinds = itertools.product(runs.TASKS, runs.STARTS, runs.LOSSES)
    rates = dict(zip(kinds, itertools.cycle([3.0, 10.0, 30.0]), strict=False))
    results = runs.compare(rates, 4, (0, 1, 2))
    assert list(results) == runs.SITUATIONS
    for situation, both in results.items():
        assert list(both) == list(runs.LOSSES)
        for curves in both.values():
            reached = [0, 1, 1] if situation[2] == "same rate" else [0, 0, 1]
            assert curves.accuracy.tolist() == [reached] * 4
            assert curves.accuracy.shape == curves.loss.shape == (4, 3)
            assert curves.gradient.shape == (4, 2)
    wanted = {
        (t, s, loss, rate, seed)
        for t, s, _ in runs.SITUATIONS
        for loss in runs.LOSSES
        for rate in (runs.SAME_RATE, rates[t, s, loss])
        for seed in range(4)
    }
    assert {setting[:5] for setting in asked} == wanted
    assert len(asked) == len(wanted)  # no setting twice


def test_the_examples_in_the_docstrings_hold(runs):
    result = doctest.testmod(runs)
    assert result.attempted
    assert not result.failed
