"""Rules about the initial weights: units that are equal, saturated or dead; gradients at the start."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from minnet.nn import initializers
from minnet.nn.activations import ReLU
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.layer_facts import LayerFacts
from minnet.training_check.rules.network import leaf
from minnet.training_check.trial import Copy
from minnet.utils.types import Array

_DRAW = 'weight_init="{}"'


def _redrawn(e: Examination, chosen: list[LayerFacts], kind: str, trial: Copy) -> None:
    """Draw the weights of these layers again, and set their biases to 0."""
    generator = np.random.default_rng(0)
    for facts in chosen:
        layers, index = leaf(trial, facts, e)
        for parameter in layers[index].parameters().values():
            if parameter.trainable and parameter.value.ndim > 1:
                shape = parameter.shape
                parameter.value = getattr(initializers, kind)(shape, generator)
            elif parameter.trainable:
                parameter.value = np.zeros(parameter.shape)


def _initializer(e: Examination) -> str:
    """The one that fits the activations."""
    rectified = any(f.activation and f.range[0] == 0 and f.range[1] == np.inf for f in e.layers)
    return "he_normal" if rectified else "glorot_uniform"


def _weighted(e: Examination) -> list[LayerFacts]:
    return [facts for facts in e.layers if facts.matrix is not None and facts.y.size]


def all_equal(e: Examination) -> Iterator[Suspect]:
    """Units that start equal get equal gradients, and stay equal."""
    layers = _weighted(e)
    for facts in layers[:-1]:
        matrix = facts.matrix
        assert matrix is not None
        if matrix.shape[1] > 1 and np.ptp(matrix, axis=1).max() <= 1e-7 * np.abs(matrix).max():
            message = (
                f"the weights of all {matrix.shape[1]} units of {facts.name} are equal "
                f"({matrix[0, 0]:.3g}): they compute the same."
            )
            kind = _initializer(e)
            yield Suspect(
                "weights-all-equal", facts.place, message, _DRAW.format(kind),
                partial(_redrawn, e, layers, kind), f"drawn by {kind}",
            )  # fmt: skip
            return


def size(e: Examination) -> Iterator[Suspect]:
    """Large weights saturate the units behind them, small ones let the signal die out."""
    layers = _weighted(e)
    gains = {}
    for facts in layers:
        matrix = facts.matrix
        assert matrix is not None
        gains[facts.name] = float(np.sqrt((matrix**2).mean()) * math.sqrt(len(matrix)))
    if not layers:
        return
    kind = _initializer(e)
    redraw = partial(_redrawn, e, layers, kind)
    for code, name in (
        ("weights-too-large", max(gains, key=gains.__getitem__)),
        ("weights-too-small", min(gains, key=gains.__getitem__)),
    ):
        gain = gains[name]
        if gain > 4 if code == "weights-too-large" else gain < 0.1:
            message = (
                f"{name} multiplies the size of a signal by about {gain:.2g} (root mean square of "
                f"its weights times the root of its inputs; about 1 is usual)."
            )
            place = name.partition(" ")[0]
            equal = any(facts.matrix is not None and np.ptp(facts.matrix) == 0 for facts in layers)
            yield Suspect(
                code, place, message, _DRAW.format(kind), redraw, f"drawn by {kind}", quiet=equal,
                always=gain > 10 and not equal,
            )


def dead(e: Examination) -> Iterator[Suspect]:
    """A ReLU that is 0 for all rows gets no gradient."""
    for before, facts in zip(e.layers, e.layers[1:], strict=False):
        if not facts.activation or facts.y.ndim != 2 or facts.probabilities or not len(facts.y):
            continue
        flat = _flat_units(facts)
        if flat.mean() >= 0.5 and len(facts.x) > 1:
            message = (
                f"{flat.sum()} of the {flat.size} units of {facts.name} give the same for all of "
                f"{len(facts.y)} rows, whatever {before.place} gives."
            )
            kind = _initializer(e)
            yield Suspect(
                "units-dead", facts.place, message, _DRAW.format(kind),
                partial(_redrawn, e, _weighted(e), kind), f"drawn by {kind}, with biases 0", certain=bool(flat.all()),
            )  # fmt: skip
            return


def _flat_units(facts: LayerFacts) -> Array:
    """The units whose output is the same for all rows although their input is not."""
    return np.asarray((np.ptp(facts.y, axis=0) == 0) & (np.ptp(facts.x, axis=0) > 0))


def gradients(e: Examination) -> Iterator[Suspect]:
    """Each layer multiplies the gradient by a factor: far below 1, it vanishes; above, explodes."""
    layers = _weighted(e)
    if e.target is None or e.last is None or not layers:
        return
    sizes = gradient_sizes(e)
    if sizes is None:
        return
    if max(sizes) == 0:
        message = "the gradient is exactly 0 in all layers: no step changes a weight."
        step = f"another activation than {e.last.name}"
        yield Suspect("gradient-vanishes", e.last.place, message, step, certain=True)
        return
    first, largest = sizes[0], max(sizes)
    kind = "he_normal"

    def rectified(trial: Copy) -> None:
        for facts in e.layers[:-1]:
            if facts.activation and not facts.probabilities:
                there, index = leaf(trial, facts, e)
                there[index] = ReLU()
        _redrawn(e, layers, kind, trial)

    if not all(map(math.isfinite, sizes)) or first > 1e3 * min(sizes) and first > 1 or largest > 1e4:
        message = (
            f"the gradient is {first:.2g} in {layers[0].name} and {sizes[-1]:.2g} in "
            f"{layers[-1].name} (root mean square)."
        )
        redraw = partial(_redrawn, e, layers, _initializer(e))
        step = "mn.Trainer(..., clip_norm=1.0)"
        yield Suspect(
            "gradient-explodes", layers[0].place, message, step, redraw, "with usual weights"
        )
    elif first < 1e-3 * largest:
        message = (
            f"the gradient shrinks from {sizes[-1]:.2g} in {layers[-1].name} to {first:.2g} in "
            f"{layers[0].name} (root mean square)."
        )
        yield Suspect(
            "gradient-vanishes", layers[0].place, message, 'mn.ReLU(), weight_init="he_normal"',
            rectified, "with mn.ReLU() and he_normal",
        )  # fmt: skip


def gradient_sizes(e: Examination) -> list[float] | None:
    """The root mean square of the gradient of each layer's matrix, for the first rows."""
    trial = e.as_given().copied()
    trainer = trial.trainer
    assert e.target is not None
    x = e.x[:256].astype(trainer.network.dtype)
    try:
        with np.errstate(all="ignore"):
            trainer.objective.loss_and_gradient(x, e.target[:256])
    except (ArithmeticError, TypeError, ValueError):
        return None
    sizes = []
    for facts in _weighted(e):
        layers, index = leaf(trial, facts, e)
        grads = [p.grad.astype(float) for p in layers[index].parameters().values() if p.trainable]
        sizes.append(math.sqrt(float(np.mean(np.concatenate([g.ravel() for g in grads]) ** 2))))
    return sizes


RULES = (all_equal, size, dead, gradients)
