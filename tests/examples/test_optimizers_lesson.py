"""The lesson on optimizers compares each at its own rate, and its sentences are its numbers."""

import re

import pytest

pytestmark = pytest.mark.slow  # the study at its full size

NAMES = ("SGD", "momentum", "Nesterov", "AdaGrad", "AdaDelta", "RMSProp", "Adam", "AdamW")
PICTURES = ("paths", "rates", "losses", "schedules")


@pytest.fixture(scope="module")
def runs(run_example):
    return [run_example("optimizers_valley"), run_example("optimizers")]


@pytest.fixture(scope="module")
def run(runs):
    """What both scripts printed, the valley first."""
    valley, network = runs
    return network._replace(
        text=valley.text + network.text, progress=valley.progress + network.progress
    )


@pytest.fixture(scope="module")
def tables(run):
    """Optimizer -> its rows in the tables: valley along the axes, valley turned, network."""
    rows = {name: re.findall(rf"^{name} +([\d.].*)$", run.text, re.MULTILINE) for name in NAMES}
    found = {n: [[float(cell) for cell in row.split()] for row in rows[n]] for n in NAMES}
    found["SGD"] = found["SGD"][:2] + found["SGD"][-1:]
    return found


def test_all_pictures_are_written_and_announced(runs, run):
    pictures = {name: size for part in runs for name, size in part.pictures().items()}
    assert set(pictures) == {f"optimizers_{name}.png" for name in PICTURES}
    for name, size in pictures.items():
        assert size > 10_000
        assert name in run.text


def test_it_shows_progress(run):
    for bar in ("valley turned", "optimizers", "schedules"):
        assert f"{bar}: 100%" in run.progress


def test_everyone_arrives_in_the_valley_along_the_axes(tables):
    for name in NAMES:
        _, mean, least, most, never = tables[name][0]
        assert never == 0
        assert 0 < least <= mean <= most <= 400


def test_turning_it_is_nothing_to_sgd_and_much_to_who_scales_each_coordinate(run, tables):
    slower = {name: tables[name][1][1] / tables[name][0][1] for name in NAMES}
    assert slower["SGD"] == pytest.approx(1, abs=0.05)
    assert slower["momentum"] == pytest.approx(1, abs=0.05)
    assert slower["AdaGrad"] > 2
    assert slower["RMSProp"] > 2
    low, high, worst = re.search(
        r"mean steps (\S+) to (\S+) times as many, most of all for (\w+)\.", run.text
    ).groups()
    assert worst == max(slower, key=slower.get)
    assert float(low) == pytest.approx(min(slower.values()), abs=0.06)
    assert float(high) == pytest.approx(slower[worst], abs=0.06)


def test_nesterov_is_faster_than_plain_descent(tables):
    for valley in (0, 1):
        assert tables["Nesterov"][valley][1] < 0.6 * tables["SGD"][valley][1]


def test_all_learn_at_their_own_rates_which_differ(run, tables):
    rates = [tables[name][2][0] for name in NAMES]
    for name in NAMES:
        _, loss, spread, accuracy, deviation = tables[name][2]
        assert loss < 0.06
        assert 0 < spread < 0.03
        assert accuracy > 0.95
        assert 0 < deviation < 0.03
    low, high = map(float, re.search(r"rates go from (\S+) to (\S+): a rate", run.text).groups())
    assert (low, high) == (min(rates), max(rates))
    assert high >= 30 * low


def test_on_test_data_the_choice_matters_less_than_the_split(run, tables):
    numbers = r"lie within (\S+) of each other; splits alone\s+differ by (\S+) \(sd\): (.*)\.\n"
    within, spread, verdict = re.search(numbers, run.text).groups()
    right = [tables[name][2][3] for name in NAMES]
    assert float(within) == pytest.approx(max(right) - min(right), abs=1e-3)
    assert verdict.endswith("less than one of them") == (float(within) < float(spread))


def test_one_rate_for_all_would_crown_another(run):
    found = re.findall(
        r"At (\S+) for all, (\w+) would look best \((\S+)\) and (\w+) worst", run.text
    )
    (_, first, _, worst), (_, second, _, _) = found
    assert first != second
    assert worst == "AdaDelta"


def test_a_schedule_is_worth_more_than_any_constant_rate(run):
    names = ("constant  ", "constant, a tenth", "step", "exponential", "linear")
    names += ("warm-up + cosine", "one-cycle")
    loss = {name.strip(): run.row(name + " ")[0] for name in names}
    best, constant, ahead, error, seeds, of = re.search(
        r"that of (.+); '(.+)' is the better.*?\n(\S+) higher \(standard error (\S+); "
        r"(\d+) of (\d+) seeds\)",
        run.text,
    ).groups()
    assert loss[best] == min(loss.values())
    assert constant == min(("constant", "constant, a tenth"), key=loss.get)
    assert float(ahead) == pytest.approx(loss[constant] - loss[best], abs=2e-4)
    assert float(ahead) > 2 * float(error)
    assert int(of) / 2 < int(seeds) <= int(of) == 10  # how many is a matter of the last bits
    worse = re.search(r"No better than that constant rate: (.*), whose", run.text)
    assert set(worse[1].split(", ") if worse else []) == {
        name for name in loss if not name.startswith("constant") and loss[name] >= loss[constant]
    }
