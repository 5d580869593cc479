"""Attributes that nothing would use are refused, and the advice leads to the right place."""

import numpy as np
import pytest

import minnet as mn
from minnet.nn.losses import BinaryCrossEntropy, Hinge, Huber, KullbackLeibler


def trainer(**options):
    return mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0, **options)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("learning_rate", r"\.optimizer\.learning_rate"),
        ("lr", r"\.optimizer\.learning_rate"),
        ("clip_norm", r"Create a new Trainer\(..., clip_norm=...\)"),
        ("penalty", r"Create a new Trainer\(..., penalty=...\)"),
        ("metric", "Did you mean metrics"),
        ("batch_size", "Leave it out"),
    ],
)
def test_of_a_trainer(name, advice):
    with pytest.raises(AttributeError, match=rf"Trainer: expected one of .*'{name}'.*{advice}"):
        setattr(trainer(), name, 1.0)


@pytest.mark.parametrize(
    "loss",
    [mn.MeanSquaredError(), Huber(), Hinge(), BinaryCrossEntropy(), KullbackLeibler()],
    ids=repr,
)
def test_of_a_loss(loss):
    with pytest.raises(AttributeError, match=r"expected one of the attributes .*got 'weights'"):
        loss.weights = [1.0, 2.0]
    for name, value in list(vars(loss).items()):
        setattr(loss, name, value)


def test_what_exists_may_be_assigned_and_is_used():
    made, x, y = trainer(), np.ones((4, 2)), np.arange(4.0)
    made.loss = Huber(0.5)
    expected = mn.Trainer(made.network, Huber(0.5), mn.SGD(0.1)).evaluate(x, y)
    assert made.evaluate(x, y) == expected
    made.metrics = ["mae"]
    assert "mae" in made.evaluate(x, y)
    made.optimizer, made.stop, made.seed = mn.Adam(), True, 3
    other = mn.Network([mn.Linear(2, 1)], seed=1)
    made.network, made.optimizer = other, mn.SGD(0.1)
    before = other.flat_values.copy()
    made.step(x, y)
    assert (other.flat_values != before).all()
    made.loss.delta = 1.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loss", "mse"),
        ("loss", mn.MeanSquaredError),
        ("network", [mn.Linear(2, 1)]),
        ("optimizer", "adam"),
        ("fuse", "no"),
        ("metrics", ["no such metric"]),
    ],
)
def test_what_is_assigned_is_checked_as_in_the_constructor(name, value):
    made = trainer()
    before = vars(made)[name]
    with pytest.raises((TypeError, ValueError), match="Trainer: "):
        setattr(made, name, value)
    assert vars(made)[name] is before


def test_custom_classes_may_have_any_attribute():
    class MyTrainer(mn.Trainer):
        pass

    class MyLoss(mn.MeanSquaredError):
        pass

    made = MyTrainer([mn.Linear(2, 1)], MyLoss(), mn.SGD(0.1), seed=0)
    made.note = made.loss.note = "mine"
    assert (made.note, made.loss.note) == ("mine", "mine")
