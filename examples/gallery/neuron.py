"""Figures of one sigmoid neuron: how it learns, how many steps it takes, and its loss surface.

The neuron of M. Nielsen, *Neural Networks and Deep Learning*, chapter 3: input 1, target 0, two
starts, rate 0.15. Then the textbook's count of steps for the sigmoid's derivative alone, next to
the gradients that the two losses really have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet import plot
from minnet.plot import style

Array = NDArray[Any]

STARTS = {"single_neuron": (0.6, 0.9), "single_neuron_saturated": (2.0, 2.0)}
EPOCHS, RATE = 300, 0.15
LOSSES: dict[str, Callable[[], mn.Loss]] = {
    "cross-entropy": mn.BinaryCrossEntropy,
    "squared error": mn.MeanSquaredError,
}
QUANTITIES = {
    "output": "output a (should become 0)",
    "cost": "cost (each loss its own)",
    "gradient": "|gradient| in (w, b)",
    "w": "weight w",
    "b": "bias b",
}


def neuron(weight: float, bias: float) -> mn.Network:
    """One input, one sigmoid."""
    network = mn.Network([mn.Linear(1, 1), mn.Sigmoid()], dtype="float64")
    network.flat_values = np.array([weight, bias])
    return network


def train_neuron(
    loss: mn.Loss, weight: float, bias: float, epochs: int, rate: float = RATE
) -> dict[str, Array]:
    """All quantities after 0, 1, 2, ... epochs of the neuron whose input is 1 and target 0."""
    network = neuron(weight, bias)
    trainer = mn.Trainer(network, loss, mn.SGD(rate))
    x, y = np.array([[1.0]]), np.array([0.0])
    rows = []
    for _ in range(epochs + 1):
        before = [network.predict(x).item(), *network.flat_values]
        cost = trainer.step(x, y)  # the last step is taken, but no longer drawn
        rows.append([before[0], cost, np.linalg.norm(network.flat_gradients), *before[1:]])
    return dict(zip(QUANTITIES, np.array(rows).T, strict=True))


def neuron_picture(weight: float, bias: float, epochs: int) -> Any:
    """Five quantities by epoch under both losses, the legend in the sixth panel."""
    runs = {name: train_neuron(loss(), weight, bias, epochs) for name, loss in LOSSES.items()}
    figure, axes = plt.subplots(2, 3, figsize=(12, 7.2), layout="constrained")
    for ax, (quantity, text) in zip(axes.ravel(), QUANTITIES.items(), strict=False):
        curves = {name: run[quantity] for name, run in runs.items()}
        plot.single_neuron(curves, quantity=text, title=text, legend=False, ax=ax)
        ax.set_ylabel("")
        if quantity in ("w", "b"):
            ax.set_ylim(auto=True)
            ax.relim()
            ax.autoscale()
    figure.suptitle(
        f"One neuron, start w = {weight:g}, b = {bias:g}, rate {RATE:g}", fontsize=style.TITLE + 3
    )
    corner = axes[1, 2]
    corner.axis("off")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    corner.legend(handles, labels, loc="center", fontsize=15, handlelength=3, frameon=False)
    return figure


def single_neuron(quick: bool) -> Any:  # noqa: ARG001
    """The start at which the neuron is a little wrong."""
    return neuron_picture(*STARTS["single_neuron"], EPOCHS)


def single_neuron_saturated(quick: bool) -> Any:  # noqa: ARG001
    """The start at which the neuron is confident and wrong."""
    return neuron_picture(*STARTS["single_neuron_saturated"], EPOCHS)


# -- the textbook's count --------------------------------------------------------------------

FIRST, GOAL, COUNT_RATE = 0.9, 0.5, 0.2


def factor_alone(z: Array) -> Array:
    """a (1 - a), the sigmoid's derivative, with no loss at all."""
    layer = mn.Sigmoid()
    layer.forward(z)
    derivative: Array = layer.backward(np.ones_like(z))
    return derivative


def gradient_of(loss: mn.Loss) -> Callable[[Array], Array]:
    """dL/dz of this loss behind a sigmoid, target 0, by the chain rule."""

    def gradient(z: Array) -> Array:
        layer = mn.Sigmoid()
        loss.forward(layer.forward(z), np.zeros_like(z))
        dz: Array = layer.backward(loss.backward())
        return dz

    return gradient


