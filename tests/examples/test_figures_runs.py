"""The pictures of training runs, each made again, show what the gallery says.

What is checked are the arrays that were plotted, not pixels. The runs are fewer and shorter than in
the committed pictures (`quick`), the drawings are the same.
"""

import numpy as np
import pytest
from figure_checks import PICTURES, figures_speed, figures_squared, lines, made, sigmoid

import minnet as mn

__all__ = ["made"]  # a fixture

# -- many runs -------------------------------------------------------------------------------


def test_the_headline(made):
    neuron, tumours, reason = made("learning_speed").axes
    ends = {name: curve[1][-1] for name, curve in lines(neuron).items()}
    assert ends["squared error"] == pytest.approx(0.2028, abs=5e-5)
    assert ends["cross-entropy"] < 0.05
    runs, watched = figures_speed.runs_of("breast_cancer", "saturated", True)
    assert len(tumours.lines) == 2
    assert list(runs) == list(lines(neuron))
    for line, like, loss in zip(tumours.lines, neuron.lines, runs, strict=False):
        steps, accuracy = line.get_data()
        assert steps.tolist() == list(watched)
        np.testing.assert_array_equal(accuracy, np.median(runs[loss].accuracy, axis=0))
        assert line.get_color() == like.get_color()  # the legend is that of the neuron
    assert len(tumours.collections) == 2, "a band for each loss"
    z, gradient = lines(reason)["squared error"]
    np.testing.assert_allclose(gradient, sigmoid(z) ** 2 * (1 - sigmoid(z)), atol=1e-12)


def test_steps_to_threshold(made):
    axes = made("steps_to_threshold").axes
    assert [ax.get_title() for ax in axes] == [
        f"{task}, {start} start"
        for task in ("breast_cancer", "iris")
        for start in ("ordinary", "saturated")
    ]
    for ax in axes:
        assert [label.get_text() for label in ax.get_xticklabels()] == ["90%", "95%"]
        bars = [bar for bar in ax.patches if bar.get_width()]
        runs, watched = figures_speed.runs_of(
            *ax.get_title().removesuffix(" start").split(", "), True
        )
        medians = [
            np.median(mn.plot.steps_to_reach(run.accuracy, goal, watched))
            for goal in (0.9, 0.95)
            for run in (runs["cross-entropy"], runs["squared error"])
        ]
        heights = [bar.get_height() for bar in sorted(bars, key=lambda bar: bar.get_x())]
        assert heights == np.minimum(medians, watched[-1]).tolist()


def test_regression(made):
    fits, by_step, by_rate = made("regression").axes
    assert set(lines(fits)) == {"linear output", "sigmoid output"}
    assert len(fits.collections[0].get_offsets()) == 100
    for output, (rates, errors) in lines(by_rate).items():
        assert tuple(rates) == figures_squared.REGRESSION_RATES
        best = rates[np.nanargmin(errors)]
        assert f"{output}, rate {best:g}" in lines(by_step)
    assert np.isnan(lines(by_rate)["linear output"][1][-1]), "diverged, and not drawn"


def test_a_sigmoid_in_front_of_squared_error_costs_accuracy():
    """The picture's claim at its full length and rates, on two seeds."""
    steps = np.array([0, 1000])
    errors = {
        output: [figures_squared.regression_run(output, rate, seed, steps)[-1] for seed in (7, 8)]
        for output, rate in (("linear output", 0.3), ("sigmoid output", 10.0))
    }
    assert min(errors["linear output"]) > 0.02
    assert max(errors["linear output"]) < min(errors["sigmoid output"])
    assert max(errors["sigmoid output"]) < 0.15


def test_raw_scores(made):
    axes = made("raw_scores").axes
    for ax in axes:
        ways = [text.rsplit(", rate", 1)[0] for text in lines(ax)]
        assert ways == list(figures_squared.WAYS)
        for steps, accuracy in lines(ax).values():
            assert steps[-1] == 60
            assert accuracy[-1] > 0.6 > accuracy[0]


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
    assert ax.get_ylabel().startswith("val_loss")
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
