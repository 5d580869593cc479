"""Schedules against PyTorch's schedulers and by themselves.

`reference/make_schedules.py` shows how `reference/schedules.npz` was made.
"""

import copy
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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


@pytest.fixture(scope="module")
def reference():
    with np.load(Path(make_schedules.__file__).with_name("schedules.npz")) as file:
        return dict(file)


@pytest.mark.parametrize("name", sorted(OURS))
def test_rates_equal_pytorch(name, reference):
    ours = [OURS[name](step) for step in range(STEPS)]
    np.testing.assert_allclose(ours, reference[name], rtol=1e-11, atol=1e-16)
    assert all(type(rate) is float for rate in ours)


def test_every_case_of_the_reference_is_compared(reference):
    assert set(reference) == {*OURS, *make_schedules.PLATEAUS, "losses"}


@pytest.mark.parametrize("name", sorted(LAST))
def test_after_the_end_the_last_rate_stays(name):
    for step in (STEPS - 1, STEPS, STEPS + 1, 10 * STEPS, 10**9):
        assert OURS[name](step) == pytest.approx(LAST[name], abs=1e-17)


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_schedule_has_no_state(name):
    schedule = OURS[name]
    forwards = [schedule(step) for step in range(80)]
    assert [schedule(step) for step in reversed(range(80))] == forwards[::-1]
    for clone in (copy.deepcopy(schedule), pickle.loads(pickle.dumps(schedule))):
        assert [clone(step) for step in range(80)] == forwards
        assert repr(clone) == repr(schedule)
    assert schedule(np.int64(3)) == schedule(3.0) == forwards[3]


@given(st.integers(1, 200), st.floats(0, 0.99), st.integers(0, 400))
def test_one_cycle_stays_between_its_ends_for_every_length(steps, warm_up, step):
    schedule = schedules.OneCycle(1.0, steps, warm_up, rise=5, fall=10)
    assert 1 / 50 - 1e-15 <= schedule(step) <= 1
    assert schedule(steps - 1) == pytest.approx(1 / 50)


@given(st.integers(1, 50), st.integers(0, 100))
def test_warm_up_rises_evenly_and_then_follows(steps, step):
    inner = schedules.Exponential(0.4, 0.9)
    schedule = schedules.WarmUp(inner, steps)
    expected = 0.4 * (step + 1) / (steps + 1) if step < steps else inner(step - steps)
    assert schedule(step) == pytest.approx(expected, rel=1e-14)


def test_warm_up_takes_a_number_and_a_function():
    assert [schedules.WarmUp(0.4, 3)(step) for step in (0, 3, 9)] == pytest.approx([0.1, 0.4, 0.4])
    schedule = schedules.WarmUp(lambda step: 1 / (1 + step), 1)
    assert [schedule(step) for step in range(4)] == [0.5, 1, 0.5, 1 / 3]


def test_rising_polynomials_and_cosines_are_legal():
    for schedule in (schedules.Polynomial(0.1, 10, end=0.3), schedules.Cosine(0.1, 10, end=0.3)):
        rates = [schedule(step) for step in range(12)]
        assert rates == sorted(rates)
        assert rates[-1] == pytest.approx(0.3)


def test_the_options_are_shown():
    assert repr(schedules.Cosine(0.1, 50)) == "Cosine(start=0.1, steps=50, end=0.0)"
    assert "schedule=StepDecay(start=0.1" in repr(schedules.WarmUp(schedules.StepDecay(0.1, 5), 3))


MAKE = {
    "Constant": lambda **options: schedules.Constant(**{"start": 0.1, **options}),
    "StepDecay": lambda **options: schedules.StepDecay(**{"start": 0.1, "every": 3, **options}),
    "Exponential": lambda **o: schedules.Exponential(**{"start": 0.1, "factor": 0.5, **o}),
    "Polynomial": lambda **options: schedules.Polynomial(**{"start": 0.1, "steps": 3, **options}),
    "Cosine": lambda **options: schedules.Cosine(**{"start": 0.1, "steps": 3, **options}),
    "WarmUp": lambda **options: schedules.WarmUp(**{"schedule": 0.1, "steps": 3, **options}),
    "OneCycle": lambda **options: schedules.OneCycle(**{"peak": 0.1, "steps": 3, **options}),
}


