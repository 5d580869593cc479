"""The base class of all optimizers: what it does for built-in and custom ones."""

import copy

import numpy as np
import pytest

import minnet as mn
from minnet.optimizers import AdaGrad, RMSProp

OURS = {"sgd": lambda: mn.SGD(0.05), "adam": lambda: mn.Adam()}
OURS["sgd_momentum"] = lambda: mn.SGD(0.02, momentum=0.9)


def test_a_custom_optimizer_needs_no_super():
    class Heavy(mn.Optimizer):
        memory = ("total",)

        def __init__(self, rate):
            self.learning_rate = rate

        def update(self, w, g, scratch, total):
            total += self.decayed(w, g, scratch[0])
            w -= np.multiply(total, self.learning_rate, out=scratch[1])

    first, second = Heavy(0.5), Heavy(0.5)
    w = np.zeros(2)
    for _ in range(2):
        first.step(w, np.ones(2))
    assert w.tolist() == [-1.5, -1.5]
    assert second.state == {}
    assert (first.steps, second.steps, first.last_rate, second.last_rate) == (2, 0, 0.5, None)

    class Silent(mn.Optimizer):
        def __init__(self):
            pass

    assert Silent().learning_rate == 0.01


def test_steps_of_a_students_step_are_counted():
    class Plain(mn.Optimizer):
        def step(self, values, grads):
            """Down the hill."""
            values -= self.learning_rate * grads

    class Child(Plain):
        pass

    for kind in (Plain, Child):
        optimizer = kind(0.5)
        for _ in range(3):
            optimizer.step(np.zeros(1), np.ones(1))
        assert optimizer.steps == 3
        assert kind.step.__doc__ == "Down the hill."


def test_the_vectors_may_change_their_type_and_a_plain_optimizer_its_length():
    optimizer = RMSProp()
    optimizer.step(np.ones(3), np.ones(3))
    w = np.ones(3, np.float32)
    optimizer.step(w, np.ones(3, np.float32))
    assert optimizer.state["square"].dtype == np.float32
    sgd = mn.SGD(0.5)
    for size in (3, 40_000, 5):
        w = np.ones(size)
        sgd.step(w, np.ones(size))
        assert (w == 0.5).all()


@pytest.mark.parametrize("values", [[1.0, 2.0], None, 3.0])
@pytest.mark.parametrize("taken", [0, 1])
def test_values_that_are_not_a_vector_are_refused(values, taken):
    optimizer = AdaGrad()
    for _ in range(taken):
        optimizer.step(np.ones(2), np.ones(2))
    with pytest.raises(TypeError, match=r"AdaGrad.step: values: expected a flat vector of floats"):
        optimizer.step(values, np.ones(2))
    with pytest.raises(TypeError, match=r"AdaGrad.step: grads: expected a flat vector of floats"):
        optimizer.step(np.ones(2), None)
    assert optimizer.steps == taken


def test_another_network_is_refused_after_the_first_step():
    optimizer = AdaGrad()
    x, y = np.arange(4.0).reshape(4, 1), np.arange(4.0)
    first = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), optimizer, seed=0)
    first.fit(x, y, 1, progress=False)
    with pytest.raises(ValueError, match=r"AdaGrad\(learning_rate=0.01\), which trains another"):
        mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), optimizer, seed=0)
    mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), copy.deepcopy(optimizer), seed=0)


def test_a_custom_optimizer_writes_update_or_step():
    class Averaged(mn.Optimizer):
        memory = ("sum",)

        def update(self, w, g, scratch, total):
            total += g
            w -= self.learning_rate * total

    w, optimizer = np.zeros(3), Averaged(0.5)
    for _ in range(2):
        optimizer.step(w, np.ones(3))
    assert w.tolist() == [-1.5] * 3
    with pytest.raises(NotImplementedError, match=r"Optimizer: write step\(self, values, grads\)"):
        mn.Optimizer(0.1).step(np.ones(2), np.ones(2))


def test_a_rate_is_checked_when_it_is_assigned_too():
    optimizer = mn.SGD(0.1)
    with pytest.raises(ValueError, match=r"SGD: learning_rate: expected .* >= 0, got -1"):
        optimizer.learning_rate = -1
    assert optimizer.learning_rate == 0.1


