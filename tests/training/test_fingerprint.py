"""What a checkpoint compares: everything that decides the numbers, and nothing else."""

import functools
import re

import numpy as np
import pytest

import minnet as mn
from minnet.training.fingerprint import comparable, difference

X, Y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2


class Own(mn.Loss):
    def __init__(self, k, shift=0.0):
        self._k, self.shift, self.calls = k, shift, 0

    def forward(self, prediction, target):
        self.calls += 1
        self.d = prediction - target
        return float(self._k * (self.d**2).mean())

    def backward(self):
        return 2 * self._k * self.d / self.d.size


class Own2(mn.L2):
    """A custom penalty."""


def regression(*inner, loss=mn.MeanSquaredError, rate=0.01, **options):
    layers = [mn.Linear(3, 4), *inner, mn.Linear(4, 1)]
    return mn.Trainer(layers, loss(), mn.SGD(rate), seed=0, **options)


def classes(**settings):
    loss = mn.CategoricalCrossEntropy(**settings)
    return mn.Trainer([mn.Linear(3, 2), mn.Softmax()], loss, mn.SGD(0.01), seed=0)


def absolute(power):
    return lambda prediction, target: float((np.abs(prediction - target) ** power).mean())


PAIRS = {
    "layer": (lambda: regression(mn.Tanh()), lambda: regression(mn.ReLU())),
    "slope": (lambda: regression(mn.LeakyReLU(0.01)), lambda: regression(mn.LeakyReLU(0.5))),
    "momentum": (
        lambda: regression(mn.BatchNorm(4, 0.1)),
        lambda: regression(mn.BatchNorm(4, 0.9)),
    ),
    "class_weight": (lambda: classes(class_weight=[1, 2]), classes),
    "ignore_label": (lambda: classes(ignore_label=1), classes),
    "own loss": (lambda: regression(loss=lambda: Own(1)), lambda: regression(loss=lambda: Own(2))),
    "own penalty": (
        lambda: regression(penalty=Own2(0.1)),
        lambda: regression(penalty=Own2(0.2)),
    ),
    "schedule's constant": (
        lambda: regression(rate=lambda step: 0.1),
        lambda: regression(rate=lambda step: 5.0),
    ),
    "schedule's operation": (
        lambda: regression(rate=lambda step: 0.1 + 0.1 * step),
        lambda: regression(rate=lambda step: 0.1 - 0.1 * step),
    ),
    "partial": (
        lambda: regression(rate=functools.partial(max, 0.1)),
        lambda: regression(rate=functools.partial(max, 0.2)),
    ),
    "metric's variable": (
        lambda: regression(metrics=[absolute(1)]),
        lambda: regression(metrics=[absolute(2)]),
    ),
}


@pytest.mark.parametrize("case", PAIRS)
def test_another_part_is_refused_by_name_and_the_same_is_taken(case, tmp_path):
    before, after = PAIRS[case]
    trainer = before()
    trainer.step(X, Y)
    trainer.save_checkpoint(tmp_path / "t")
    before().load_checkpoint(tmp_path / "t")
    with pytest.raises(
        mn.CheckpointError,
        match=r"(its|checkpoint has) (network|loss|penalty|schedule|metr)",
    ):
        after().load_checkpoint(tmp_path / "t")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            lambda: classes(class_weight=[1, 2]),
            lambda: classes(class_weight=[1, 3]),
            "has loss.class_weight = an array, this trainer has another one.",
        ),
        (
            lambda: classes(class_weight=[1, 2]),
            classes,
            "has loss.class_weight = an array, this trainer has None.",
        ),
        (
            lambda: regression(rate=lambda step: 0.1 + step),
            lambda: regression(rate=lambda step: 0.1 - step),
            "has schedule = a function, this trainer has another one.",
        ),
        (
            lambda: regression(rate=lambda step: 0.1 + step),
            regression,
            "has schedule = a function, this trainer has None.",
        ),
    ],
)
def test_what_has_no_short_text_is_called_by_its_kind(before, after, says, tmp_path):
    before().save_checkpoint(tmp_path / "t")
    with pytest.raises(mn.CheckpointError, match=re.escape(says)):
        after().load_checkpoint(tmp_path / "t")


def test_what_a_forward_assigns_is_no_setting(tmp_path):
    trainer = regression(loss=lambda: Own(1))
    trainer.fit(X, Y, 2, progress=False)
    assert trainer.loss.calls > 0
    trainer.save_checkpoint(tmp_path / "t")
    regression(loss=lambda: Own(1)).load_checkpoint(tmp_path / "t")


def test_names_and_lines_of_a_function_do_not_count():
    one = lambda step: 0.1 * step  # noqa: E731

    def other(step):
        """With a docstring would be other constants; without one it is the same."""
        return 0.2 * step

    assert difference(comparable(one), comparable(one), "schedule") is None
    assert "schedule" in difference(comparable(one), comparable(other), "schedule")


def test_code_of_another_python_is_not_compared():
    there = comparable(lambda step: 0.1)
    here = comparable(lambda step: 0.2)
    key = next(name for name in there if name.startswith("code"))
    there["code of Python 3.99"] = there.pop(key)
    assert difference(there, here, "schedule") is None


def test_values_of_every_kind():
    nan = float("nan")
    values = [nan, np.float32(0.5), np.zeros((2, 0)), np.array(1.0), {"a": (1, None)}, {1}, np.tanh]
    for value in values:
        assert difference(comparable(value), comparable(value), "x") is None
    holds_itself = []
    holds_itself.append(holds_itself)
    comparable(holds_itself)
