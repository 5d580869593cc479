"""The settings that a repr shows."""

import numpy as np
import pytest

import minnet as mn
from minnet.utils.settings import changed_settings


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (mn.SGD(), "SGD(learning_rate=0.01)"),
        (
            mn.SGD(0.1, momentum=0.9, nesterov=True),
            "SGD(learning_rate=0.1, momentum=0.9, nesterov=True)",
        ),
        (mn.Adam(beta1=0.8), "Adam(learning_rate=0.001, beta1=0.8)"),
        (mn.AdamW(), "AdamW(learning_rate=0.001)"),
        (mn.AdamW(weight_decay=0.1), "AdamW(learning_rate=0.001, weight_decay=0.1)"),
        (mn.Huber(), "Huber()"),
        (mn.Huber(2.5), "Huber(delta=2.5)"),
        (
            mn.CategoricalCrossEntropy([1, 2, 3.5], label_smoothing=0.1),
            "CategoricalCrossEntropy(class_weight=[1, 2, 3.5], label_smoothing=0.1)",
        ),
        (mn.BinaryCrossEntropy(ignore_label=-1), "BinaryCrossEntropy(ignore_label=-1)"),
    ],
)
def test_optimizers_and_losses_show_what_was_set(thing, text):
    assert repr(thing) == text


def test_they_are_in_the_summary():
    layers = [mn.Linear(2, 1), mn.Sigmoid()]
    loss = mn.BinaryCrossEntropy(label_smoothing=0.1)
    summary = str(mn.Trainer(layers, loss, mn.SGD(0.1, momentum=0.9)).summary())
    assert "SGD(learning_rate=0.1, momentum=0.9)" in summary
    assert "BinaryCrossEntropy(label_smoothing=0.1)" in summary


def test_long_arrays_and_what_is_not_stored():
    class Thing:
        def __init__(self, weights=None, hidden=3, words=()):
            self.weights, self.words = weights, words

    assert changed_settings(Thing(np.ones(50), hidden=4)) == "weights=array(50,)"
    assert changed_settings(Thing(words=["a"])) == "words=['a']"
    assert changed_settings(Thing(np.arange(2.0)), but=("weights",)) == ""
