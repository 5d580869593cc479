"""Logic gates: corners, outputs and the boundary."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import logic_gate

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def network_of(*layers, values=None):
    network = mn.Network(list(layers), dtype="float64", seed=0)
    if values is not None:
        network.flat_values = values
    return network


def three_scores(last=()):
    """z = (x1, x2, 0): the lines are x1 = x2, x1 = 0, x2 = 0."""
    return network_of(mn.Linear(2, 3), *last, values=[1, 0, 0, 0, 1, 0, 0, 0, 0])


def drawn(ax, width):
    """The vertices of all contour lines of this width."""
    found = [c for c in ax.collections if np.isclose(np.ravel(c.get_linewidths())[:1], width).all()]
    return [np.concatenate([p.vertices for p in c.get_paths()]) for c in found if c.get_paths()]


def neuron(*values):
    return network_of(mn.Linear(len(values) - 1, 1), mn.Sigmoid(), values=list(values))


def test_the_corners_carry_their_outputs_and_the_line_divides():
    ax = logic_gate(neuron(10, 10, -15), "and")
    expected = 1 / (1 + np.exp(-np.array([-15.0, -5, -5, 5])))
    assert [text.get_text() for text in ax.texts] == [f"{value:.3f}" for value in expected]
    (line,) = drawn(ax, 1.8)
    np.testing.assert_allclose(line.sum(axis=1), 1.5, atol=1e-3)
    corners = {tuple(np.ravel(line.get_data())): line.get_marker() for line in ax.lines}
    assert len(corners) == 4
    assert corners[1.0, 1.0] != corners[0.0, 0.0] == corners[0.0, 1.0]
    assert ax.get_title() == "AND"


def test_not_is_a_curve():
    ax = logic_gate(neuron(-10, 5), "not", title="mine")
    x, a = ax.lines[0].get_data()
    np.testing.assert_allclose(a, 1 / (1 + np.exp(10 * x - 5)), rtol=1e-9)
    assert (ax.get_ylabel(), ax.get_title()) == ("output a", "mine")


def test_a_network_that_never_says_true_has_no_line():
    assert not drawn(logic_gate(neuron(0, 0, -9), "and"), 1.8)


@pytest.mark.parametrize(
    ("network", "gate", "kind", "message"),
    [
        (neuron(1, 1, 1), "maybe", ValueError, r"name: expected one of and, or"),
        (neuron(1, 1, 1), "not", ValueError, r"network of 1 input\(s\) for this gate"),
        (neuron(1, 1), "and", ValueError, r"network of 2 input\(s\) for this gate"),
        (three_scores(), "and", ValueError, r"one output from 0 to 1, got outputs of shape \(3,\)"),
        (network_of(mn.Linear(2, 1), values=[9, 9, 9]), "or", ValueError, r"End the network in"),
        ("and", "and", TypeError, r"expected a Trainer or a Network"),
    ],
)
def test_bad_gates(network, gate, kind, message):
    with pytest.raises(kind, match=message):
        logic_gate(network, gate)
    assert not plt.get_fignums()
