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
    """A batch like that of the check, one with other sizes on every axis that allows it, one more.

    In evaluation mode, too, where the class has one: a backward may be wrong in that only.
    """
    first = _layer_batch(state, (state.batch, *state.inputs.shape[1:]), 31, True)
    shape = state.inputs.shape
    for axis in range(1, len(shape)) if state.inputs.given is None else ():
        for length in (shape[axis] + 2, shape[axis] + 4, shape[axis] + 1, 2 * shape[axis]):
            wider = (*shape[:axis], length, *shape[axis + 1 :])
            with contextlib.suppress(Exception):
                _layer_batch(state, wider, 32, True)
                shape = wider
                break
    others = {n for v in state.harness.values.values() for n in np.shape(v)} | set(shape)
    sizes = [n for n in (*PRIMES, 2 * state.batch) if n not in others and n != state.batch]
    batches = [first]
    for size, kind, training in (
        (sizes[0], shape, True),
        (sizes[1], state.inputs.shape, True),
        (state.batch, state.inputs.shape, False),
    ):
        if training or state.harness.layer.has_mode:
            with contextlib.suppress(Exception):
                batches.append(_layer_batch(state, (size, *kind[1:]), 33, training))
    if first.right() == first.wanted:
        batches.sort(key=lambda b: b.right() == b.wanted)
    return batches


def _layer_batch(state: CheckState, shape: Sizes, part: int, training: bool) -> Batch:
    generator = state.generator(part)
    given, state.inputs.shape = state.inputs.shape, shape
    try:
        x = state.inputs.draw(shape[0], generator)
    finally:
        state.inputs.shape = given
    names = ["input"] if state.inputs.kind != "indices" else []
    names += [weight.name for weight in state.harness.weights]
    single = state.precision.single
    return Batch(state.harness, np.asarray(x), names, generator, training, single)


def loss_batches(state: CheckState, settings: Settings) -> list[Batch]:
    """Predictions and targets of the first kind for which the loss is wrong, then other sizes."""
    for setting in settings.all():
        with contextlib.suppress(ValueError):
            first = _loss_batch(state, settings.draw(setting, 50), 34)
            if first.right() != first.wanted:
                return [first, *_more(state, settings, setting)]
    return []


def _more(state: CheckState, settings: Settings, setting: Setting | None) -> Iterator[Batch]:
    count = len(settings.draw(setting, 50)[0])
    found = 0
    for number, batch in enumerate((count + 2, 2 * count, count + 1, 3 * count, count)):
        other = setting
        if setting is not None and setting.shape()[1:] == (setting.outputs,):
            other = replace(setting, outputs=setting.outputs + 1 + number)
        try:
            yield _loss_batch(state, settings.draw(other, 61 + number, batch), 35 + number)
        except Exception:
            continue
        found += 1
        if found == 2:
            return


def _loss_batch(state: CheckState, pair: tuple[Array, Array], part: int) -> Batch:
    harness = LossHarness(state.harness.layer, pair[1])
    single = state.precision.single
    return Batch(harness, pair[0], ["input"], state.generator(part), single=single)
