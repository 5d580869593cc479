"""The hidden space: transformed points, grid and boundary."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import decision_regions, hidden_space, pairwise_lines

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


def drawn(ax, width):
    """The vertices of all contour lines of this width."""
    found = [c for c in ax.collections if np.isclose(np.ravel(c.get_linewidths())[:1], width).all()]
    return [np.concatenate([p.vertices for p in c.get_paths()]) for c in found if c.get_paths()]


def two_hidden():
    """h = tanh(x), output = sigmoid(2 h1 - 4 h2 + 1): the line is h2 = h1/2 + 1/4."""
    layers = [mn.Linear(2, 2), mn.Tanh(), mn.Linear(2, 1), mn.Sigmoid()]
    return network_of(*layers, values=[1, 0, 0, 1, 0, 0, 2, -4, 1])


def test_the_points_are_where_the_layer_puts_them():
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


def test_a_line_that_does_not_cross_the_picture_is_left_out():
    """z = (x1, x2, 50): the third is equal to the others far away only."""
    network = network_of(mn.Linear(2, 3), values=[1, 0, 0, 0, 1, 0, 0, 0, 50])
    ax = pairwise_lines(network, decision_regions(network, X, [2, 0, 1, 0]))
    (line,) = drawn(ax, 1.3)
    np.testing.assert_allclose(line[:, 0], line[:, 1], atol=1e-9)
    assert [text.get_text() for text in ax.texts] == ["0|1"]
