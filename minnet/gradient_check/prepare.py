"""Finds an input that the layer accepts, and randomizes its parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState
from minnet.gradient_check.finite_differences import is_single, mismatch
from minnet.gradient_check.harness import CallRecord, Harness
from minnet.gradient_check.input_domain import batch_sizes, random_weight
from minnet.gradient_check.layer_under_test import where_raised
from minnet.gradient_check.weights import Weight, find_weights, named_weights
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
    inputs, runs = state.inputs, []
    kinds = [inputs.kind] if inputs.kind == "given" else ["real", "positive", "indices"]
    if inputs.kind == "indices" or getattr(state.harness.layer.cls, "takes_indices", False):
        kinds = ["indices"]
    for inputs.kind in kinds:
        for state.batch in dict.fromkeys([max(inputs.batch, 3), inputs.batch]):
            x = inputs.draw(state.batch, state.generator(1), first=True)
            run = state.harness.run(x, stream=state.stream)
            runs.append(run)
            if run.error is None and (inputs.kind == "indices" or _finite(run.y)):
                return run
        if inputs.kind == "real" and run.error is not None and not _wants_indices(run.error):
            break
    inputs.kind = kinds[0]
    best = next((run for run in runs if run.error is None), runs[0])
    state.batch = len(best.x) if best.error is None else inputs.batch
    return best


def _finite(y: Any) -> bool:
    array = np.asarray(y) if isinstance(y, (np.ndarray, float, np.number)) else None
    return array is None or array.dtype.kind not in "fiu" or bool(np.isfinite(array).all())


def _wants_indices(error: BaseException) -> bool:
    words = ("integer", "index", "indices")
    known = isinstance(error, (IndexError, TypeError, ValueError))
    return known and any(word in str(error) for word in words)


def choose_batch(state: CheckState) -> None:
    """A batch size that no other size of the problem equals, if the layer takes any."""
    run = _run_with(state, state.batch, 1)
    others = {1, 2, *state.inputs.shape[1:]}
    if isinstance(run.y, np.ndarray):
        others |= {*run.y.shape[1:], int(np.prod(run.y.shape[1:]))}
    others |= {n for value in state.harness.values.values() for n in np.shape(value)}
    for batch in batch_sizes(state.inputs.batch, others):
        if _run_with(state, batch, 1).error is None:
            state.batch = batch
            return


def _run_with(state: CheckState, batch: int, part: int, **more: Any) -> CallRecord:
    """One run with an input of this part of the check."""
    x = state.inputs.draw(batch, state.generator(part))
    return state.harness.run(x, stream=state.stream, **more)


def find_weights_of_layer(state: CheckState, named: dict[str, str] | None) -> None:
    """All weights: the caller's, or what one forward and backward show."""
    harness = state.harness
    before = harness.fresh()
    run = _run_with(state, state.batch, 2, g=np.ones_like)
    found = find_weights(before, run.obj)
    if named is not None:
        chosen = named_weights(named)
        _check_names(chosen, run.obj)
        known = {w.name for w in chosen}
        others = found if harness.layer.in_framework else []
        found = chosen + [w for w in others if w.name not in known]
    harness.weights = found or _late_weights(state, run)
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


def _late_weights(state: CheckState, run: CallRecord) -> list[Weight]:
    """Weights that are made in the first forward: start from an object that has run once."""
    late = find_weights(run.obj, run.obj)
    kept = [np.array(w.value(run.obj)) for w in late]
    other = _run_with(state, state.batch, 3, g=np.ones_like, obj=run.obj)
    same = (np.array_equal(k, w.value(run.obj)) for k, w in zip(kept, late, strict=True))
    if not late or other.error is not None or not all(same):
        return []
    state.harness.layer.warm(lambda obj: _run_with(state, state.batch, 2, g=np.ones_like, obj=obj))
    return late


def _is_cache(state: CheckState, weight: Weight) -> bool:
    """True for an array that every forward overwrites."""
    after = []
    for shift in (0.0, 1.0) if weight.kind == "plain" else ():
        obj = state.harness.layer.fresh()
        weight.set(obj, np.asarray(weight.value(obj), dtype=np.float64) + shift)
        run = _run_with(state, state.batch, 2, obj=obj)
        if run.error is not None:
            return False
        after.append(np.array(weight.value(run.obj)))
    return len(after) == 2 and bool(np.array_equal(after[0], after[1]))


def randomize(state: CheckState) -> None:
    """Random numbers for all weights: of both signs, else positive, else near what they were."""
    harness = state.harness
    obj = harness.layer.fresh()
    originals = {w.name: np.asarray(w.value(obj), dtype=np.float64) for w in harness.weights}
    harness.first_values = originals
    for attempt in ("both", "positive", "near"):
        generator = state.generator(4)
        harness.values = {
            name: value * generator.uniform(0.7, 1.3, size=np.shape(value))
            if attempt == "near"
            else random_weight(value, generator, attempt == "positive")
            for name, value in originals.items()
        }
        run = _run_with(state, state.batch, 2)
        if run.error is None and _finite(run.y):
            break
    _check_copies(state)


def _check_copies(state: CheckState) -> None:
    """A function kept in an attribute may still refer to the object that was copied."""
    layer = state.harness.layer
    if layer.made_here and layer.by_copy and not layer.warmed:
        copied = _run_with(state, state.batch, 2)
        layer.by_copy = False
        made = _run_with(state, state.batch, 2)
        layer.by_copy = made.error is not None or mismatch(copied.y, made.y) == 0


def find_precision(state: CheckState, harness: Harness, x: Array) -> None:
    """Whether forward computes in single precision by itself: it does not feel a tiny step."""
    toward = state.generator(7).uniform(0.3, 1.0, size=x.shape) * np.where(x < 0, -1, 1)
    toward *= state.generator(16).choice([0.5, 1.0], size=x.shape)  # no mere change of scale
    toward *= np.maximum(np.abs(x), 1e-2)
    steps = (0.0,) if state.inputs.kind == "indices" else (0.0, 1e-11, 1e-4)
    found = [harness.run(x + h * toward if h else x, stream=state.stream).y for h in steps]
    if not all(isinstance(y, (float, np.ndarray, np.floating)) for y in found):
        return
    base, *others = map(np.asarray, found)
    if base.dtype.kind != "f" or any(y.shape != base.shape for y in others):
        return
    state.precision.single = base.dtype.itemsize < 8 or is_single(base)
    if others and not state.precision.single and np.any(base):
        at_once, moved = (base != y for y in others)
        most = moved[base != 0].mean() > 0.8  # in a staircase a few move
        state.precision.single = bool(most and at_once.sum() < 0.1 * moved.sum())


def find_randomness(state: CheckState) -> bool:
    """Note whether the layer is random; False if seeding does not make it repeatable."""
    x = state.inputs.draw(max(state.batch, 5), state.generator(6))
    first, again = (state.harness.run(x, stream=state.stream) for _ in range(2))
    others = [state.harness.run(x, stream=state.stream + k) for k in (1, 2, 3)]
    if first.error is not None:
        return True
    state.random = any(mismatch(first.y, other.y) > 0 for other in others if other.error is None)
    return mismatch(first.y, again.y) == 0 or not _finite(first.y)
