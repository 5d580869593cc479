"""check_optimizer: mistakes that are made in optimizers, and optimizers without one."""

import numpy as np
import pytest

import minnet as mn


def codes(report):
    return [mistake.code for mistake in report.mistakes]


@pytest.mark.parametrize(
    "cls",
    [mn.SGD, mn.Adam, mn.AdamW, mn.RMSProp, lambda: mn.SGD(0.1, momentum=0.9, nesterov=True)],
)
def test_the_optimizers_of_the_package_are_right(cls):
    report = mn.check_optimizer(cls, like=cls)
    assert report.ok, report
    assert [check.name for check in report.checks] == ["in place", "descent", "memory", "like"]


class OwnAdam(mn.Optimizer):
    def __init__(self, corrected=True):
        self.learning_rate, self.corrected, self.n = 0.01, corrected, 0

    def step(self, values, grads):
        if self.n == 0:
            self.m, self.v = np.zeros_like(values), np.zeros_like(values)
        self.n += 1
        self.m += 0.1 * (grads - self.m)
        self.v += 0.001 * (grads**2 - self.v)
        m, v = self.m, self.v
        if self.corrected:
            m, v = m / (1 - 0.9**self.n), v / (1 - 0.999**self.n)
        values -= self.learning_rate * m / (np.sqrt(v) + 1e-8)


def test_another_optimizer_is_compared_step_by_step():
    assert mn.check_optimizer(OwnAdam, like=mn.Adam).ok
    assert mn.check_optimizer(OwnAdam(), like=mn.Adam(0.01)).ok
    report = mn.check_optimizer(lambda: OwnAdam(corrected=False), like=mn.Adam)
    assert codes(report) == ["optimizer-differs"]
    assert "step 1 is not that of Adam. In steps 1, 2 and 10 yours are 3.162" in str(
        report.mistakes[0].message
    )
    twice = mn.check_optimizer(lambda: mn.SGD(0.2), like=mn.SGD(0.1))
    assert "2, 2, 2 times its steps. The factor is constant" in twice.mistakes[0].message
    later = mn.check_optimizer(lambda: mn.SGD(0.1, momentum=0.5), like=mn.SGD(0.1))
    assert "The first step is right" in later.mistakes[0].message


class NewArray:
    def step(self, values, grads):
        values = values - 0.1 * grads


class NewArrayInFramework(mn.Optimizer):
    def step(self, values, grads):
        values = values - 0.1 * grads


class ScalesGradients:
    def step(self, values, grads):
        grads *= 0.1
        values -= grads


class Uphill:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def step(self, values, grads):
        values += self.learning_rate * grads


class TooLarge:
    def step(self, values, grads):
        self.n = getattr(self, "n", 0) + 1
        values -= 0.5 * self.n * grads


class OfTheClass:
    memory = {}  # noqa: RUF012 - the mistake

    def step(self, values, grads):
        before = self.memory.get("v", 0.0)
        before = before if np.shape(before) == values.shape else 0.0
        self.memory["v"] = 0.9 * before + grads
        values -= 0.01 * self.memory["v"]


class KeepsTheArray:
    def step(self, values, grads):
        before = getattr(self, "last", grads)
        self.last = grads
        values -= 0.01 * (grads + 0.5 * before)


class Raises:
    def step(self, values, grads):
        values -= grads[:, 0]


@pytest.mark.parametrize(
    ("cls", "code", "words"),
    [
        (NewArray, "optimizer-changes-nothing", "makes a new array"),
        (NewArrayInFramework, "optimizer-changes-nothing", "in place"),
        (ScalesGradients, "optimizer-changes-gradients", "writes into `grads`"),
        (Uphill, "optimizer-goes-uphill", "look at the sign"),
        (TooLarge, "optimizer-goes-uphill", "the steps become too large"),
        (OfTheClass, "optimizer-shares-memory", "the memory is the class's"),
        (KeepsTheArray, "optimizer-shares-memory", "the array `grads` itself"),
        (Raises, "raises", "IndexError"),
    ],
)
def test_a_mistake_is_named_with_its_line(cls, code, words):
    (mistake,) = mn.check_optimizer(cls).mistakes
    assert mistake.code == code
    assert words in mistake.message
    assert mistake.place.startswith("test_check_optimizer.py, line ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((3,), "optimizer_or_factory: expected"), ((mn.SGD, 5), "like: expected")],
)
def test_what_is_no_optimizer_is_refused(arguments, words):
    source, *like = arguments
    with pytest.raises(TypeError, match=words):
        mn.check_optimizer(source, like=like[0] if like else None)