@pytest.mark.parametrize("kind", [mn.SGD, mn.Adam])
def test_vectors_that_do_not_fit(kind):
    name = kind.__name__
    with pytest.raises(ValueError, match=rf"{name}.step: expected .* same length, got 3 and 4"):
        kind().step(np.ones(3), np.ones(4))
    with pytest.raises(TypeError, match=rf"{name}.step: values: expected a flat vector of floats"):
        kind().step(np.ones((3, 1)), np.ones((3, 1)))
    with pytest.raises(TypeError, match=rf"{name}.step: values: expected a flat vector of floats"):
        kind().step(np.arange(3), np.ones(3))
    with pytest.raises(TypeError, match=rf"{name}.step: grads: expected a flat vector of floats"):
        kind().step(np.ones(3), np.arange(3))


@pytest.mark.parametrize("name", ["sgd_momentum", "adam"])
def test_another_length_than_before(name):
    optimizer = OURS[name]()
    optimizer.step(np.ones(3), np.ones(3))
    state = copy.deepcopy(optimizer.state)
    w = np.ones(4)
    with pytest.raises(ValueError, match=r"expected 3 values, as in the steps before, got 4"):
        optimizer.step(w, np.ones(4))
    assert w.tolist() == [1.0] * 4
    assert optimizer.steps == 1
    for key, vector in state.items():
        assert np.array_equal(optimizer.state[key], vector)


@pytest.mark.parametrize("name", ["sgd", "sgd_momentum", "adam"])
def test_bad_vectors_are_refused_after_the_first_step_too(name):
    optimizer = OURS[name]()
    optimizer.step(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="same length"):
        optimizer.step(np.ones(3), np.ones(1))
    with pytest.raises(TypeError, match="expected a flat vector of floats"):
        optimizer.step(np.ones(3, dtype=int), np.ones(3))
    assert optimizer.steps == 1


class Seen(mn.Optimizer):
    """Notes what `steps` and `t` are in each of the methods that a student may write."""

    memory = ("sum",)

    def __init__(self):
        super().__init__(0.1)
        self.seen = []

    def prepare(self):
        self.seen.append((self.steps, self.t))

    def update(self, w, g, scratch, total):
        self.seen.append((self.steps, self.t))
        total += g
        w -= self.learning_rate * g


class SeenInStep(Seen):
    memory = ()

    def step(self, values, grads):
        self.seen.append((self.steps, self.t))
        values -= self.learning_rate * grads


@pytest.mark.parametrize(("kind", "times"), [(Seen, 2), (SeenInStep, 1)])
def test_steps_is_the_number_of_this_step_in_every_method(kind, times):
    optimizer, w = kind(), np.ones(3)
    for _ in range(3):
        optimizer.step(w, np.ones(3))
    assert optimizer.seen == [(n, n) for n in (1, 2, 3) for _ in range(times)]
    assert optimizer.steps == 3


def test_a_step_that_counts_itself_is_told_that_it_is_counted():
    class Counting(mn.Optimizer):
        def step(self, values, grads):
            self.steps += 1
            values -= self.learning_rate * grads

    optimizer, w = Counting(), np.ones(2)
    with pytest.raises(ValueError, match=r"Counting: steps: expected to be left alone .*got 2"):
        optimizer.step(w, np.ones(2))
    assert (optimizer.steps, w.tolist()) == (0, [1.0, 1.0])


@pytest.mark.parametrize("optimizer", [mn.SGD(0.1), mn.Adam(), RMSProp(), AdaGrad()])
@pytest.mark.parametrize("name", ["lr", "decays", "learning_rates", "beta3"])
def test_an_attribute_that_nothing_would_use_is_refused(optimizer, name):
    with pytest.raises(AttributeError, match=f"expected one of the attributes .*got '{name}'"):
        setattr(optimizer, name, 0.5)
    optimizer.learning_rate, optimizer.weight_decay, optimizer.steps = 0.5, 0.1, 0


def test_a_custom_optimizer_may_have_any_attribute():
    class Mine(mn.SGD):
        pass

    optimizer = Mine(0.1)
    optimizer.anything = 3
    assert optimizer.anything == 3
