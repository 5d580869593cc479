"""What is found out about layers by trying them."""

from __future__ import annotations

import numpy as np
import pytest

import minnet as mn
from minnet.training_check.layer_facts import LayerFacts, walk


def facts(layer: mn.Layer, x: np.ndarray | None = None) -> LayerFacts:
    x = np.random.default_rng(1).normal(size=(20, 4)) if x is None else x
    return walk(mn.Network([layer], seed=0), x)[0][0]


class Shares(mn.Activation):
    """A softmax that a student wrote."""

    def forward(self, z):
        e = np.exp(z)
        return e / e.sum(axis=1, keepdims=True)

    def backward(self, grad):
        return grad


@pytest.mark.parametrize("layer", [mn.Linear(4, 3), mn.Flatten(), mn.Dropout(0.5), mn.BatchNorm(4)])
def test_affine_layers(layer: mn.Layer) -> None:
    assert facts(layer).affine
    assert not facts(layer).activation


@pytest.mark.parametrize("layer", [mn.ReLU(), mn.Tanh(), mn.Softmax(), mn.GELU(), Shares()])
def test_activations(layer: mn.Layer) -> None:
    assert facts(layer).activation


@pytest.mark.parametrize("layer", [mn.Softmax(), Shares()])
def test_a_softmax_is_known_by_its_rows(layer: mn.Layer) -> None:
    assert facts(layer).probabilities
    assert not facts(mn.Sigmoid()).probabilities


def test_ranges() -> None:
    assert facts(mn.Tanh()).range == pytest.approx((-1, 1))
    assert facts(mn.Sigmoid()).range == pytest.approx((0, 1), abs=1e-6)
    assert facts(mn.ReLU()).range == (0, np.inf)
    assert facts(mn.Linear(4, 4)).range == (-np.inf, np.inf)


def test_dropout_and_batch_norm_are_known_in_training_mode() -> None:
    assert facts(mn.Dropout(0.7)).dropped == pytest.approx(0.7, abs=0.15)
    assert facts(mn.ReLU()).dropped == 0
    assert facts(mn.BatchNorm(4)).mixes_rows
    assert not facts(mn.LayerNorm(4)).mixes_rows


def test_a_softmax_of_one_unit_is_constant() -> None:
    assert facts(mn.Softmax(), np.zeros((1, 1))).constant
    assert not facts(mn.Sigmoid(), np.zeros((1, 1))).constant


def test_the_walk_enters_nested_networks_and_ends_at_an_error() -> None:
    body = mn.Network([mn.Linear(4, 3), mn.Tanh()])
    found, error = walk(mn.Network([body, mn.Linear(5, 1)], seed=0), np.zeros((2, 4)))
    assert [layer.place for layer in found] == [
        "layers[0].layers[0]",
        "layers[0].layers[1]",
        "layers[1]",
    ]
    assert isinstance(error, ValueError)


def test_a_convolution_is_a_matrix() -> None:
    matrix = facts(mn.Conv2d(2, 5, 3), np.zeros((2, 2, 6, 6))).matrix
    assert matrix is not None
    assert matrix.shape == (18, 5)
