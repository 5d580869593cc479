"""Finds an input that the layer accepts, and randomizes its parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.finite_differences import is_single, mismatch
from minnet.gradient_check.harness import CallRecord
from minnet.gradient_check.input_domain import batch_sizes, random_weight
from minnet.gradient_check.layer_under_test import where_raised
from minnet.gradient_check.weights import Weight, find_weights, named_weights
from minnet.nn.layer import Layer
from minnet.utils.error_codes import code_of
from minnet.utils.types import Array


def explain_error(error: BaseException) -> str:
    """Type and text of an error, and the statement that raised it."""
    place = where_raised(error)
    return f"{type(error).__name__}: {error}{f' (at {place})' if place else ''}"


def code_of_error(error: BaseException) -> str:
    """Errors of the framework that have a code of their own; all others are `raises`."""
    code = code_of(error)
    if code is not None:
        return code
    text = str(error)  # NumPy's errors have no code
    if "same_kind" in text or ("Cannot cast ufunc" in text and "int" in text):
        return "integer-arithmetic"
    return "raises"


def find_input(state: CheckState) -> CallRecord:
    """The first run that goes through forward: choose the kind of input and the batch size."""
    state.batch = state.inputs.batch
    runs: list[CallRecord] = []
    kinds = ["given"] if state.inputs.kind == "given" else ["real", "positive", "indices"]
    if state.inputs.kind == "indices" or getattr(state.harness.layer.cls, "takes_indices", False):
        kinds = ["indices"]
    for kind in kinds:
        state.inputs.kind = kind
        for batch in dict.fromkeys([max(state.inputs.batch, 3), state.inputs.batch]):
            run = _try(state, batch)
            runs.append(run)
            if run.error is None and (kind == "indices" or _finite(run.y)):
                state.batch = batch
                return run
        if kind == "real" and runs[-1].error is not None and not _wants_indices(runs[-1].error):
            break
    state.inputs.kind = kinds[0]
    good = [run for run in runs if run.error is None]
    state.batch = state.inputs.batch if not good else len(good[0].x)
    return good[0] if good else runs[0]


def _try(state: CheckState, batch: int) -> CallRecord:
    x = state.inputs.draw(batch, state.generator(1), first=True)
    return state.harness.run(x, stream=state.stream)


def _finite(y: Any) -> bool:
    array = np.asarray(y) if isinstance(y, (np.ndarray, float, np.number)) else None
    return array is None or array.dtype.kind not in "fiu" or bool(np.isfinite(array).all())


def _wants_indices(error: BaseException) -> bool:
    text = str(error)
    return isinstance(error, (IndexError, TypeError, ValueError)) and (
        "integer" in text or "index" in text or "indices" in text
    )


def choose_batch(state: CheckState) -> None:
    """A batch size that no other size of the problem equals, if the layer takes any."""
    run = state.harness.run(state.inputs.draw(state.batch, state.generator(1)), stream=state.stream)
    others = set(state.inputs.shape[1:])
    if isinstance(run.y, np.ndarray):
        others |= set(run.y.shape[1:]) | {int(np.prod(run.y.shape[1:]))}
    others |= {n for w in state.harness.weights for n in np.shape(state.harness.values[w.name])}
    others |= {1, 2}
    for batch in batch_sizes(state.inputs.batch, others):
        run = state.harness.run(state.inputs.draw(batch, state.generator(1)), stream=state.stream)
        if run.error is None:
            state.batch = batch
            return


def find_weights_of_layer(state: CheckState, named: dict[str, str] | None) -> None:
    """All weights: the caller's, or what one forward and backward show."""
    harness, layer = state.harness, state.harness.layer
    x = state.inputs.draw(state.batch, state.generator(2))
    before = harness.fresh()
    run = harness.run(x, _ones, stream=state.stream)
    if named is not None:
        harness.weights = named_weights(named)
        _check_names(harness.weights, run.obj)
        if isinstance(layer._first, Layer):
            known = {w.name for w in harness.weights}
            harness.weights += [w for w in find_weights(before, run.obj) if w.name not in known]
    else:
        harness.weights = find_weights(before, run.obj)
        if not harness.weights:
            _try_lazy(state, run, x)
    harness.weights = [w for w in harness.weights if not _is_cache(state, w)]


def _check_names(weights: list[Weight], obj: Any) -> None:
    for weight in weights:
        try:
            weight.value(obj)
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            raise ValueError(
                f"check_layer: parameters: expected names of arrays that {type(obj).__name__} has "
                f'after a forward, got {weight.name!r}. Write for example {{"W": "dW"}} for '
                f"self.W and self.dW."
            ) from None


