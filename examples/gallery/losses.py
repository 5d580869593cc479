"""Figures of the formulas: cross-entropy, the activations, the gradient at a network's output.

No training happens here. Every curve is what minnet's own forward and backward return.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn
from minnet import activations, plot
from minnet.plot import style

COLUMNS = 5  # of the figure of all activations
BOUNDED = (mn.Sigmoid, mn.HardSigmoid, mn.Softmax, mn.Step, mn.Tanh)  # these share one axis
SIGMOID_LOSSES: dict[str, mn.Loss] = {
    "cross-entropy (sigmoid: a - y)": mn.BinaryCrossEntropy(),
    "squared error (sigmoid: (a - y) a (1 - a))": mn.MeanSquaredError(),
}
SOFTMAX_LOSSES: dict[str, mn.Loss] = {
    "cross-entropy": mn.CategoricalCrossEntropy(),
    "squared error": mn.MeanSquaredError(),
}


def shared_legend(figure: Any, ax: Any) -> None:
    """One legend above all panels, for what `ax` shows; an empty title reserves the space."""
    figure.suptitle(" ", fontsize=24)
    handles, labels = ax.get_legend_handles_labels()
    look: dict[str, Any] = {"fontsize": 15, "frameon": False, "handlelength": 3}
    figure.legend(handles, labels, loc="upper center", ncol=len(labels), **look)


def cross_entropy(quick: bool) -> Any:  # noqa: ARG001
    """The loss of a prediction, for y = 1 and for y = 0."""
    return plot.cross_entropy().figure


def likelihood(quick: bool) -> Any:  # noqa: ARG001
    """Seven heads in ten tosses: the product of probabilities, and its logarithm's mean."""
    heads, tosses = 7, 10
    y = np.repeat([1.0, 0.0], [heads, tosses - heads])[:, None]
    a = np.linspace(0.01, 0.99, 197)
    loss = mn.BinaryCrossEntropy()
    mean = np.array([loss.forward(np.full_like(y, p), y) for p in a])
    figure, axes = plt.subplots(1, 2, figsize=(9.2, 4.2), layout="constrained")
    panels = {
        "probability of these tosses": (np.exp(-tosses * mean), "product of ten probabilities"),
        "cross-entropy (nats)": (mean, "minus the mean of their logarithms"),
    }
    for ax, (quantity, (curve, title)) in zip(axes, panels.items(), strict=True):
        ax.plot(a, curve, color="black", linewidth=2)
        best = int(curve.argmax() if ax is axes[0] else curve.argmin())
        ax.plot([a[best]], [curve[best]], marker="o", markersize=8, color="black")
        ax.annotate(
            f"best at a = {a[best]:.2g}",
            (a[best], curve[best]),
            (-20 if ax is axes[1] else -50, 70 if ax is axes[1] else -20),
            textcoords="offset points",
            fontsize=style.TICKS,
            ha="right",
            arrowprops={"arrowstyle": "-", "color": "0.4"},
        )
        style.label(ax, title, "probability of heads a", quantity)
        ax.set_ylim(bottom=0)
    figure.suptitle(f"{heads} heads in {tosses} tosses", fontsize=style.TITLE + 3)
    return figure


def sigmoid(quick: bool) -> Any:  # noqa: ARG001
    """The sigmoid, and its derivative, which is a quarter at most."""
    return plot.activation(mn.Sigmoid(), mark_maximum=True, span=(-8, 8)).figure


def all_activations() -> list[mn.Activation]:
    """One of each kind that minnet has."""
    kinds = [getattr(activations, name) for name in activations.__all__]
    return [kind() for kind in kinds if kind is not mn.Activation]


def every_activation(quick: bool) -> Any:  # noqa: ARG001
    """All activations with their derivatives, and one legend in the last panel."""
    layers = all_activations()
    rows = len(layers) // COLUMNS + 1
    figure, axes = plt.subplots(
        rows, COLUMNS, figsize=(2.5 * COLUMNS, 2.5 * rows), layout="constrained", sharex=True
    )
    places = list(axes.ravel())
    for ax, layer in zip(places, layers, strict=False):
        plot.activation(layer, ax, span=(-4, 4), legend=False)
        bounded = isinstance(layer, BOUNDED)
        ax.set(
            xlabel="", ylabel="", xticks=[-4, 0, 4], ylim=(-1.15, 1.15) if bounded else (-1.9, 4.1)
        )
        ax.tick_params(labelbottom=True)
    for ax in places[len(layers) :]:
        ax.axis("off")
    handles, _ = places[0].get_legend_handles_labels()
    names = ["a = f(z)", "da/dz"]
    places[-1].legend(handles, names, loc="center", fontsize=14, handlelength=2.6, frameon=False)
    return figure


def output_gradients(quick: bool) -> Any:  # noqa: ARG001
    """dL/dz over z for sigmoid and softmax, each under both losses."""
    figure, axes = plt.subplots(1, 3, figsize=(12.4, 4.6), layout="constrained", sharey=True)
    for ax, y in zip(axes, (0, 1), strict=False):
        plot.logit_gradient(
            mn.Sigmoid(), SIGMOID_LOSSES, [y], ax, title=f"sigmoid, y = {y}", legend=False
        )
    title = "softmax of (z, 0, 0), the first is right"
    plot.logit_gradient(mn.Softmax(), SOFTMAX_LOSSES, [1, 0, 0], axes[2], title=title, legend=False)
    for ax in axes[1:]:
        ax.set_ylabel("")
    axes[0].set_yticks([-1, -0.5, 0, 0.5, 1])
    for ax in axes:
        ax.set_xticks(range(-8, 9, 4))
    axes[2].set_xlabel("z, the score of the first class")
    shared_legend(figure, axes[0])
    return figure


PICTURES = {
    "cross_entropy": cross_entropy,
    "likelihood": likelihood,
    "sigmoid": sigmoid,
    "activations": every_activation,
    "output_gradients": output_gradients,
}

if __name__ == "__main__":
    import make_figures

    make_figures.main(pictures=PICTURES, description=__doc__)
