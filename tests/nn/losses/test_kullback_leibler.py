"""The Kullback-Leibler divergence: cross-entropy minus the entropy of the targets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minnet as mn
from minnet.nn.losses import (
    KullbackLeibler,
)


@given(m=st.integers(1, 4), k=st.integers(2, 5), seed=st.integers(0, 999))
def test_divergence_is_cross_entropy_less_the_entropy_of_the_target(m, k, seed):
    generator = np.random.default_rng(seed)
    z, y = generator.normal(size=(m, k)) * 3, generator.dirichlet(np.ones(k), m)
    entropy = -(y * np.log(y)).sum() / m
    divergence, crossed = mn.KullbackLeibler(), mn.CategoricalCrossEntropy()
    value = divergence.forward_from_logits(z, y)
    assert value == pytest.approx(crossed.forward_from_logits(z, y) - entropy, abs=1e-12)
    assert value >= -1e-15
    np.testing.assert_array_equal(divergence.backward_from_logits(), crossed.backward_from_logits())
    a = mn.Softmax().forward(z)
    assert divergence.forward(a, y) == pytest.approx(value, abs=1e-12)
    labels = y.argmax(axis=1)
    assert divergence.forward_from_logits(z, labels) == crossed.forward_from_logits(z, labels)
    assert divergence.forward(a, labels) == pytest.approx(crossed.forward(a, labels))


@pytest.mark.parametrize("loss", [mn.KullbackLeibler(), mn.CategoricalCrossEntropy()], ids=repr)
def test_from_the_logits_only_behind_softmax(loss):
    for ending, fused in ((mn.Softmax(), True), (mn.Softmax(axis=1), False)):
        assert mn.Trainer([mn.Linear(2, 3), ending], loss, mn.SGD()).fused is fused


def test_a_perfect_prediction_has_no_divergence():
    rows = np.random.default_rng(0).dirichlet(np.ones(4), 6)
    assert KullbackLeibler().forward_from_logits(np.log(rows), rows) == pytest.approx(0, abs=1e-15)
