"""Which runs can be trained together: those of one kind.

The kind of a run holds everything that a stack computes once for all of its runs: layers and their
settings, shapes, the loss, the optimizer, sizes of batches. What differs from run to run is not in
it: data, seeds, weights, learning rates and the like.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.layers import Dropout, Residual
from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.optimizers import SGD, AdaDelta, AdaGrad, Adam, AdamW, RMSProp
from minnet.optimizers.penalties import L1, L2
from minnet.sweep.stack import layers, losses
from minnet.sweep.stack.stack import VARYING, flattened
from minnet.training.callback import Callback
from minnet.training.loop import Loop
from minnet.utils.checks import is_built_in
from minnet.utils.types import Array

OPTIMIZERS = (SGD, Adam, AdamW, RMSProp, AdaGrad, AdaDelta)
LARGEST_STEP = 2_000_000
"""Multiplications of one run's step, above which a stack gains nothing over one by one."""


def why_alone(loop: Loop) -> str:
    """Why a run cannot be in any stack, in a sentence; empty if it can."""
    state, fit = loop.state, loop.fit
    for layer in _all_layers(state.network):
        if type(layer) not in layers.RULES or getattr(layer, "axis", -1) != -1:
            return f"{layer!r} is not known to stack"
    for part, known in (
        (state.loss, losses.RULES),
        (state.optimizer, OPTIMIZERS),
        *((penalty, (L1, L2)) for penalty in state.objective.penalties),
    ):
        if type(part) not in known:
            return f"{part!r} is not known to stack"
    for callback in fit.callbacks:
        if _looks_into_epochs(callback):
            return f"{type(callback).__name__} is called within epochs"
    if fit.batches.x.ndim != 2 or not state.network.flat_values.size:
        return "only networks with weights, on samples that are rows of features, are stacked"
    if fit.batches.rows * state.network.flat_values.size > LARGEST_STEP:
        return "its products are so large that a stack gains nothing"
    return ""


def kind_of(loop: Loop) -> Hashable:
    """Runs with equal kinds can be trained together."""
    state, fit = loop.state, loop.fit
    network, optimizer = state.network, state.optimizer
    varying = [(name, bool(vars(optimizer).get(name))) for name in VARYING]
    return (
        network.dtype,
        tuple(_layer(layer) for layer in flattened(network)),
        tuple((p.shape, p.trainable, p.penalized) for p in network.parameters().values()),
        (type(state.loss), state.fused, _settings(state.loss)),
        (type(optimizer), _settings(optimizer, "steps", "t", "state", *VARYING), *varying),
        tuple(type(penalty) for penalty in state.objective.penalties),
        (state.clipping.norm, state.clipping.value, bool(state.metrics)),
        (fit.batches.rows, fit.shuffle, loop.last_epoch),
        (_arrays(fit.batches.x, fit.batches.y), _arrays(*(fit.validation or ()))),
    )


def _looks_into_epochs(callback: Callback) -> bool:
    """True if a method of it is called before the end of an epoch."""
    names = ["on_step_end"] if is_built_in(callback) else ["on_step_end", "on_epoch_begin"]
    return any(
        getattr(getattr(callback, name), "__func__", None) is not getattr(Callback, name)
        for name in names
    )


def _all_layers(network: Layer) -> Iterator[Layer]:
    """The network and its layers, those of nested networks and residual blocks among them."""
    yield network
    for layer in getattr(network, "layers", ()):
        yield from _all_layers(layer)


def _layer(layer: Layer) -> Hashable:
    """The type and the settings of a layer; the rate of a Dropout may differ."""
    if isinstance(layer, Residual):
        inner = [y for x in layer.layers for y in (flattened(x) if type(x) is Network else [x])]
        return (Residual, *map(_layer, inner))
    return type(layer), _settings(layer, *(["rate"] if isinstance(layer, Dropout) else []))


def _settings(part: object, *without: str) -> Hashable:
    """The public attributes: numbers and strings; of arrays and Parameters only their shape."""
    return tuple(
        (name, value.shape if isinstance(value, (np.ndarray, Parameter)) else value)
        for name, value in vars(part).items()
        if name[0] != "_" and name not in (*without, "count", "schedule", "training")
    )


def _arrays(*arrays: Array | None) -> Hashable:
    """Shapes and types."""
    return tuple(None if a is None else (a.shape, a.dtype) for a in arrays)
