"""Histograms: heights are counts, activations and gradients are those of the network."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import activation_histograms, gradient_histograms, histograms, norms

mpl.use("Agg")


X, Y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def trainer_of(scale=1.0):
    layers = [mn.Linear(2, 5), mn.Tanh(), mn.Linear(5, 1), mn.Sigmoid()]
    network = mn.Network(layers, dtype="float64", seed=0)
    network.flat_values *= scale
    return mn.Trainer(network, mn.BinaryCrossEntropy(), mn.SGD(0.1))


def heights(ax):
    """For each row edges and relative heights."""
    return [(line.get_xdata(), line.get_ydata()[:-1] - row) for row, line in enumerate(ax.lines)]


def names(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def test_the_rows_are_histograms_one_above_the_other():
    generator = np.random.default_rng(1)
    values = {"a": generator.normal(size=300), "b": generator.uniform(-3, 3, (20, 5))}
    ax = histograms(values, title="mine", quantity="size")
    assert names(ax) == ["a", "b"]
    for (edges, relative), array in zip(heights(ax), values.values(), strict=True):
        counts, _ = np.histogram(array, bins=edges)
        np.testing.assert_allclose(relative, 0.85 * counts / counts.max(), atol=1e-12)
        assert counts.sum() == array.size
    assert (ax.get_title(), ax.get_xlabel()) == ("mine", "size")


def test_a_span_leaves_out_what_is_beyond_it():
    ax = histograms({"a": [0.0, 0.5, 9.0]}, span=(-1, 1))
    assert ax.get_xlim() == (-1, 1)
    (edges, relative), *_ = heights(ax)
    assert (relative > 0).sum() == 2
    assert edges[-1] == 1
    assert len(heights(histograms({"a": [5.0]}))) == 1  # one value only: it still has a width
    assert heights(histograms({"a": [5.0]}, span=(0, 1)))[0][1].max() == 0


def test_activations_are_those_of_the_network():
    trainer = trainer_of()
    before = trainer.network.flat_values.copy()
    ax = activation_histograms(trainer, X, span=(-1, 1))
    assert names(ax) == ["layer 1: Tanh", "layer 3: Sigmoid"]
    outputs = trainer.network.activations(X)
    for (edges, relative), index in zip(heights(ax), (1, 3), strict=True):
        counts, _ = np.histogram(outputs[index], bins=edges)
        np.testing.assert_allclose(relative, 0.85 * counts / counts.max(), atol=1e-12)
    np.testing.assert_array_equal(trainer.network.flat_values, before)


def test_gradients_are_those_of_one_step_which_is_not_taken():
    trainer = trainer_of()
    before = trainer.network.flat_values.copy()
    ax = gradient_histograms(trainer, X, Y)
    np.testing.assert_array_equal(trainer.network.flat_values, before)
    assert names(ax) == ["0.weight", "2.weight"]
    trainer.step(X, Y)
    for (edges, relative), name in zip(heights(ax), names(ax), strict=True):
        sizes = np.log10(np.abs(trainer.network.parameters()[name].grad))
        counts, _ = np.histogram(sizes, bins=edges)
        np.testing.assert_allclose(relative, 0.85 * counts / counts.max(), atol=1e-12)


def test_a_gradient_of_zero_has_its_place_at_the_left():
    trainer = trainer_of(0.0)  # weights of 0 stop the gradient
    ax = gradient_histograms(trainer, X, Y)
    edges, relative = heights(ax)[0]
    (where,) = np.flatnonzero(relative)
    assert edges[where] <= -30 <= edges[where + 1]


def test_all_draw_into_the_given_axes():
    _, axes = plt.subplots(1, 4)
    assert histograms({"a": [1.0]}, axes[0]) is axes[0]
    assert activation_histograms(trainer_of(), X, axes[1]) is axes[1]
    assert gradient_histograms(trainer_of(), X, Y, axes[2]) is axes[2]
    assert norms({"a": [1.0]}, axes[3]) is axes[3]
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: histograms([1.0]), TypeError, r"histograms: values: expected a dict"),
        (lambda: histograms({}), ValueError, r"values: expected at least one name"),
        (lambda: histograms({"a": []}), ValueError, r"values\['a'\]: expected data"),
        (lambda: histograms({"a": [np.nan]}), ValueError, r"values\['a'\]\[0\] = nan"),
        (lambda: histograms({"a": ["x"]}), TypeError, r"values\['a'\]: expected an array of num"),
        (lambda: histograms({"a": [1.0]}, span=(1, 0)), ValueError, r"span: expected low < high"),
        (
            lambda: activation_histograms(mn.Network([mn.Linear(2, 1)]), X),
            ValueError,
            r"a network with an activation",
        ),
        (lambda: activation_histograms(3, X), TypeError, r"expected a Trainer or a Network"),
        (lambda: gradient_histograms(trainer_of().network, X, Y), TypeError, r"trainer: expected"),
        (lambda: norms({"a": [-1.0]}), ValueError, r"curves\['a'\]: expected one number >= 0"),
        (lambda: norms({"a": [[1.0]]}), ValueError, r"curves\['a'\]: .*got shape \(1, 1\)"),
        (lambda: norms({"a": [1.0]}, logarithmic=1), TypeError, r"logarithmic: expected True"),
        (lambda: norms({"a": [1.0]}, "ax"), TypeError, r"ax: expected a Matplotlib Axes"),
    ],
)
def test_bad_input(call, kind, message):
    with pytest.raises(kind, match=r"mn\.plot\..*" + message):
        call()


def test_a_network_without_weights_has_no_histograms_of_gradients():
    class Shift(mn.Layer):
        def __init__(self):
            self.shift = mn.Parameter(np.zeros(2))

        def forward(self, x):
            return x + self.shift.value

        def backward(self, grad):
            self.shift.grad = grad.sum(axis=0)
            return grad

    trainer = mn.Trainer([Shift()], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    with pytest.raises(ValueError, match="gradient_histograms: trainer: expected a network with w"):
        gradient_histograms(trainer, X, X)
