"""The examination changes nothing, and what `fit` would refuse becomes a finding."""

from __future__ import annotations

import itertools
import pickle
import time
from typing import Any

import numpy as np
import pytest

import minnet as mn


def trainer(**more: Any) -> mn.Trainer:
    layers = [mn.Linear(3, 8), mn.ReLU(), mn.Dropout(0.2), mn.Linear(8, 1), mn.Sigmoid()]
    return mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.Adam(0.01), seed=0, **more)


def data(rows: int = 60) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).normal(size=(rows, 3))
    return x, (x[:, 0] > 0).astype(int)


def state(made: mn.Trainer) -> bytes:
    optimizer = {name: vector.tolist() for name, vector in made.optimizer.state.items()}
    randoms = (made.order.bit_generator.state, made.network.random.bit_generator.state)
    modes = [layer.training for layer in made.network.layers]
    parts = (made.network.flat_values, made.network.flat_gradients, made.optimizer.steps, optimizer)
    return pickle.dumps((parts, randoms, modes, made.epochs, made.history.rows, made.stop))


@pytest.mark.parametrize("epochs_before", [0, 2])
@pytest.mark.parametrize("rate", [0.01, 1e-6])
def test_nothing_of_the_trainer_changes_bit_for_bit(epochs_before: int, rate: float) -> None:
    x, y = data()
    made = trainer(metrics=["accuracy"])
    made.optimizer.learning_rate = rate
    if epochs_before:
        made.fit(x, y, epochs_before, progress=False)
    before, given = state(made), (x.copy(), y.copy())
    mn.check_training(made, x, y, epochs=5, progress=False)
    assert state(made) == before
    np.testing.assert_array_equal(x, given[0])
    np.testing.assert_array_equal(y, given[1])


def test_the_training_after_an_examination_is_the_same() -> None:
    x, y = data()
    examined, other = trainer(), trainer()
    mn.check_training(examined, x, y, epochs=3, progress=False)
    losses = [made.fit(x, y, 3, progress=False)["loss"] for made in (examined, other)]
    assert losses[0] == losses[1]


def test_the_global_random_state_is_left_alone() -> None:
    x, y = data()
    np.random.seed(1)  # noqa: NPY002
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    mn.check_training(trainer(), x, y, epochs=3, progress=False)
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


def test_the_same_training_gives_the_same_report() -> None:
    x, y = data()
    made = mn.Trainer(
        [mn.Linear(3, 1), mn.Sigmoid()], mn.BinaryCrossEntropy(), mn.SGD(1e-5), seed=0
    )
    reports = [
        mn.check_training(made, x, y, epochs=5, seconds=60, progress=False) for _ in range(2)
    ]
    assert reports[0].to_dict() == reports[1].to_dict()


def test_evidence_says_by_how_much_it_helped() -> None:
    x, y = data(200)
    made = trainer()
    made.optimizer.learning_rate = 1e-6
    report = mn.check_training(made, x, y, epochs=20, seconds=60, progress=False)
    finding = report.findings[0]
    assert (finding.code, finding.severity) == ("learning-rate-too-low", "mistake")
    assert finding.place == "Adam(learning_rate=1e-06)"
    assert " -> accuracy " in finding.message
    made.optimizer = eval(finding.next_step, {"mn": mn})
    assert made.fit(x, y, 20, progress=False)["loss"][-1] < 0.5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda x, y: (np.where(x > 2, np.nan, x), y), "fit-refuses"),
        (lambda x, y: (x[:, :2], y), "fit-refuses"),
        (lambda x, y: (x[:, 0], y), "fit-refuses"),
        (lambda x, y: (x, y[:-1]), "labels-wrong-shape"),
        (lambda x, y: (x, np.eye(2)[y]), "labels-wrong-shape"),
        (lambda x, y: (x, 2 * y - 1), "labels-not-from-zero"),
    ],
)
def test_what_fit_refuses_is_a_mistake(change: Any, code: str) -> None:
    x, y = change(*data(200))
    report = mn.check_training(trainer(), x, y, progress=False)
    assert report.findings[0].code == code
    assert report.findings[0].severity == "mistake"
    assert "refuses" in report.summary


def test_layers_that_the_trainer_refuses_are_examined_as_parts() -> None:
    x, y = data()
    layers = [mn.Linear(3, 1), mn.Softmax()]
    parts: dict[str, Any] = {"loss": mn.BinaryCrossEntropy(), "optimizer": mn.SGD(0.1)}
    with pytest.raises(ValueError, match="Sigmoid"):
        mn.Trainer([mn.Linear(3, 1), mn.Softmax()], **parts)
    report = mn.check_training(layers, x, y, **parts, progress=False)
    assert report.findings[0].code == "softmax-over-one-unit"
    assert not report.ok
    mn.Network(layers)  # they belong to no network


def test_it_ends_about_in_time() -> None:
    x, y = data(3000)
    report = mn.check_training(trainer(), x, y, epochs=10**6, seconds=0.2, progress=False)
    assert report.ok


def test_of_many_rows_a_part_is_examined() -> None:
    x, y = data(20000)
    assert mn.check_training(trainer(), x, y, epochs=2, progress=False).ok


def test_trials_stop_when_the_time_of_the_wall_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is three seconds later: the first trial is made, and no second one."""
    from minnet.training_check import examination, trial

    ticks, trials = itertools.count(0, 3), []

    def counted(*arguments: Any) -> Any:
        trials.append(trial.run(*arguments))
        return trials[-1]

    monkeypatch.setattr(examination, "run", counted)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))
    made = trainer()
    made.optimizer.learning_rate = 1e-6
    report = mn.check_training(made, *data(), epochs=50, seconds=5.0, progress=False)
    assert len(trials) == 1
    assert trials[0].steps == 1
    assert not trials[0].complete
    assert report.ok


@pytest.mark.parametrize("seconds", [0, -1.0, float("nan"), "5", None])
def test_seconds_must_be_a_positive_number(seconds: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="check_training: seconds: expected"):
        mn.check_training(trainer(), *data(), seconds=seconds)


@pytest.mark.parametrize("given", [mn.Network([mn.Linear(3, 1)]), [mn.Linear(3, 1)], None, 3])
def test_something_else_than_a_trainer_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match=r"check_training: trainer: expected a Trainer, or layers"):
        mn.check_training(given, *data())


@pytest.mark.parametrize(
    ("x", "y", "name"),
    [("text", [0, 1], "x"), ([[1.0]], {"a": 1}, "y"), (None, [0], "x"), (3.0, [0], "x")],
)
def test_data_that_are_no_arrays_are_refused(x: Any, y: Any, name: str) -> None:
    with pytest.raises(TypeError, match=f"check_training: {name}: expected"):
        mn.check_training(trainer(), x, y)


def test_empty_data_and_wrong_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="check_training: x: expected data"):
        mn.check_training(trainer(), np.empty((0, 3)), np.empty(0))
    with pytest.raises(ValueError, match="check_training: epochs: expected"):
        mn.check_training(trainer(), *data(), epochs=0)
