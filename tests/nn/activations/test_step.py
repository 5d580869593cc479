"""Step: values, and that no gradient passes it."""

import numpy as np
import pytest

import minnet as mn
from minnet.nn.activations import Step


def test_values():
    layer = Step()
    assert layer.forward(np.array([[-2.0, 0.0, 1e-9]])).tolist() == [[0.0, 0.0, 1.0]]
    assert layer.forward(np.array([[-2, 3]])).dtype == np.float64
    assert "learn" in Step.__doc__


def test_at_the_kinks():
    """The derivative there is PyTorch's."""
    layer = Step()
    layer.forward(np.array([[-1.0, 0.0, 1.0]]))
    got = layer.backward(np.ones((1, 3)))
    np.testing.assert_allclose(got, [[0.0, 0.0, 0.0]], rtol=1e-15)


def test_a_network_with_a_step_does_not_learn_before_it():
    network = mn.Network([mn.Linear(2, 3), Step(), mn.Linear(3, 1)], seed=0)
    below = network.parameters()["0.weight"].value.copy()
    above = network.parameters()["2.weight"].value.copy()
    x = np.random.default_rng(0).normal(size=(20, 2))
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1))
    trainer.fit(x, x[:, 0], epochs=3, progress=False)
    assert np.array_equal(network.parameters()["0.weight"].value, below)
    assert not np.array_equal(network.parameters()["2.weight"].value, above)


def test_no_arguments():
    with pytest.raises(TypeError, match=r"Step.* takes no arguments"):
        Step(0.5)
