"""The batches on which an edit must prove itself: of sizes that have nothing in common."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.input_domain import PRIMES
from minnet.gradient_check.loss.harness import LossHarness
from minnet.gradient_check.loss.inputs import Setting
from minnet.gradient_check.loss.settings import Settings
from minnet.gradient_check.repair.trial import Batch
from minnet.utils.types import Array

Sizes = tuple[int, ...]


def layer_batches(state: CheckState) -> list[Batch]:
    """A batch like that of the check; one with other sizes on every axis that allows it; two more.

    One is in evaluation mode, where the class has one: a backward may be wrong in that only.
    """
    shape = (state.batch, *state.inputs.shape[1:])
    first, wider = _layer_batch(state, shape, 31), shape
    for axis in range(1, len(shape)) if state.inputs.given is None else ():
        for length in (shape[axis] + 2, shape[axis] + 4, shape[axis] + 1, 2 * shape[axis]):
            other = (*wider[:axis], length, *wider[axis + 1 :])
            with contextlib.suppress(Exception):
                _layer_batch(state, other, 32)
                wider = other
                break
    others = {n for v in state.harness.values.values() for n in np.shape(v)} | {*wider, *shape}
    sizes = [n for n in (*PRIMES, 17, 19) if n not in others]
    batches = [first]
    more = [((sizes[0], *wider[1:]), True), ((sizes[1], *shape[1:]), True), (shape, False)]
    for sizes_of_batch, training in more if state.harness.layer.has_mode else more[:2]:
        with contextlib.suppress(Exception):
            batches.append(_layer_batch(state, sizes_of_batch, 33, training))
    return sorted(batches, key=lambda b: b.right() == b.wanted)


def _layer_batch(state: CheckState, shape: Sizes, part: int, training: bool = True) -> Batch:
    generator = state.generator(part)
    given, state.inputs.shape = state.inputs.shape, shape
    try:
        x = np.asarray(state.inputs.draw(shape[0], generator))
    finally:
        state.inputs.shape = given
    names = ["input"] if state.inputs.kind != "indices" else []
    names += [weight.name for weight in state.harness.weights]
    return Batch(state.harness, x, names, generator, training, state.precision.single)


def loss_batches(state: CheckState, settings: Settings) -> list[Batch]:
    """Predictions and targets of the first kind for which the loss is wrong, then other sizes."""
    for setting in settings.all():
        with contextlib.suppress(ValueError):
            first = _loss_batch(state, settings.draw(setting, 50), 34)
            if first.right() != first.wanted:
                return [first, *_other_losses(state, settings, setting, len(first.x))]
    return []


def _other_losses(
    state: CheckState, settings: Settings, setting: Setting | None, count: int
) -> Iterator[Batch]:
    left = 2
    for number, batch in enumerate((count + 2, 2 * count, count + 1, 3 * count, count)):
        other = setting
        if setting is not None and setting.shape()[1:] == (setting.outputs,):
            other = replace(setting, outputs=setting.outputs + 1 + number)
        with contextlib.suppress(Exception):
            if left:
                yield _loss_batch(state, settings.draw(other, 61 + number, batch), 35 + number)
                left -= 1


def _loss_batch(state: CheckState, pair: tuple[Array, Array], part: int) -> Batch:
    harness = LossHarness(state.harness.layer, pair[1])
    generator = state.generator(part)
    return Batch(harness, pair[0], ["input"], generator, single=state.precision.single)
