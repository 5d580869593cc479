"""Every number that README and gallery say about the runs is the one that the runs give."""

import math
import re

import numpy as np
import pytest
from figure_checks import EXAMPLES, headline, neuron, squared

import minnet as mn

study = headline.study
ROOT = EXAMPLES.parent
TEXTS = {
    name: " ".join(path.read_text(encoding="utf-8").split())
    for name, path in (("README", ROOT / "README.md"), ("gallery", EXAMPLES / "README.md"))
}
TUMOURS, TUMOURS_5, IRIS, IRIS_5 = study.FOUR


@pytest.fixture(scope="module")
def results():
    return study.read(headline.RUNS)


@pytest.fixture(scope="module")
def pair(results):
    """`pair(situation, one_rate)`: the steps of both losses."""

    def both(situation, rate=None):
        return [headline.steps_of(results, situation, loss, rate) for loss in study.LOSSES]

    return both


def medians(both, between):
    """The medians as they are written; a median of "never" is more than all steps."""
    return between.join(
        f"{np.median(steps):g}".replace("inf", f"more than {study.STEPS}") for steps in both
    )


def ahead(both):
    return int((both[0] < both[1]).sum()), int((both[0] > both[1]).sum())


def test_there_are_100_paired_seeds_for_everything_reported(results):
    reported = [steps for cell, steps in results.items() if cell.group == "reported"]
    assert {len(steps) for steps in reported} == {100}
    assert {len(s) for cell, s in results.items() if cell.group == "tuning"} == {20}
    assert not set(study.TUNING_SEEDS) & set(range(study.SEEDS))


def test_the_headline(pair):
    one, own = study.ONE_RATE, None
    text = TEXTS["gallery"]
    assert f"first in {ahead(pair(TUMOURS, one))[0]} of 100 runs on tumours" in text
    assert f"(median {medians(pair(TUMOURS, one), ' steps against ')})" in text
    assert f"and in {ahead(pair(IRIS, one))[0]} on iris" in text
    assert f"({medians(pair(IRIS, one), ' against ')})" in text
    never = [int(np.isinf(pair(s, one)[1]).sum()) for s in (TUMOURS_5, IRIS_5)]
    assert f"{never[0]} and {never[1]} runs never learn under squared error" in text
    near = [medians(pair(s, own), " against ") for s in (TUMOURS, IRIS, TUMOURS_5, IRIS_5)]
    assert f"{near[0].replace(' against', ' against')} steps and {near[1]};" in text
    first, second = ahead(pair(TUMOURS_5))
    assert f"it is {near[2]} (first in {first} runs to {second})" in text
    first, second = ahead(pair(IRIS_5))
    assert f"and {near[3]} ({first} to {second}, which is not significant)" in text
    assert study.sign_test(first, second) > 0.05
    assert study.sign_test(*ahead(pair(TUMOURS_5))) < 0.001


def test_the_first_page(pair, results):
    text = TEXTS["gallery"]
    sweep = study.Situation("tumours", "output", 15), study.Situation("iris", "output", 15)
    one = [medians(pair(s, study.ONE_RATE), " / ") for s in (TUMOURS, IRIS)]
    own = [medians(pair(s), " / ") for s in (TUMOURS, IRIS, *sweep)]
    for page in TEXTS.values():
        assert f"tumours {one[0]} at one rate and {own[0]} at own best rates" in page
        assert f"iris {one[1]} and {own[1]}." in page
    never = own[3].replace(f"more than {study.STEPS}", "never")
    assert f"tumours {own[2]}, iris {never}." in text
    factors = []
    for situation in (TUMOURS, IRIS):
        cross_entropy, other = (study.best_rate(results, situation, x) for x in study.LOSSES)
        factors.append(f"{other / cross_entropy:.1f}")
    assert f"The best rates differ by factors of {factors[0]} and {factors[1]}" in text
    assert f"{factors[0]} times as large on tumours and {factors[1]} times" in TEXTS["gallery"]


def test_the_saturation_sweep(pair):
    text, iris, tumours = TEXTS["gallery"], {1: IRIS}, {1: TUMOURS}
    for factor in study.OUTPUT_FACTORS:
        iris[factor] = study.Situation("iris", "output", factor)
        tumours[factor] = study.Situation("tumours", "output", factor)
    ends = [[float(np.median(steps)) for steps in pair(iris[k])] for k in iris]
    assert f"({ends[0][0]:g} steps at 1, {ends[-1][0]:g} at 30)" in text
    assert max(e[0] for e in ends) <= ends[0][0], "flat"
    assert f"climbs from {ends[0][1]:g} to more than 200" in text
    assert ends[-1][1] == math.inf
    first, second = ahead(pair(iris[15]))
    assert f"(times 15: cross-entropy is first in {first} runs to {second})" in text
    ends = [[float(np.median(steps)) for steps in pair(tumours[k])] for k in (1, 30)]
    climbs = [f"from {ends[0][k]:g} to {ends[1][k]:g}" for k in (0, 1)]
    assert f"both climb, {climbs[0]} and {climbs[1]}" in text
    first, second = ahead(pair(tumours[30]))
    assert f"significant only at 30 ({first} to {second})" in text
    for factor in (2, 5, 10, 15):
        assert study.sign_test(*ahead(pair(tumours[factor]))) > 0.05