WAYS: dict[str, Callable[[Array], Array]] = {
    "cross-entropy\na": gradient_of(mn.BinaryCrossEntropy()),
    "squared error\na · a (1 - a)": gradient_of(mn.MeanSquaredError()),
    "the factor alone\na (1 - a)": factor_alone,
}


def outputs_until(gradient: Callable[[Array], Array]) -> list[float]:
    """a after 0, 1, 2, ... steps z -= rate * gradient, from 0.9 until it is 0.5 or below."""
    z = np.array([[np.log(FIRST / (1 - FIRST))]])
    outputs = [mn.Sigmoid().forward(z).item()]
    while outputs[-1] > GOAL:
        z = z - COUNT_RATE * gradient(z)
        outputs.append(mn.Sigmoid().forward(z).item())
    return outputs


def step_counts(quick: bool) -> Any:  # noqa: ARG001
    """The output on its way from 0.9 to 0.5, and the number of steps."""
    runs = {name: outputs_until(gradient) for name, gradient in WAYS.items()}
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained")
    for index, (name, outputs) in enumerate(runs.items()):
        label = name.splitlines()[0]
        left.plot(outputs, label=label, linewidth=2, **style.line(index))
    left.axhline(GOAL, color="0.4", linewidth=1)
    style.label(left, f"Rate {COUNT_RATE:g}: the output, step by step", "step", "output a")
    style.legend_below(left, handle=3)
    counts = {name: len(outputs) - 1 for name, outputs in runs.items()}
    plot.step_counts(counts, right, title=f"Steps from a = {FIRST:g} to a = {GOAL:g}")
    right.tick_params(axis="x", labelsize=style.TICKS)
    return figure


# -- the landscape ---------------------------------------------------------------------------

START = (-5.0, -4.0)
RANGES = (-7.0, 7.0), (-6.0, 6.0)
DESCENT_STEPS, DESCENT_RATE = 120, 1.0
SLICES = (-4.0, -1.0, 2.0)


def points_on_a_line() -> tuple[Array, Array]:
    """Twelve points on a line, class 1 on the right, two of them on the wrong side."""
    x = np.linspace(-1.8, 2.6, 12)
    y = (x > 0.4).astype(float)
    y[[3, 8]] = 1 - y[[3, 8]]
    return x.reshape(-1, 1), y


def landscapes(quick: bool) -> dict[str, tuple[plot.LossGrid, Array]]:
    """For each loss its surface, and a descent with the same start and number of steps."""
    x, y = points_on_a_line()
    result = {}
    for name, loss in LOSSES.items():
        trainer = mn.Trainer(neuron(*START), loss(), mn.SGD(DESCENT_RATE))
        grid = plot.loss_grid(trainer, x, y, *RANGES, points=11 if quick else 57)
        result[name] = grid, plot.descend(trainer, x, y, DESCENT_STEPS)
    return result


def loss_surface(quick: bool) -> Any:
    """Both loss surfaces in perspective."""
    figure = plt.figure(figsize=(11.4, 4.9))
    figure.suptitle("The two heights are not comparable, the shapes are", fontsize=style.TEXT)
    for place, (name, (grid, path)) in enumerate(landscapes(quick).items(), 1):
        ax = figure.add_subplot(1, 2, place, projection="3d")
        plot.loss_surface(grid, path, ax, title=name)
        ax.set_title(name, fontsize=style.TITLE, y=0.97)
    figure.subplots_adjust(left=0, right=0.95, bottom=0.05, top=0.94, wspace=0)
    return figure


def loss_contours(quick: bool) -> Any:
    """Both loss surfaces as contour plots."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.9), layout="constrained", sharey=True)
    for ax, (name, (grid, path)) in zip(axes, landscapes(quick).items(), strict=True):
        plot.loss_contours(grid, path, ax, title=f"{name}: {len(path) - 1} steps")
    axes[1].set_ylabel("")
    return figure


def loss_slices(quick: bool) -> Any:
    """Slices of both loss surfaces along w."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    for ax, (name, (grid, _)) in zip(axes, landscapes(quick).items(), strict=True):
        plot.loss_slices(grid, SLICES, ax, title=name)
    return figure


PICTURES = {
    "single_neuron": single_neuron,
    "single_neuron_saturated": single_neuron_saturated,
    "step_counts": step_counts,
    "loss_surface": loss_surface,
    "loss_contours": loss_contours,
    "loss_slices": loss_slices,
}

if __name__ == "__main__":
    import make_figures

    make_figures.main(pictures=PICTURES, description=__doc__)
