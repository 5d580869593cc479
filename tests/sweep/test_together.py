"""Which runs are trained together, in how many stacks, and what is said about the others."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from stacked_runs import data, same_either_way, train, trainer
from sweep_runs import deadly, numbers, quiet, spawned
from sweep_runs import make_trainer as in_other_processes

import minnet as mn
from minnet.sweep import together
from minnet.sweep.stack import kinds


def make(seed=0, hidden=4, layer=mn.Tanh, rate=0.5, optimizer=None):
    layers = [mn.Linear(3, hidden), layer(), mn.Linear(hidden, 3), mn.Softmax()]
    return trainer(layers, mn.CategoricalCrossEntropy(), optimizer or mn.SGD(rate), seed)


class Twice(mn.Layer):
    """A student's layer."""

    def forward(self, x):
        return 2 * x

    def backward(self, grad):
        return 2 * grad


def test_each_kind_is_a_stack_of_its_own():
    grid = {"seed": range(3), "hidden": [4, 5], "layer": [mn.Tanh, mn.ReLU]}
    runs = same_either_way(make, grid, data())
    assert [run.stacked for run in runs] == [3] * 12


def test_a_students_layer_is_trained_alone_and_the_others_are_not():
    grid = {"seed": range(3), "layer": [Twice, mn.Tanh]}
    runs = same_either_way(make, grid, data(), stacked=False)
    assert [run.stacked for run in runs] == [1, 3] * 3
    assert runs.why_not_stacked == (
        "3 of 6 runs were trained one by one: Twice() is not known to stack (3)."
    )


def test_a_single_run_and_stack_false():
    assert "no other run" in quiet({"seed": [0]}).why_not_stacked
    assert quiet({"seed": [0, 1]}, stack=False).why_not_stacked.endswith("stack=False (2).")


def test_large_products_are_trained_one_by_one(monkeypatch):
    monkeypatch.setattr(kinds, "LARGEST_STEP", 10)
    assert "so large" in quiet({"seed": [0, 1]}).why_not_stacked


def test_large_grids_are_cut_into_stacks(monkeypatch):
    monkeypatch.setattr(kinds, "MOST_RUNS", 3)
    runs = same_either_way(make, {"seed": range(8)}, data())
    assert [run.stacked for run in runs] == [3, 3, 3, 3, 3, 3, 2, 2]


def test_only_so_many_runs_are_in_flight(monkeypatch):
    monkeypatch.setattr(together, "MOST_IN_FLIGHT", 4)
    runs = same_either_way(make, {"seed": range(3), "hidden": [4, 5, 6]}, data(), stacked=False)
    assert max(run.stacked for run in runs) == 2


def test_an_optimizer_that_runs_share_is_refused_as_one_by_one():
    shared = mn.SGD(0.1)

    def sharing(seed):
        return make(seed, optimizer=shared)

    with pytest.warns(RuntimeWarning, match="expected a new optimizer"):
        runs = quiet({"seed": range(3)}, data(), make=sharing)
    assert len(runs.finished) == 1


@pytest.mark.parametrize("pool", [lambda: spawned(2), lambda: ThreadPoolExecutor(2)])
def test_processes_and_threads_train_stacks(pool):
    with pool() as executor:
        runs = quiet({"seed": range(5)}, executor=executor)
    assert [run.stacked for run in runs] == [3, 3, 3, 2, 2]
    one_by_one = quiet({"seed": range(5)}, make=in_other_processes, stack=False)
    assert [numbers(r.history) for r in runs] == [numbers(r.history) for r in one_by_one]


def test_a_killed_process_costs_only_its_own_run():
    with spawned(1) as pool, pytest.warns(RuntimeWarning, match="1 of 4 runs failed"):
        runs = quiet({"seed": range(4)}, make=deadly, executor=pool)
    assert [run.settings["seed"] for run in runs.failed] == [1]


@pytest.mark.parametrize("value", [1, "yes", None])
def test_stack_is_a_bool(value):
    with pytest.raises(TypeError, match="sweep: stack: expected True or False"):
        train(make, {"seed": [0]}, data(), value)


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([0, 1.5], "measure_at"),
        ([-1], "measure_at"),
        ([2, 1], "expected rising steps"),
        ([1, 1], "expected rising steps"),
        ([4], "expected steps up to the last one, 3"),
        (5, "expected a list of steps"),
        ("ab", "measure_at"),
    ],
)
def test_measure_at_is_checked_before_any_run(steps, says):
    made = []

    def never(seed):
        made.append(seed)

    with pytest.raises((TypeError, ValueError), match=says):
        quiet({"seed": [0]}, epochs=1, make=never, validation_data=data(), measure_at=steps)
    assert made == []


def test_measuring_needs_validation_data():
    with pytest.raises(ValueError, match="sweep: measure_at: expected validation_data"):
        quiet({"seed": [0]}, measure_at=[0])


def test_tied_weights_are_trained_one_by_one():
    x, y = mn.datasets.iris()

    def make(seed):
        one, two = mn.Linear(4, 4), mn.Linear(4, 4)
        two.weight = one.weight
        layers = [one, mn.Tanh(), two, mn.Tanh(), mn.Linear(4, 3), mn.Softmax()]
        return mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=seed)

    runs, alone = (
        mn.sweep(make, {"seed": [0, 1]}, (x / 8, y), epochs=2, progress=False, stack=stack)
        for stack in (True, False)
    )
    assert "share a Parameter" in runs.why_not_stacked
    for run, other in zip(runs, alone, strict=True):
        assert run.history["loss"] == other.history["loss"]
