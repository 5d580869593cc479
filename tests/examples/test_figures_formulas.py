"""The pictures of formulas and of one neuron, each made again, show what the gallery says.

What is checked are the arrays that were plotted, not pixels. The runs are fewer and shorter than in
the committed pictures (`quick`), the drawings are the same.
"""

import numpy as np
import pytest
from figure_checks import lines, made, neuron, sigmoid, texts

import minnet as mn

__all__ = ["made"]  # a fixture

# -- the formulas ----------------------------------------------------------------------------


def test_cross_entropy(made):
    (ax,) = made("cross_entropy").axes
    for (a, price), p in zip(lines(ax).values(), (lambda a: a, lambda a: 1 - a), strict=True):
        np.testing.assert_allclose(price, -np.log(p(a)), rtol=1e-12)


def test_likelihood(made):
    product, mean = made("likelihood").axes
    a, probability = product.lines[0].get_data()
    np.testing.assert_allclose(probability, a**7 * (1 - a) ** 3, rtol=1e-9)
    np.testing.assert_allclose(-10 * mean.lines[0].get_ydata(), np.log(probability), rtol=1e-9)
    assert texts(product) == texts(mean) == ["best at a = 0.7"]


def test_sigmoid(made):
    (ax,) = made("sigmoid").axes
    assert texts(ax) == ["maximum 0.25"]
    assert lines(ax)["derivative"][1].max() == pytest.approx(0.25, abs=1e-12)


def test_every_activation_is_there(made):
    shown = {ax.get_title(): lines(ax) for ax in made("activations").axes if ax.get_title()}
    kinds = {name for name in mn.activations.__all__ if name[0].isupper()} - {"Activation"}
    assert set(shown) == kinds
    assert len(kinds) >= 14
    for name, both in shown.items():
        assert set(both) == {"a = f(z)", "derivative"}, name


def test_output_gradients(made):
    axes = made("output_gradients").axes
    for ax, y in zip(axes, (0, 1), strict=False):
        (z, ce), (_, mse) = lines(ax).values()
        a = sigmoid(z)
        np.testing.assert_allclose(ce, a - y, atol=1e-12)
        np.testing.assert_allclose(mse, (a - y) * a * (1 - a), atol=1e-12)
    (z, ce), (_, mse) = lines(axes[2]).values()
    a = np.exp(z) / (np.exp(z) + 2)
    np.testing.assert_allclose(ce, a - 1, atol=1e-12)
    assert abs(mse[0]) < 0.001 < 0.999 < abs(ce[0]), "surely wrong: only cross-entropy learns"


# -- one neuron ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["single_neuron", "single_neuron_saturated"])
def test_single_neuron(made, name):
    panels = {ax.get_title(): lines(ax) for ax in made(name).axes if ax.get_title()}
    assert len(panels) == 5
    for loss in ("cross-entropy", "squared error"):
        a, cost, gradient, w, b = (panels[title][loss][1] for title in panels)
        assert len(a) == 301
        assert (w[0], b[0]) == neuron.STARTS[name]
        np.testing.assert_allclose(a, sigmoid(w + b), rtol=1e-12)
        prices = {"cross-entropy": -np.log(1 - a), "squared error": a**2 / 2}
        slopes = {"cross-entropy": a, "squared error": a * a * (1 - a)}
        np.testing.assert_allclose(cost, prices[loss], rtol=1e-9)
        np.testing.assert_allclose(gradient, np.sqrt(2) * slopes[loss], rtol=1e-9)
        np.testing.assert_allclose(np.diff(w), -0.15 * slopes[loss][:-1], rtol=1e-6, atol=1e-12)
    ends = {"single_neuron": (0.8176, 0.0940), "single_neuron_saturated": (0.9820, 0.2028)}
    a = panels["output a (should become 0)"]["squared error"][1]
    np.testing.assert_allclose(a[[0, -1]], ends[name], atol=5e-5)


def test_step_counts_are_counted(made):
    left, right = made("step_counts").axes
    assert [bar.get_height() for bar in right.patches] == [16, 89, 67]
    assert texts(right) == ["16", "89", "67"]
    factors = {
        "cross-entropy": lambda a: a,
        "squared error": lambda a: a * a * (1 - a),
        "the factor alone": lambda a: a * (1 - a),
    }
    for name, factor in factors.items():
        _, a = lines(left)[name]
        assert a[0] == pytest.approx(0.9)
        assert a[-1] <= 0.5 < a[-2]
        z = np.log(a / (1 - a))
        np.testing.assert_allclose(np.diff(z), -0.2 * factor(a[:-1]), rtol=1e-9)


def loss_at(name, w, b):
    x, y = neuron.points_on_a_line()
    a = sigmoid(w * x[:, 0] + b)
    if name == "squared error":
        return ((a - y) ** 2).mean() / 2
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


def test_the_landscapes_and_the_ways_down(made):
    surfaces, maps = made("loss_surface").axes, made("loss_contours").axes
    for surface, flat, name in zip(surfaces, maps, ("cross-entropy", "squared error"), strict=True):
        assert surface.get_title() == name
        w, b, loss = surface.lines[0].get_data_3d()
        assert (w[0], b[0]) == neuron.START
        np.testing.assert_allclose(loss, [loss_at(name, *at) for at in zip(w, b, strict=True)])
        np.testing.assert_array_equal(flat.lines[0].get_data(), (w, b))
    fell = {ax.get_title(): np.ptp(ax.lines[0].get_data_3d()[2]) for ax in surfaces}
    assert fell["cross-entropy"] > 10 * fell["squared error"]


def test_the_slices(made):
    for ax, name in zip(made("loss_slices").axes, ("cross-entropy", "squared error"), strict=True):
        for text, (w, loss) in lines(ax).items():
            b = float(text.removeprefix("b = ").replace("−", "-"))
            exact = [loss_at(name, one, b) for one in w]
            np.testing.assert_allclose(loss, exact, rtol=0.05)  # between two rows of the grid
