"""Points, arguments, drawn inputs, and the checks outside of a grading."""

import numpy as np
import pytest

import minnet as mn
from minnet.coursework import Assignment, AssignmentError, Task, check


class Dense(mn.Layer):
    def __init__(self, inputs, outputs):
        self.W = mn.Parameter(np.ones((inputs, outputs)))
        self.b = mn.Parameter(np.zeros(outputs))

    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.b.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = -grad.sum(axis=0)
        return grad @ self.W.value.T


NAMES = {"W": "weight", "b": "bias"}
TASK = Task("Dense", like=mn.Linear, arguments=(4, 7), input=(5, 4), parameters=NAMES, points=10)


def test_points_are_shared_by_the_parts():
    parts = {"forward": 3, "contract": 0}
    task = Task(
        "Dense",
        like=mn.Linear,
        arguments=(4, 7),
        input=(5, 4),
        parameters=NAMES,
        points=12,
        parts=parts,
    )
    assert list(task.part_points().values()) == [6, 2, 2, 2, 0]
    assert list(task.part_points()) == [
        "forward", "input gradient", "W gradient", "b gradient", "contract",
    ]  # fmt: skip


def test_a_pair_of_arguments_is_for_two_constructors():
    task = Task(
        "D", like=mn.Linear, arguments=((7, 4), {"in_features": 4, "out_features": 7}), input=(5, 4)
    )
    assert task.student_arguments() == (7, 4)
    assert task.reference().forward([np.ones((5, 4))], True).shape == (5, 7)


@pytest.mark.parametrize("target", ["labels", "one-hot", "binary", "real"])
def test_targets_fit_their_predictions(target):
    task = Task("L", like=mn.CategoricalCrossEntropy, prediction=(6, 3), target=target)
    p, y = task.draw(np.random.default_rng(0))
    assert y.shape == ((6,) if target == "labels" else (6, 3))
    if target in ("labels", "one-hot"):
        np.testing.assert_allclose(p.sum(axis=1), 1)
    if target != "real":
        assert ((p > 0) & (p < 1)).all()


def test_functions_draw_inputs_and_targets():
    task = Task(
        "L",
        like=mn.MeanSquaredError,
        prediction=lambda r: r.normal(size=(2, 3)),
        target=lambda r, p: 2 * p,
    )
    p, y = task.draw(np.random.default_rng(0))
    np.testing.assert_array_equal(y, 2 * p)


def test_check_names_the_parts_that_are_wrong():
    check(mn.Tanh, like=mn.Tanh, input=(5, 3))
    with pytest.raises(AssertionError, match=r"b gradient: .* \[wrong-numbers\]"):
        check(Dense, like=mn.Linear, arguments=(4, 7), input=(5, 4), parameters=NAMES)


def test_trying_out_shows_the_parts_with_or_without_marks(capsys):
    assignment = Assignment("Layers", [TASK])
    assignment.try_out(Dense)
    shown = capsys.readouterr().out
    assert "2 / 2" in shown
    assert "wrong-numbers" in shown
    assignment.try_out(Dense, marks=False)
    assert "2 / 2" not in capsys.readouterr().out
    with pytest.raises(AssignmentError, match="try_out: expected one of Dense"):
        assignment.try_out(mn.ReLU)


def test_an_assignment_has_tasks():
    with pytest.raises(AssignmentError, match="expected a list of Task"):
        Assignment("Nothing", [])
