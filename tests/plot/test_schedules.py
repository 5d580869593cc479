"""The picture of learning-rate schedules."""

import matplotlib.pyplot as plt
import pytest
from reference import make_schedules

import minnet as mn
from minnet.optimizers import schedules

RATE, STEPS = make_schedules.RATE, make_schedules.STEPS


OURS = {
    "constant": schedules.Constant(RATE),
    "step": schedules.StepDecay(RATE, every=7, factor=0.4),
    "exponential": schedules.Exponential(RATE, factor=0.93),
    "polynomial": schedules.Polynomial(RATE, steps=40),
    "polynomial_power": schedules.Polynomial(RATE, steps=59, power=2.5),
    "cosine": schedules.Cosine(RATE, steps=59),
    "cosine_end": schedules.Cosine(RATE, steps=59, end=0.02),
    "warm_up": schedules.WarmUp(schedules.Cosine(RATE, steps=49), steps=10),
    "one_cycle": schedules.OneCycle(RATE, steps=STEPS),
    "one_cycle_options": schedules.OneCycle(RATE, STEPS, warm_up=0.55, rise=10, fall=50),
}


LAST = {"cosine": 0, "cosine_end": 0.02, "polynomial": 0, "warm_up": 0, "constant": RATE}


LAST.update(one_cycle=RATE / 25 / 1e4, one_cycle_options=RATE / 500, polynomial_power=0)


class Halving(schedules.Schedule):
    def rate(self, step):
        return 0.5 ** (step + 1)


def bad_after(count, value):
    def schedule(step):
        return 0.1 if step < count else value

    return schedule


@pytest.fixture
def _closed():
    yield
    plt.close("all")


@pytest.mark.usefixtures("_closed")
def test_the_picture_shows_the_rates():
    ax = mn.plot.schedule(OURS["one_cycle"], 80)
    assert list(ax.lines[0].get_xdata()) == list(range(80))
    assert list(ax.lines[0].get_ydata()) == [OURS["one_cycle"](step) for step in range(80)]
    assert (ax.get_title(), ax.get_xlabel()) == (
        "Learning rate: OneCycle",
        "step (one update each)",
    )
    assert ax.get_ylabel() == "learning rate"
    assert mn.plot.schedule(Halving(), 3, ax=ax) is ax


@pytest.mark.usefixtures("_closed")
def test_several_schedules_in_one_picture():
    ax = mn.plot.schedule(OURS, 60)
    assert [line.get_label() for line in ax.lines] == list(OURS)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(OURS)


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize(
    ("schedule", "steps", "match"),
    [
        (0.1, 10, r"schedule: expected a schedule, got 0.1 .*Give an object such as"),
        (schedules.Cosine, 10, r"schedule: expected a schedule, got .*Give an object such as"),
        ({}, 10, r"schedule: expected at least one"),
        (Halving(), 0, r"steps: expected a whole number >= 1, got 0"),
        (bad_after(3, -1.0), 10, r"schedule at step 3: learning_rate.*got -1.0"),
    ],
)
def test_pictures_of_nothing(schedule, steps, match):
    with pytest.raises((TypeError, ValueError), match=rf"mn.plot.schedule: {match}"):
        mn.plot.schedule(schedule, steps)
    assert not plt.get_fignums()
