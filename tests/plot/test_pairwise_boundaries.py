"""Lines between pairs of classes."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import decision_regions, pairwise_lines

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
    with pytest.raises(TypeError, match=r"pairwise_lines: ax: expected a Matplotlib Axes"):
        pairwise_lines(three_scores(), None)
    with pytest.raises(TypeError, match=r"pairwise_lines: ax: expected a Matplotlib"):
        pairwise_lines(three_scores(), "here")
    with pytest.raises(TypeError, match=r"pairwise_lines: trainer_or_network"):
        pairwise_lines(None, plt.subplots()[1])
    with pytest.raises(TypeError, match=r"pairwise_lines: scaler"):
        pairwise_lines(three_scores(), plt.subplots()[1], scaler=1)
