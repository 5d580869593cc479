"""Diagnostic plots: signals and gradients layer by layer, weights, paths of optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import minnet as mn
from minnet import data, datasets, initializers, plot
from minnet.optimizers import AdaGrad

Array = NDArray[Any]

INITIALIZERS: dict[str, Any] = {
    "small: vanishes": initializers.normal(0.0, 0.01),
    "large: saturates": initializers.normal(0.0, 1.0),
    "glorot: keeps its size": "glorot_uniform",
}
DEPTH, WIDTH = 5, 100
SPAN, LEAST = (-9.0, 2.5), 1e-9  # powers of ten, and what is drawn at the left end


def standardized() -> tuple[Array, Array]:
    """breast_cancer, standardized."""
    x, y = datasets.breast_cancer()
    return data.Standardizer().fit_transform(x), y


def deep_network(features: int, initializer: Any) -> mn.Network:
    """Five layers of tanh, and a sigmoid at the end."""
    layers: list[mn.Layer] = []
    for width in [features, *[WIDTH] * (DEPTH - 1)]:
        layers += [mn.Linear(width, WIDTH, weight_init=initializer), mn.Tanh()]
    layers += [mn.Linear(WIDTH, 1, weight_init=initializer), mn.Sigmoid()]
    return mn.Network(layers, seed=0)


def signals(network: mn.Network, x: Array, y: Array) -> tuple[dict[str, Array], dict[str, Array]]:
    """log10 of |a| and of |dL/dz| of each tanh layer, for each sample and unit."""
    loss = mn.BinaryCrossEntropy()
    loss.forward_from_logits(network.forward_to_logits(x), y[:, None].astype(network.dtype))
    forward = zip(network.layers, network.activations(x), strict=True)
    activations = [a for layer, a in forward if isinstance(layer, mn.Tanh)]
    gradient, gradients = loss.backward_from_logits() * len(x), []  # of each sample's own loss
    for layer in reversed(network.layers[:-1]):  # the chain rule, link by link
        gradient = layer.backward(gradient)
        if isinstance(layer, mn.Tanh):
            gradients.append(gradient)
    both = []
    for arrays in (activations, gradients[::-1]):
        sizes = [np.log10(np.maximum(np.abs(a.astype(float)), LEAST)) for a in arrays]
        both.append({f"layer {n}": size for n, size in enumerate(sizes, 1)})
    return both[0], both[1]


def initial_signals(quick: bool) -> Any:
    """|a| (above) and |dL/dz| (below) before training, by initializer: powers of ten."""
    x, y = standardized()
    rows = 60 if quick else len(x)
    figure, axes = plt.subplots(2, 3, figsize=(9.6, 6.6), layout="constrained", sharey="row")
    for column, (name, initializer) in zip(axes.T, INITIALIZERS.items(), strict=True):
        network = deep_network(x.shape[1], initializer)
        kinds = zip(column, signals(network, x[:rows], y[:rows]), ("|a|", "|dL/dz|"), strict=True)
        for ax, values, quantity in kinds:
            plot.histograms(values, ax, span=SPAN, title=name, quantity=f"log10 {quantity}")
            ax.set_xticks([-8, -6, -4, -2, 0, 2])
        column[1].set_title("")
    return figure


class WeightNorms(mn.Callback):
    """Records the norm of each weight matrix after every epoch."""

    def __init__(self) -> None:
        self.norms: dict[str, list[float]] = {}

    def on_epoch_end(self, trainer: mn.Trainer, row: dict[str, float]) -> None:  # noqa: ARG002
        """One more number for each matrix."""
        weights = [p.value for p in trainer.network.parameters().values() if p.value.ndim > 1]
        for layer, weight in enumerate(weights, 1):
            self.norms.setdefault(f"layer {layer}", []).append(float(np.linalg.norm(weight)))


def weight_norms(quick: bool) -> Any:
    """How the weights grow, and how a penalty limits them."""
    x, y = standardized()
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.7), layout="constrained", sharey=True)
    for ax, (title, penalty) in zip(
        axes, {"no penalty": None, "penalty L2(0.01)": mn.L2(0.01)}.items(), strict=True
    ):
        layers = [mn.Linear(30, 16), mn.Tanh(), mn.Linear(16, 8), mn.Tanh(), mn.Linear(8, 1)]
        trainer = mn.Trainer(
            [*layers, mn.Sigmoid()], mn.BinaryCrossEntropy(), mn.Adam(0.01), seed=0, penalty=penalty
        )
        watcher = WeightNorms()
        trainer.fit(x, y, 8 if quick else 60, 32, callbacks=[watcher], progress=False)
        plot.norms(watcher.norms, ax, title=title, quantity="length of the weights")
    axes[1].set_ylabel("")
    return figure


# -- optimizers' paths -----------------------------------------------------------------------

OPTIMIZERS: dict[str, Callable[[], mn.Optimizer]] = {
    "SGD(0.95)": lambda: mn.SGD(0.95),
    "SGD(0.1, momentum=0.9)": lambda: mn.SGD(0.1, momentum=0.9),
    "AdaGrad(1.5)": lambda: AdaGrad(1.5),
    "Adam(0.3)": lambda: mn.Adam(0.3),
}
START, STEPS = (-7.0, 2.0), 30


def valley(x: Array, y: Array) -> Array:
    """x^2/10 + y^2: ten times as steep across as along."""
    height: Array = x * x / 10 + y * y
    return height


def valley_path(optimizer: mn.Optimizer) -> Array:
    """The path of the optimizer, from the start on."""
    position = np.array(START)
    path = [position.copy()]
    for _ in range(STEPS):
        optimizer.step(position, position * np.array([0.2, 2.0]))
        path.append(position.copy())
    return np.array(path)


def optimizer_paths(quick: bool) -> Any:  # noqa: ARG001
    """Four optimizers in a narrow valley, thirty steps each."""
    figure, axes = plt.subplots(
        2, 2, figsize=(11, 7.4), layout="constrained", sharex=True, sharey=True
    )
    for ax, (name, optimizer) in zip(axes.ravel(), OPTIMIZERS.items(), strict=True):
        path = {name: valley_path(optimizer())}
        spans = ((-8.5, 8.5), (-3.2, 3.2))
        plot.descent_paths(valley, path, ax, title=name, spans=spans, legend=False)
    return figure


PICTURES = {
    "initial_signals": initial_signals,
    "weight_norms": weight_norms,
    "optimizer_paths": optimizer_paths,
}

if __name__ == "__main__":
    import make_figures

    make_figures.main(pictures=PICTURES, description=__doc__)
