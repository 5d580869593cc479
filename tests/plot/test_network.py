"""Each weight is one line, as wide as it is large, in the colour of its sign."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color

import minnet as mn


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def small():
    network = mn.Network([mn.Linear(2, 1), mn.Sigmoid()])
    network.flat_values = [4.0, -1.0, -2.0]
    return network


def test_widths_and_colours():
    ax = mn.plot.network(small())
    (lines,) = ax.collections
    assert list(lines.get_linewidths()) == [1.0, 4.0], "in proportion, the largest in front"
    assert [same_color(c, "black") for c in lines.get_colors()] == [False, True]
    starts = [segment[0][1] for segment in lines.get_segments()]
    assert starts == [0.25, 0.75], "the second input is below the first"
    assert np.mean(ax.patches[2].get_facecolor()[:3]) < 1, "its bias is half of the largest weight"
    assert ax.get_title() == "Network: widest line 4"


def test_two_pictures_on_one_scale():
    ax = mn.plot.network(small(), largest=8, title="before")
    assert list(ax.collections[0].get_linewidths()) == [0.5, 2.0]
    assert ax.get_title() == "before: widest line 8"


def test_a_large_layer_is_cut_and_says_so():
    network = mn.Network([mn.Linear(30, 20), mn.Tanh(), mn.Linear(20, 3)], seed=0)
    ax = mn.plot.network(network)
    assert len(ax.patches) == 16 + 16 + 3
    assert len(ax.collections[0].get_segments()) == 16 * 16 + 16 * 3
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["inputs\nfirst 16 of 30", "layers[0]\nTanh\nfirst 16 of 20", "layers[2]"]


def test_a_layer_of_a_student():
    class Dense(mn.Layer):
        def __init__(self):
            self.W = mn.Parameter(np.ones((3, 2)))

        def forward(self, x):
            return x @ self.W.value

        def backward(self, grad):
            return grad @ self.W.value.T

    trainer = mn.Trainer([Dense(), mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    assert len(mn.plot.network(trainer).patches) == 6


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([mn.Reshape(1, 8, 8), mn.Conv2d(1, 2, 3)], r"expected dense layers.* got layers\[1\]"),
        ([mn.Tanh()], "expected weights"),
        ([mn.Linear(2, 3), mn.BatchNorm(3)], r"got layers\[1\]"),
    ],
)
def test_what_cannot_be_drawn(layers, message):
    with pytest.raises(ValueError, match=message):
        mn.plot.network(mn.Network(layers, seed=0))


def test_wrong_arguments():
    with pytest.raises(ValueError, match="largest: expected a number above 0, got 0"):
        mn.plot.network(small(), largest=0)
    with pytest.raises(TypeError, match="expected a Trainer or a Network"):
        mn.plot.network([mn.Linear(2, 1)])
