"""Which runs can be trained together: those of one kind.

The kind of a run holds everything that a stack computes once for all of its runs: layers and their
settings, shapes, the loss, the optimizer, sizes of batches. What differs from run to run is not in
it: data, seeds, weights, learning rates and the like.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import numpy as np

from minnet.nn.error_location import short_repr
from minnet.nn.layer import Layer
from minnet.nn.layers import Dropout
from minnet.nn.sequential import Sequential
from minnet.sweep.stack.layers import rule_for
from minnet.sweep.stack.stack import PENALTIES, flattened
from minnet.training.callback import Callback
from minnet.training.loop import Loop
from minnet.utils.checks import is_built_in

LARGEST_STEP = 1_500_000
"""Multiplications of one run's step, above which a stack gains nothing over one by one."""

MOST_RUNS, MOST_WEIGHTS = 50, 500_000
"""In one stack: with more runs it is hardly faster, with more weights they leave the cache."""


def why_alone(loop: Loop) -> str:
    """Why a run cannot be in any stack, in a sentence; empty if it can."""
    state, batches = loop.state, loop.fit.batches
    layers = list(_all_layers(state.network))
    unknown: list[object] = [layer for layer in layers if rule_for(layer) is None]
    unknown += [layer for layer in layers if getattr(layer, "axis", -1) != -1]
    unknown += [part for part in (state.loss, state.optimizer) if not is_built_in(part)]
    unknown += [part for part in state.objective.penalties if type(part) not in PENALTIES]
    if unknown:
        return f"{short_repr(unknown[0])} is not known to stack"
    if state.network._minnet.tied:
        return "two of its layers share a Parameter"
    for callback in loop.fit.callbacks:
        if _looks_into_epochs(callback):
            return f"{type(callback).__name__} is called within epochs"
    if batches.x.ndim != 2 or not state.network.flat_values.size:
        return "its samples are no rows of features, or it has no weights"
    if batches.rows * state.network.flat_values.size > LARGEST_STEP or most_runs(loop) < 3:
        return "its products are so large that a stack gains nothing"
    return ""


def most_runs(loop: Loop) -> int:
    """How many runs of this size one stack may have."""
    return min(MOST_RUNS, MOST_WEIGHTS // loop.state.network.flat_values.size)


def kind_of(loop: Loop) -> Hashable:
    """Runs with equal kinds can be trained together."""
    state, fit = loop.state, loop.fit
    network, clipping = state.network, state.clipping
    arrays = (fit.batches.x, fit.batches.y, *(fit.validation or ()))
    return (
        network.dtype,
        tuple(map(_layer, flattened(network))),
        tuple((p.shape, p.trainable, p.penalized) for p in network.parameters().values()),
        (type(state.loss), _settings(state.loss), state.fused, bool(state.metrics)),
        (type(state.optimizer), state.optimizer.memory, clipping.norm, clipping.value),
        tuple(map(type, state.objective.penalties)),
        (fit.batches.batch_size, fit.shuffle, loop.last_epoch),
        tuple(a if a is None else (a.shape, a.dtype) for a in arrays),
    )


def generators_of(network: Layer) -> list[np.random.Generator]:
    """The random generators of its dropout, each once; mostly one."""
    layers = [layer for layer in _all_layers(network) if isinstance(layer, Dropout)]
    return list({id(layer.random): layer.random for layer in layers}.values())


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
    if isinstance(layer, Sequential):
        return (type(layer), *map(_layer, layer.layers))
    return type(layer), () if isinstance(layer, Dropout) else _settings(layer)


def _settings(part: object) -> Hashable:
    """The public attributes: numbers and strings; of arrays and Parameters only the shape."""
    return tuple(
        (name, getattr(value, "shape", value))
        for name, value in vars(part).items()
        if name[0] != "_" and name != "count"
    )