def test_updates_of_equal_length(pair):
    cut = [pair(s._replace(method="direction")) for s in study.FOUR]
    listed = ", ".join(medians(both, " and ") for both in cut)
    assert f"The medians are then {listed} steps" in TEXTS["gallery"]
    first, second = ahead(cut[3])
    assert f"keeps a lead ({first} to {second})" in TEXTS["gallery"]
    assert [study.sign_test(*ahead(both)) < 0.05 for both in cut] == [False, False, False, True]


def test_the_short_script_uses_the_rates_of_the_study(results):
    text = (EXAMPLES / "learning_speed.py").read_text(encoding="utf-8")
    for situation in study.FOUR:
        rates = tuple(study.best_rate(results, situation, loss) for loss in study.LOSSES)
        assert f'("{situation.task}", {situation.factor}): {rates}' in text


@pytest.mark.parametrize("start", ["single_neuron", "single_neuron_saturated"])
def test_the_widget_of_the_book(start):
    """1/(1 - a), which is dL/da, in the place of dL/dz = a: 300 epochs at rate 0.005."""
    z = sum(neuron.STARTS[start])
    for _ in range(300):
        z -= 2 * 0.005 * (1 + math.exp(z))  # 1 / (1 - a), once for w and once for b
    wrong = 1 / (1 + math.exp(-z))
    run = neuron.train_neuron(mn.BinaryCrossEntropy(), *neuron.STARTS[start], 300, rate=0.005)
    assert f"at {run['output'][-1]:.3f} instead of {wrong:.2f} (" in TEXTS["gallery"]


def test_a_goal_is_reached_and_kept():
    steps = [0, 1, 2, 3, 4, 5]
    assert study.first_kept(steps, [0, 1, 1, 0.9, 0.96, 0.99]) == math.inf
    assert study.first_kept(steps, [0, 1, 0.9, 0.95, 0.95, 0.95]) == 3
    assert study.first_kept(steps, [0.96, 1, 1, 0.9, 0.9, 0.9]) == 0


def test_the_statistics_are_those_of_the_textbooks():
    stats = pytest.importorskip("scipy.stats")
    for first, second in ((37, 12), (54, 39), (0, 0), (5, 5)):
        wanted = stats.binomtest(first, first + second).pvalue if first + second else 1.0
        assert study.sign_test(first, second) == pytest.approx(wanted)
    steps = np.arange(1.0, 101)
    assert study.interval_of_ratio(steps, 2 * steps) == (2, 2)
    low, high = study.interval_of_ratio(steps, np.where(steps > 40, math.inf, steps))
    assert low <= high == math.inf


def test_a_sample_of_the_table_is_measured_again(results):
    """Three seeds of both losses; another processor may round a step differently."""
    same = []
    for situation in (TUMOURS, IRIS._replace(method="direction")):
        for loss in study.LOSSES:
            rate = study.best_rate(results, situation, loss)
            found = dict(study.run(situation, loss, [rate], range(3), "reported"))
            for cell, steps in found.items():
                same += (steps == results[cell][:3]).tolist()
    assert np.mean(same) > 0.8


@pytest.mark.slow
def test_curvature(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES / "studies"))
    import curvature

    found = curvature.measure(curvature.SEEDS)
    ratios = [
        np.median(found[task, 1, "cross-entropy"] / found[task, 1, "squared error"])
        for task in ("tumours", "iris")
    ]
    said = re.search(r"the loss before training differs by (\S+) and (\S+) \(", TEXTS["gallery"])
    assert [float(x) for x in said.groups()] == pytest.approx(ratios, abs=0.051)


@pytest.mark.slow
def test_regression_and_raw_scores():
    text = TEXTS["gallery"]
    curves, _, _ = squared.regression_curves(squared.FULL)
    linear, sigmoid, inner, cross = (curves[way][:, -1].mean() for way in squared.OUTPUTS)
    assert (
        f"a linear output is at {linear:.3f}, a sigmoid under squared error at {sigmoid:.3f}"
        in text
    )
    assert f"the sigmoid to {cross:.3f} and targets between 0.1 and 0.9 to {inner:.3f}," in text
    curves, _ = squared.penguin_curves(1.0, squared.FULL)
    cross, softmax, raw = (f"{100 * ends[:, -1].mean():.4g} %" for ends in curves.values())
    assert f"it ends at {raw}, the two others at {cross} and {softmax};" in text
    curves, _ = squared.penguin_curves(5.0, squared.FULL)
    softmax, raw = list(curves.values())[1:]
    lead = raw[:, -1] - softmax[:, -1]
    error = lead.std(ddof=1) / math.sqrt(len(lead))
    assert f"({100 * lead.mean():+.1f} ± {100 * error:.1f} points" in text
    assert f"better in {(lead > 0).sum()} seeds and worse in {(lead < 0).sum()})" in text
