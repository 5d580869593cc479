"""The curves of losses and activations are the formulas, at every point that is drawn."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.nn import activations
from minnet.plot import activation, cross_entropy, logit_gradient

mpl.use("Agg")

BOTH = {"ce": mn.BinaryCrossEntropy(), "mse": mn.MeanSquaredError()}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_cross_entropy_is_minus_the_logarithm():
    first, second = cross_entropy().lines[:2]
    a, price = first.get_data()
    np.testing.assert_allclose(price, -np.log(a), rtol=1e-12)
    a, price = second.get_data()
    np.testing.assert_allclose(price, -np.log(1 - a), rtol=1e-12)


def test_cross_entropy_marks_two_known_prices():
    ax = cross_entropy()
    assert [text.get_text() for text in ax.texts] == ["−ln 0.5 = 0.693", "−ln 0.8 = 0.223"]
    marks = [tuple(np.ravel(line.get_data())) for line in ax.lines[2:]]
    np.testing.assert_allclose(marks, [(0.5, np.log(2)), (0.8, -np.log(0.8))], rtol=1e-12)


def test_the_sigmoids_derivative_has_its_maximum_marked():
    ax = activation(mn.Sigmoid(), mark_maximum=True)
    z, a = ax.lines[0].get_data()
    np.testing.assert_allclose(a, sigmoid(z), rtol=1e-12)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), a * (1 - a), atol=1e-15)
    assert ax.texts[0].get_text() == "maximum 0.25"
    np.testing.assert_allclose(np.ravel(ax.lines[2].get_data()), [0, 0.25], atol=1e-12)


KINDS = [n for n in activations.__all__ if n not in ("Activation", "Softmax")]


@pytest.mark.parametrize("name", KINDS)
def test_each_derivative_is_the_slope_of_its_function(name):
    ax = activation(getattr(activations, name)(), span=(-4.003, 4.005))  # no kink on a point
    z, a = ax.lines[0].get_data()
    slope, middle = np.diff(a) / np.diff(z), (z[1:] + z[:-1]) / 2
    derivative = np.interp(middle, z, ax.lines[1].get_ydata())
    jumps = np.abs(np.diff(ax.lines[1].get_ydata())) > 0.03
    if name == "Step":  # its one jump is in the function
        jumps |= np.abs(slope) > 1
    assert jumps.sum() <= 2
    np.testing.assert_allclose(derivative[~jumps], slope[~jumps], atol=2e-3)
    assert ax.get_title() == name


def test_a_softmax_is_drawn_over_the_score_of_its_first_class():
    ax = activation(mn.Softmax())
    z, a = ax.lines[0].get_data()
    np.testing.assert_allclose(a, np.exp(z) / (np.exp(z) + 2), rtol=1e-12)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), a * (1 - a), atol=1e-14)


def test_a_students_activation_is_drawn_too_and_keeps_its_state():
    class Cube(mn.Activation):
        def forward(self, z):
            self.z = z
            return z**3

        def backward(self, grad):
            return grad * 3 * self.z**2

    mine = Cube()
    ax = activation(mine, span=(-1, 1), legend=False)
    z, a = ax.lines[0].get_data()
    np.testing.assert_allclose(a, z**3)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), 3 * z**2)
    assert not hasattr(mine, "z")
    assert ax.get_legend() is None


@pytest.mark.parametrize("y", [0.0, 1.0, 0.3])
def test_behind_a_sigmoid_squared_error_has_one_factor_more(y):
    ax = logit_gradient(mn.Sigmoid(), BOTH, [y])
    z, fused = ax.lines[0].get_data()
    a = sigmoid(z)
    np.testing.assert_allclose(fused, a - y, atol=1e-12)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), (a - y) * a * (1 - a), atol=1e-12)
    assert [line.get_label() for line in ax.lines[:2]] == ["ce", "mse"]


def test_behind_a_softmax_both_losses_too():
    losses = {"ce": mn.CategoricalCrossEntropy(), "mse": mn.MeanSquaredError()}
    ax = logit_gradient(mn.Softmax(), losses, [1, 0, 0])
    z, fused = ax.lines[0].get_data()
    a = np.exp(z) / (np.exp(z) + 2)
    np.testing.assert_allclose(fused, a - 1, atol=1e-12)
    # sum_i (a_i - y_i) a_i (delta_i1 - a_1), where a_2 = a_3 = (1 - a_1) / 2
    other = (1 - a) / 2
    chain = a * ((a - 1) - ((a - 1) * a + 2 * other * other))
    np.testing.assert_allclose(ax.lines[1].get_ydata(), chain, atol=1e-12)


def test_both_draw_into_the_given_axes():
    _, axes = plt.subplots(1, 3)
    assert cross_entropy(axes[0]) is axes[0]
    assert activation(mn.Tanh(), axes[1]) is axes[1]
    assert logit_gradient(mn.Sigmoid(), BOTH, [1], axes[2], title="mine") is axes[2]
    assert axes[2].get_title() == "mine"
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: cross_entropy("here"), TypeError, r"cross_entropy: ax: expected a Matplotlib"),
        (lambda: activation(mn.Sigmoid), TypeError, r"activation: activation: .*brackets"),
        (lambda: activation("relu"), TypeError, r"expected a layer such as .*got 'relu'"),
        (lambda: activation(mn.Linear(1, 2)), ValueError, r"one output for each input.*Linear"),
        (lambda: activation(mn.Tanh(), span=3), TypeError, r"span: expected two numbers"),
        (lambda: activation(mn.Tanh(), span=(3, 1)), ValueError, r"span: expected low < high"),
        (lambda: activation(mn.Tanh(), span=(0, np.nan)), ValueError, r"span\[1\]: .*finite"),
        (lambda: activation(mn.Tanh(), mark_maximum=1), TypeError, r"mark_maximum: .*True or F"),
        (lambda: logit_gradient(mn.Tanh(), {}, [1]), ValueError, r"losses: expected at least one"),
        (lambda: logit_gradient(mn.Tanh(), [1], [1]), TypeError, r"losses: expected a dict"),
        (lambda: logit_gradient(mn.Tanh(), {"a": 1}, [1]), TypeError, r"losses: expected a dict"),
        (lambda: logit_gradient(mn.Sigmoid(), BOTH, 1), ValueError, r"target: expected one row"),
        (lambda: logit_gradient(mn.Sigmoid(), BOTH, ["a"]), TypeError, r"target: .*numbers"),
        (lambda: logit_gradient(mn.Sigmoid(), BOTH, [np.inf]), ValueError, r"target\[0\] = inf"),
    ],
)
def test_bad_input(call, kind, message):
    with pytest.raises(kind, match=r"mn\.plot\..*" + message):
        call()
    assert not plt.get_fignums(), "nothing is drawn before the input is looked at"
