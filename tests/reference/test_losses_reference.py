"""Losses and gradients against PyTorch's, with every combination of weights and smoothing."""

from pathlib import Path

import numpy as np
import pytest

from minnet.nn.activations import Sigmoid, Softmax
from minnet.nn.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Hinge,
    Huber,
    KullbackLeibler,
    MeanAbsoluteError,
    MeanSquaredError,
)

FILE = np.load(Path(__file__).with_name("losses.npz"))
DATA = {name.removeprefix("inputs/"): FILE[name] for name in FILE.files if "inputs/" in name}
CASES = sorted({name.rpartition("/")[0] for name in FILE.files} - {"inputs"})
TOLERANCE = {"rtol": 1e-10, "atol": 1e-14}


def make(case):
    """The loss, the name of its input, its target."""
    kind, *words = case.split("+")
    options = {}
    if "smoothing" in words:
        options["label_smoothing"] = 0.1
    if "labels_ignored" in words or "binary_ignored" in words:
        options["ignore_label"] = -1
    if kind == "categorical":
        if "class_weight" in words:
            options["class_weight"] = DATA["class_weight"]
        return CategoricalCrossEntropy(**options), "logits", DATA[words[0]]
    if kind == "binary":
        if "class_weight" in words:
            options["class_weight"] = DATA["binary_weight"]
        return BinaryCrossEntropy(**options), "binary_logits", DATA[words[0]]
    if kind == "regression":
        losses = {"squared": MeanSquaredError, "absolute": MeanAbsoluteError, "huber": Huber}
        loss = losses[words[0]](**({"delta": 0.7} if words[0] == "huber" else {}))
        return loss, "prediction", DATA["target"]
    if kind == "hinge":
        return Hinge(), "binary_logits", DATA["signs"]
    return KullbackLeibler(), "logits", DATA["rows"]


def weights_of(case):
    return (DATA["sample_weight"],) if "sample_weight" in case.split("+") else ()


def test_the_table_is_complete():
    assert len(CASES) == 58


@pytest.mark.parametrize("case", CASES)
def test_by_the_chain_rule(case):
    loss, name, target = make(case)
    activation = {Sigmoid: Sigmoid, Softmax: Softmax}.get(loss.canonical)
    z = DATA[name]
    if activation is None:
        value, gradient = loss.forward(z, target, *weights_of(case)), loss.backward()
    else:
        link = activation()
        value = loss.forward(link.forward(z), target, *weights_of(case))
        gradient = link.backward(loss.backward())
    np.testing.assert_allclose(value, FILE[f"{case}/loss"], **TOLERANCE)
    np.testing.assert_allclose(gradient, FILE[f"{case}/gradient"], **TOLERANCE)


@pytest.mark.parametrize("case", [c for c in CASES if make(c)[0].canonical is not None])
def test_from_the_logits(case):
    loss, name, target = make(case)
    value = loss.forward_from_logits(DATA[name], target, *weights_of(case))
    np.testing.assert_allclose(value, FILE[f"{case}/loss"], **TOLERANCE)
    np.testing.assert_allclose(loss.backward_from_logits(), FILE[f"{case}/gradient"], **TOLERANCE)
