"""The pictures of training runs, each made again, show what the gallery says.

What is checked are the arrays that were plotted, not pixels. The runs are fewer and shorter than in
the committed pictures (`quick`), the drawings are the same.
"""

import numpy as np
import pytest
from figure_checks import PICTURES, headline, lines, made, squared

__all__ = ["made"]  # a fixture

pytestmark = pytest.mark.slow  # each picture is some dozen trainings

# -- many runs -------------------------------------------------------------------------------


def test_the_headline_counts_runs(made):
    results = headline.study.read(headline.RUNS)
    for ax, situation in zip(made("learning_speed").axes, headline.study.FOUR, strict=True):
        assert ax.get_title().startswith(headline.NAMES[situation.task])
        assert len(ax.lines) == 4
        for line in ax.lines:
            loss, where = line.get_label().split(", ")
            rate = headline.study.ONE_RATE if where == "one rate" else None
            steps = headline.steps_of(results, situation, loss, rate)
            assert len(steps) == 100
            at, count = line.get_data()
            assert count.tolist() == [sum(steps <= step) for step in at]
            assert (line.get_color() == "#0072B2") == (loss == "cross-entropy")


def test_steps_by_rate_marks_the_best_rates(made):
    results = headline.study.read(headline.RUNS)
    axes = made("steps_by_rate").axes
    for ax, situation in zip(axes[:2], headline.study.FOUR[::2], strict=True):
        for line in lines(ax).values():
            assert len(line[0]) == len(headline.study.RATES)
        marked = {float(line.get_xdata()[0]) for line in ax.lines if line.get_marker() == "o"}
        losses = headline.study.LOSSES
        assert marked == {headline.study.best_rate(results, situation, loss) for loss in losses}
    (image,) = axes[2].collections
    lead = np.array(image.get_array()).reshape(16, 16)
    assert abs(lead).max() <= 100
    column = list(headline.study.rates_of("SGD")).index(1.0)
    first, second = (
        headline.steps_of(results, headline.study.FOUR[0], loss, 1.0)
        for loss in headline.study.LOSSES
    )
    assert lead[column, column] == (first < second).sum() - (second < first).sum()


def test_saturation(made):
    for ax in made("saturation").axes:
        factors = [1, 2, 5, 10, 15, 30]
        assert {name: x.tolist() for name, (x, _) in lines(ax).items()} == {
            "cross-entropy": factors,
            "squared error": factors,
        }


def test_regression(made):
    by_step, by_rate = made("regression").axes
    assert set(lines(by_step)) == set(squared.OUTPUTS)
    curves = [line for line in by_rate.lines if line.get_marker() == "o"]
    assert len(curves) == 4
    for line in curves:
        assert tuple(line.get_xdata()) == squared.REGRESSION_RATES
    assert np.isnan(curves[0].get_ydata()[-1]), "diverged, and not drawn"
    assert "linear: diverges" in [text.get_text() for text in by_rate.texts]
    assert squared.noise_floor() in [line.get_ydata()[0] for line in by_rate.lines]


def test_a_run_of_a_sweep_is_the_run_of_a_fit():
    """The error of one run of the picture, trained alone."""
    found = squared.follow("sigmoid", [3.0], [7], [0, 10], squared.REGRESSION)[3.0]
    trainer = squared.regression_trainer("sigmoid", 3.0, 7)
    trainer.fit(*squared.regression_rows("sigmoid", 7), 1, 16, progress=False)
    trainer.fit(*squared.regression_rows("sigmoid", 7), 1, 16, progress=False)
    x, y = squared.unseen_rows("sigmoid", 7)
    before = squared.regression_trainer("sigmoid", 3.0, 7).predict(x)
    assert found[0, 0] == pytest.approx(np.sqrt(np.square(before - y).mean()), rel=1e-6)
    assert found[0, 1] > found[0, 0] / 10


def test_raw_scores(made):
    axes = made("raw_scores").axes
    for ax in axes:
        ways = [text.rsplit(", rate", 1)[0] for text in lines(ax)]
        assert ways == list(squared.WAYS)
        for steps, error in lines(ax).values():
            assert steps[-1] == 60
            assert error[-1] < 0.4 < error[0]


# -- by epoch --------------------------------------------------------------------------------


def test_learning_curves(made):
    loss, accuracy = made("learning_curves").axes
    assert set(lines(loss)) == {"loss, training", "loss, validation"}
    assert set(lines(accuracy)) == {"accuracy, training", "accuracy, validation"}
    training = lines(loss)["loss, training"][1]
    assert training[-1] < training[0] / 2


def test_overlay(made):
    (ax,) = made("overlay").axes
    assert len(lines(ax)) == 5
    starts = [curve[1][0] for curve in lines(ax).values()]
    assert len(set(starts)) == 5, "five optimizers do five different things"
    assert ax.get_ylabel() == "validation loss"
    for name, (_, losses) in lines(ax).items():
        assert losses[-1] < losses[0], f"{name} learns"


def test_learning_rates(made):
    (ax,) = made("learning_rates").axes
    last = {name: curve[1][-1] for name, curve in lines(ax).items()}
    assert min(last, key=last.get) == "rate 1"
    assert last["rate 0.001"] > last["rate 0.01"] > last["rate 0.1"] > last["rate 1"]
    (ax,) = PICTURES["learning_rates"](False).axes  # the whole 40 epochs: a matter of a second
    curves = {name: curve[1] for name, curve in lines(ax).items()}
    assert len(curves["rate 300"]) == 40
    assert min(curves["rate 300"]) > curves["rate 0.001"][0]  # never below where it began


def test_range_test(made):
    (ax,) = made("range_test").axes
    rates, losses = lines(ax)["each batch"]
    assert rates[0] == pytest.approx(1e-4)
    assert (np.diff(np.log(rates)) > 0).all()
    assert np.isfinite(losses).all()
    assert losses.min() < 0.3 * losses[0], "it learns while the rate is fit"
    assert losses[-1] > 3 * losses.min(), "and breaks where it is not"