def _ones(y: Array) -> Array:
    return np.ones(np.shape(y))


def _try_lazy(state: CheckState, run: CallRecord, x: Array) -> None:
    """Weights that are made in the first forward: start from an object that has run once."""
    late = find_weights(run.obj, run.obj)
    if not late:
        return
    other = state.harness.run(
        state.inputs.draw(state.batch, state.generator(3)), _ones, obj=run.obj
    )
    kept = [np.array(w.value(run.obj)) for w in late]
    if other.error is None and all(
        np.array_equal(k, w.value(run.obj)) for k, w in zip(kept, late, strict=True)
    ):
        harness = state.harness
        harness.layer.warm(lambda obj: harness.run(x, _ones, obj=obj, stream=state.stream))
        harness.weights = late


def _is_cache(state: CheckState, weight: Weight) -> bool:
    """True for an array that every forward overwrites."""
    if weight.kind == "parameter":
        return False
    x = state.inputs.draw(state.batch, state.generator(2))
    after = []
    for shift in (0.0, 1.0):
        obj = state.harness.layer.fresh()
        held = np.asarray(weight.value(obj), dtype=np.float64) + shift
        weight.set(obj, held)
        run = state.harness.run(x, obj=obj, stream=state.stream)
        if run.error is not None:
            return False
        after.append(np.array(weight.value(run.obj)))
    return bool(np.array_equal(after[0], after[1]))


def randomize(state: CheckState) -> None:
    """Random numbers for all weights: of both signs, else positive, else near what they were."""
    harness = state.harness
    obj = harness.layer.fresh()
    originals = {w.name: np.asarray(w.value(obj), dtype=np.float64) for w in harness.weights}
    harness.first_values = originals
    x = state.inputs.draw(state.batch, state.generator(2))
    for attempt in ("both", "positive", "near"):
        generator = state.generator(4)
        harness.values = {
            name: value * generator.uniform(0.7, 1.3, size=np.shape(value))
            if attempt == "near"
            else random_weight(value, generator, attempt == "positive")
            for name, value in originals.items()
        }
        run = harness.run(x, stream=state.stream)
        if run.error is None and _finite(run.y):
            break
    _check_copies(state, x)


def _check_copies(state: CheckState, x: Array) -> None:
    """A function kept in an attribute may still refer to the object that was copied."""
    layer = state.harness.layer
    if not layer.made_here or not layer.by_copy or layer.warmed:
        return
    copied = state.harness.run(x, stream=state.stream)
    layer.by_copy = False
    made = state.harness.run(x, stream=state.stream)
    layer.by_copy = made.error is not None or mismatch(copied.y, made.y) == 0


def find_precision(state: CheckState) -> None:
    """Whether the layer computes in single precision by itself."""
    x = state.inputs.draw(state.batch, state.generator(5))
    if state.inputs.kind == "indices":
        y = state.harness.run(x, stream=state.stream).y
        state.precision.single = isinstance(y, np.ndarray) and y.dtype.kind == "f" and is_single(y)
        return
    toward = state.generator(7).uniform(0.3, 1.0, size=x.shape) * np.where(x < 0, -1, 1)
    toward *= state.generator(16).choice([0.5, 1.0], size=x.shape)  # no mere change of scale
    base, tiny, small = (
        state.harness.run(x + size * np.maximum(np.abs(x), 1e-2) * toward, stream=state.stream).y
        for size in (0, 1e-11, 1e-4)
    )
    if not all(isinstance(y, np.ndarray) and y.dtype.kind == "f" for y in (base, tiny, small)):
        return
    if base.shape != tiny.shape or base.shape != small.shape:
        return
    moved, at_once = base != small, base != tiny
    low = base.dtype.itemsize < 8 or is_single(base)
    state.precision.single = bool(
        low or (_most(moved[base != 0]) and at_once.sum() < 0.1 * moved.sum())
    )


def _most(moved: Array) -> bool:
    """Nearly all entries; in a staircase only a few move."""
    return moved.size > 0 and bool(moved.mean() > 0.8)


def find_randomness(state: CheckState) -> bool:
    """Note whether the layer is random; False if seeding does not make it repeatable."""
    x = state.inputs.draw(max(state.batch, 5), state.generator(6))
    first, again = (state.harness.run(x, stream=state.stream) for _ in range(2))
    others = [state.harness.run(x, stream=state.stream + k) for k in (1, 2, 3)]
    if first.error is not None:
        return True
    state.random = any(mismatch(first.y, other.y) > 0 for other in others if other.error is None)
    return mismatch(first.y, again.y) == 0 or not _finite(first.y)
