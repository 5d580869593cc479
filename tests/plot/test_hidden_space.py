"""Pictures of the plane: lines between classes, hidden space, gates."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import decision_regions, hidden_space, logic_gate, pairwise_lines

mpl.use("Agg")

X = np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]])


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


@pytest.mark.parametrize("last", [(), (mn.Softmax(),)])
@pytest.mark.parametrize("scale", [1.0, 300.0])
def test_each_line_is_where_two_scores_are_equal(last, scale):
    network = three_scores([type(layer)() for layer in last])
    network.flat_values *= scale  # far out a softmax rounds to 0; its scores do not
    ax = pairwise_lines(network, decision_regions(network, X, [2, 0, 1, 0]))
    lines = drawn(ax, 1.3)
    assert len(lines) == 3
    differences = [lambda p: p[:, 0] - p[:, 1], lambda p: p[:, 0], lambda p: p[:, 1]]
    for line, difference in zip(lines, differences, strict=True):
        np.testing.assert_allclose(difference(line), 0, atol=1e-9)
        assert np.ptp(line, axis=0).max() > 2, "whole, not only where the two are ahead"
    assert [text.get_text() for text in ax.texts] == ["0|1", "0|2", "1|2"]


def test_a_line_is_named_where_a_third_class_is_ahead():
    network = three_scores()
    ax = pairwise_lines(network, decision_regions(network, X, [2, 0, 1, 0]))
    for text, scores in zip(ax.texts, ((0, 1, 2), (0, 2, 1), (1, 2, 0)), strict=True):
        z = np.array([*text.get_position(), 0.0])
        first, second, third = (z[score] for score in scores)
        assert first == pytest.approx(second)
        assert third > first, text.get_text()


def test_a_scaler_is_used_for_the_lines():
    class Shift:
        def transform(self, x):
            return x - [0.5, 0.0]

    network = three_scores()
    ax = decision_regions(network, X, [2, 0, 1, 0], scaler=Shift())
    lines = drawn(pairwise_lines(network, ax, scaler=Shift(), labels=False), 1.3)
    np.testing.assert_allclose(lines[1][:, 0], 0.5, atol=1e-9)
    assert not ax.texts


def test_what_has_no_pairwise_lines_is_refused():
    two = network_of(mn.Linear(2, 2))
    with pytest.raises(ValueError, match=r"pairwise_lines: .*three or more outputs, got \(2,\)"):
        pairwise_lines(two, plt.subplots()[1])
    with pytest.raises(TypeError, match=r"pairwise_lines: ax: expected the Axes of"):
        pairwise_lines(three_scores(), None)
    with pytest.raises(TypeError, match=r"pairwise_lines: ax: expected a Matplotlib"):
        pairwise_lines(three_scores(), "here")
    with pytest.raises(TypeError, match=r"pairwise_lines: trainer_or_network"):
        pairwise_lines(None, plt.subplots()[1])
    with pytest.raises(TypeError, match=r"pairwise_lines: scaler"):
        pairwise_lines(three_scores(), plt.subplots()[1], scaler=1)


# -- the hidden space ------------------------------------------------------------------------


def two_hidden():
    """h = tanh(x), output = sigmoid(2 h1 - 4 h2 + 1): the line is h2 = h1/2 + 1/4."""
    layers = [mn.Linear(2, 2), mn.Tanh(), mn.Linear(2, 1), mn.Sigmoid()]
    return network_of(*layers, values=[1, 0, 0, 1, 0, 0, 2, -4, 1])


def test_the_points_stand_where_the_layer_puts_them():
    y = np.array([0, 1, 1, 0])
    ax = hidden_space(two_hidden(), X, y, layer=1, class_names=["no", "yes"])
    shown = {c.get_label(): c.get_offsets() for c in ax.collections if len(c.get_offsets()) == 2}
    np.testing.assert_allclose(shown["no"], np.tanh(X[y == 0]), rtol=1e-12)
    np.testing.assert_allclose(shown["yes"], np.tanh(X[y == 1]), rtol=1e-12)


def test_the_line_is_where_the_rest_of_the_network_says_one_half():
    (line,) = drawn(hidden_space(two_hidden(), X, [0, 1, 1, 0], layer=1), 1.8)
    np.testing.assert_allclose(line[:, 1], line[:, 0] / 2 + 0.25, atol=2e-3)


def test_the_grid_of_the_plane_is_bent_with_it():
    ax = hidden_space(two_hidden(), X, [0, 1, 1, 0], layer=1)
    assert len(ax.lines) == 26
    first = np.arctanh(np.column_stack(ax.lines[0].get_data()))
    np.testing.assert_allclose(first[:, 0], -1.12, atol=1e-9)
    np.testing.assert_allclose(first[[0, -1], 1], [-1.12, 1.12], atol=1e-9)
    before = hidden_space(two_hidden(), X, [0, 1, 1, 0], layer=0)
    np.testing.assert_allclose(before.lines[0].get_xdata(), -1.12, atol=1e-9)


def test_a_hidden_space_leaves_the_network_as_it_is():
    network = two_hidden()
    network.training = True
    own = plt.subplots()[1]
    assert hidden_space(network, X, [0, 1, 1, 0], 1, own, title="mine") is own
    assert network.training
    assert own.get_title() == "mine"


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"layer": 2}, ValueError, r"layer: expected a layer with two outputs.*layers\[2\] Linear"),
        ({"layer": 3}, ValueError, r"layer: expected a whole number >= 0 and <= 2"),
        ({"layer": "one"}, TypeError, r"layer: expected a whole number"),
        ({"y": [0, 1, 2, 0]}, ValueError, r"y: expected labels 0 and 1, got y\[2\] = 2"),
        ({"y": [0, 1]}, ValueError, r"x and y"),
        ({"x": np.ones((4, 3))}, ValueError, r"two features"),
        ({"trainer_or_network": 1}, TypeError, r"trainer_or_network"),
        ({"class_names": ["a"]}, ValueError, r"class_names: expected 2 names"),
        ({"ax": 5}, TypeError, r"ax: expected a Matplotlib Axes"),
    ],
)
def test_bad_hidden_spaces(options, kind, message):
    given = {"trainer_or_network": two_hidden(), "x": X, "y": [0, 1, 1, 0], "layer": 1} | options
    with pytest.raises(kind, match=rf"mn\.plot\.hidden_space: .*{message}"):
        hidden_space(**given)


def test_a_hidden_space_wants_one_output():
    network = network_of(mn.Linear(2, 2), mn.Tanh(), mn.Linear(2, 3), mn.Softmax())
    with pytest.raises(ValueError, match=r"expected one output, got \(3,\)"):
        hidden_space(network, X, [0, 1, 1, 0], layer=1)


# -- gates -----------------------------------------------------------------------------------


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


def test_a_line_that_does_not_cross_the_picture_is_left_out():
    """z = (x1, x2, 50): the third is equal to the others far away only."""
    network = network_of(mn.Linear(2, 3), values=[1, 0, 0, 0, 1, 0, 0, 0, 50])
    ax = pairwise_lines(network, decision_regions(network, X, [2, 0, 1, 0]))
    (line,) = drawn(ax, 1.3)
    np.testing.assert_allclose(line[:, 0], line[:, 1], atol=1e-9)
    assert [text.get_text() for text in ax.texts] == ["0|1"]
