"""Rules about the initial weights: equal, saturated or dead units; gradients at the start."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from minnet.nn import initializers
from minnet.nn.activations import ReLU
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.layer_facts import LayerFacts
from minnet.training_check.trial import ERRORS, Copy, leaves
from minnet.utils.types import Array


def _weighted(e: Examination) -> list[tuple[LayerFacts, Array]]:
    """The layers with one matrix or kernel each."""
    return [(f, f.matrix) for f in e.layers if f.matrix is not None and f.y.size]


def usual_weights(trial: Copy) -> None:
    """Draw all matrices and kernels by he_normal before a ReLU, else glorot_uniform; biases 0."""
    generator = np.random.default_rng(0)
    rectified = any(isinstance(n.layers[i], ReLU) for _, n, i in leaves(trial.trainer.network))
    draw = initializers.he_normal if rectified else initializers.glorot_uniform
    for _, network, index in leaves(trial.trainer.network):
        parameters = [p for p in network.layers[index].parameters().values() if p.trainable]
        if any(p.value.ndim > 1 for p in parameters):
            for p in parameters:
                p.value = draw(p.shape, generator) if p.value.ndim > 1 else np.zeros(p.shape)


def all_equal(e: Examination) -> Iterator[Suspect]:
    """Units that start equal get equal gradients, and stay equal."""
    for facts, w in _weighted(e)[:-1]:
        if w.shape[1] > 1 and np.ptp(w, axis=1).max() <= 1e-7 * np.abs(w).max():
            message = f"all {w.shape[1]} units of {facts.name} have equal weights ({w[0, 0]:.3g})."
            yield Suspect("weights-all-equal", facts.place, message, usual_weights)
            return


def size(e: Examination) -> Iterator[Suspect]:
    """Large weights saturate the units behind them, small ones let the signal die out."""
    gains = {
        facts.name: float(np.sqrt((w**2).mean() * len(w)))
        for facts, w in _weighted(e)
        if np.ptp(w) > 0
    }
    for name, gain in gains.items():
        if gain in (min(gains.values()), max(gains.values())) and not 0.1 < gain < 4:
            code = "weights-too-large" if gain > 1 else "weights-too-small"
            message = (
                f"{name} multiplies the size of a signal by about {gain:.2g} (root mean square of "
                f"the weights times the root of their number per unit; about 1 is usual)."
            )
            yield Suspect(code, name.partition(" ")[0], message, usual_weights)


def dead(e: Examination) -> Iterator[Suspect]:
    """A ReLU that is 0 for all rows gets no gradient."""
    for facts in e.layers:
        if facts.activation and facts.y.ndim == 2 and len(facts.y) > 1 and not facts.constant:
            flat = (np.ptp(facts.y, axis=0) == 0) & (np.ptp(facts.x, axis=0) > 0)
            if flat.mean() >= 0.5:
                message = (
                    f"{flat.sum()} of {flat.size} units of {facts.name} give the same for all of "
                    f"{len(facts.y)} rows."
                )
                every = bool(flat.all())
                yield Suspect("units-dead", facts.place, message, usual_weights, every)
                return


def gradients(e: Examination) -> Iterator[Suspect]:
    """Each layer multiplies the gradient: by less than 1, it vanishes; by more, it explodes."""
    layers, sizes = [facts for facts, _ in _weighted(e)], gradient_sizes(e)
    if not sizes:
        return
    first, largest, place = sizes[0], max(sizes), layers[0].place

    def rectified(trial: Copy) -> None:
        for facts in e.layers[:-1]:
            if facts.activation and not facts.probabilities:
                trial.replace_layer(facts.number, [ReLU()])
        usual_weights(trial)

    message = (
        f"the root mean square of the gradient is {first:.2g} in {layers[0].name}, and "
        f"{sizes[-1]:.2g} in {layers[-1].name}."
    )
    if largest == 0:
        yield Suspect(
            "gradient-vanishes", place, f"{message} No step changes anything.", None, True
        )
    elif not math.isfinite(sum(sizes)) or largest > 1e4 or (first > 1 and first > 1e3 * min(sizes)):
        yield Suspect("gradient-explodes", place, message, usual_weights)
    elif first < 1e-3 * largest:
        yield Suspect("gradient-vanishes", place, message, rectified)


def gradient_sizes(e: Examination) -> list[float]:
    """The root mean square of the gradient in each of these layers, for the first rows."""
    if e.target is None or e.last is None:
        return []
    x = e.x[:256].astype(e.trainer.network.dtype)
    random = e.trainer.network.random.bit_generator.state
    try:
        e.trainer.objective.loss_and_gradient(x, e.target[:256])
    except ERRORS:
        return []
    finally:
        e.trainer.network.random.bit_generator.state = random
    groups = [[p.grad for p in facts.layer.parameters().values()] for facts, _ in _weighted(e)]
    vectors = [np.concatenate([g.ravel() for g in group]).astype(float) for group in groups]
    return [math.sqrt(float((vector**2).mean())) for vector in vectors]


RULES = (all_equal, size, dead, gradients)