RATES = [-0.1, math.nan, math.inf, "0.1", None, True]


WHOLE = [0, -1, 2.5, "3", None, True]


BAD = {
    "Constant": {"start": RATES},
    "StepDecay": {"start": RATES, "every": WHOLE, "factor": [*RATES, 1.1]},
    "Exponential": {"start": RATES, "factor": [*RATES, 1.1]},
    "Polynomial": {"start": RATES, "steps": WHOLE, "end": RATES, "power": [*RATES, 0]},
    "Cosine": {"start": RATES, "steps": WHOLE, "end": RATES},
    "WarmUp": {"schedule": RATES, "steps": WHOLE},
    "OneCycle": {
        **{"peak": RATES, "steps": WHOLE, "warm_up": [*RATES, 1.0]},
        **{"rise": [*RATES, 0.5], "fall": [*RATES, 0.5]},
    },
}


@pytest.mark.parametrize(
    ("kind", "option", "value"),
    [(kind, o, value) for kind in BAD for o, values in BAD[kind].items() for value in values],
)
def test_bad_options(kind, option, value):
    with pytest.raises((TypeError, ValueError)) as info:
        MAKE[kind](**{option: value})
    assert str(info.value).startswith(f"{kind}: {option}: expected a ")
    assert f"got {value!r}" in str(info.value)


@pytest.mark.parametrize("kind", sorted(MAKE))
@pytest.mark.parametrize("step", [-1, 0.5, "1", None, True, math.nan])
def test_bad_steps(kind, step):
    with pytest.raises(
        (TypeError, ValueError), match=f"{kind}: step: expected a whole number >= 0"
    ):
        MAKE[kind]()(step)


def test_a_warm_up_before_something_else():
    with pytest.raises(
        TypeError, match=r"WarmUp: schedule: .*class Cosine.*Create an object: Cosine"
    ):
        schedules.WarmUp(schedules.Cosine, 3)
    with pytest.raises(ValueError, match=r"WarmUp: <lambda> at step 0: learning_rate: .*got -1"):
        schedules.WarmUp(lambda step: -1.0, 3)
    with pytest.raises(NotImplementedError, match=r"Schedule: write rate\(self, step\)"):
        schedules.Schedule()(0)


@pytest.mark.parametrize("schedule", [lambda: 0.1, lambda epoch, rate: rate, lambda *, step: 0.1])
def test_a_schedule_with_other_arguments_is_refused(schedule):
    for make in (mn.SGD, lambda rate: schedules.WarmUp(rate, 3)):
        with pytest.raises(TypeError, match=r"expected a schedule that is called with the number"):
            make(schedule)


@pytest.mark.parametrize(
    ("rate", "kind", "message"),
    [
        (None, TypeError, "Is a return missing"),
        ("0.1", TypeError, "expected a finite number >= 0"),
        ([0.1], TypeError, "expected a finite number >= 0"),
        (True, TypeError, "expected a finite number >= 0"),
        (0.1j, TypeError, "expected a finite number >= 0"),
        (-0.1, ValueError, "expected a finite number >= 0"),
        (float("nan"), ValueError, "expected a finite number >= 0"),
    ],
)
def test_a_schedule_that_returns_no_rate_is_refused(rate, kind, message):
    with pytest.raises(kind, match=f"SGD: <lambda> at step 0: learning_rate: .*{message}"):
        mn.SGD(lambda step: rate)
    optimizer = mn.SGD(lambda step: 0.1 if step < 2 else rate)
    for _ in range(2):
        optimizer.step(np.ones(2), np.ones(2))
    w = np.ones(2)
    with pytest.raises(kind, match=f"SGD: <lambda> at step 2: learning_rate: .*{message}"):
        optimizer.step(w, np.ones(2))
    assert w.tolist() == [1.0, 1.0]
    assert optimizer.steps == 2
