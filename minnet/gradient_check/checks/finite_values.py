"""Looks for NaN and inf at +-1000, and at the caller's array itself.

All other checks use mixtures of the caller's rows. A row of zeros, or a zero in a logarithm,
is in none of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState, what
from minnet.gradient_check.harness import CallRecord, Harness
from minnet.utils.types import Array

_NEAR_LARGEST = 1e290


def check_extremes(state: CheckState) -> None:
    """Finite at +-1000, forward and backward."""
    patterns = state.inputs.extremes(state.batch)
    if state.inputs.kind == "positive":
        patterns = [("by rows", patterns[0][1])]
    check_finite_at(state, state.harness, patterns, state.inputs.kind == "given")


def check_finite_at(
    state: CheckState, harness: Harness, patterns: list[tuple[str, Array]], given: bool = False
) -> None:
    """No NaN, and no inf unless the numbers really become that large, for these inputs.

    given: the caller gave an array; a function that ends beyond it, as arctanh, is left alone.
    """
    if given:
        patterns = [(name, x) for name, x in patterns if _goes_on(state, harness, x)]
    before = len(state.report.mistakes)
    for name, x in patterns:
        _check_extreme(state, harness, x, name)
        if len(state.report.mistakes) > before:
            return
    if patterns:
        state.right("finite", "No NaN or inf at +-1000, forward and backward.")


def _goes_on(state: CheckState, harness: Harness, x: Array) -> bool:
    """Whether the output is finite well beyond ordinary numbers, on the way to x."""
    ways = (_values(state, harness, share * x, "forward") for share in (0.005, 0.05))
    return all(y is not None and np.isfinite(y).all() for y in ways)


def _check_extreme(state: CheckState, harness: Harness, x: Array, name: str) -> None:
    """The output, then each gradient."""
    run = _run(state, harness, x)
    y = _as_array(run.y)
    if y is None or run.failed_in == "forward":
        return
    overflows = not np.isfinite(y).all()
    wheres = ["forward", "input", *run.grads]
    if run.error is not None or (overflows and y.ndim > 0):
        wheres = ["forward"]  # of a loss, one number, the gradient must not be NaN even so
    for where in wheres:
        found = y if where == "forward" else _as_array(run.gradient(where))
        if found is None or where in state.blocked:
            continue
        if _is_acceptable(state, harness, x, where, found):
            continue
        kind = "NaN" if np.isnan(found).any() else "inf"
        text = f"at +-1000 ({name}) the output holds {kind}."
        if where != "forward":
            although = "" if overflows else ", although the output is"
            text = f"at +-1000 ({name}) {what(where)} is not finite{although}."
        evidence = f"{int((~np.isfinite(found)).sum())} of {found.size} entries."
        state.wrong("finite", "not-finite", where, text, evidence)
        if where == "forward":
            return


def _is_acceptable(state: CheckState, harness: Harness, x: Array, where: str, found: Array) -> bool:
    """Finite; or infinite where the values just below were near the largest float."""
    if found.dtype.kind != "f" or np.isfinite(found).all():
        return True
    if np.isnan(found).any():
        return False
    low, high, last = 0.0, 1.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2
        value = _values(state, harness, middle * x, where)
        if value is not None and np.isfinite(value).all():
            low, last = middle, float(np.abs(value).max(initial=0.0))
        else:
            high = middle
    single = state.precision.single or found.dtype.itemsize < 8
    return last > (1e30 if single else _NEAR_LARGEST)


def _run(state: CheckState, harness: Harness, x: Array, backward: bool = True) -> CallRecord:
    return harness.run(x, state.cotangent(22) if backward else None, stream=state.stream)


def _values(state: CheckState, harness: Harness, x: Array, where: str) -> Array | None:
    """The output or a gradient there; None after an error."""
    run = _run(state, harness, x, backward=where != "forward")
    found = run.y if where == "forward" else run.gradient(where)
    return _as_array(found) if run.error is None else None


def _as_array(found: Any) -> Array | None:
    """Numbers as an array, also the single number that a loss returns; None for all else."""
    if isinstance(found, (np.ndarray, np.generic, float, int)):
        array = np.asarray(found)
        return array if array.dtype.kind in "biuf" else None
    return None


def check_given_array(state: CheckState) -> None:
    """At the caller's array NaN is a mistake; inf is one where values nearby are not large."""
    given = state.inputs.given
    if given is None or state.inputs.kind != "given" or state.has("not-finite"):
        return
    run = _run(state, state.harness, given)
    if run.failed_in == "forward" or _as_array(run.y) is None or _refuses_one(state, given):
        return
    for where in ("forward", "input", *run.grads):
        found = _as_array(run.y if where == "forward" else run.gradient(where))
        if found is None or where in state.blocked:
            continue
        bad = ~np.isfinite(found)
        if bad.any() and (np.isnan(found).any() or not _grows(state, given, where, bad)):
            kind, holder = "NaN" if np.isnan(found).any() else "inf", what(where)
            holder = "the output" if where == "forward" else holder
            spot = "" if where in run.grads else _spot(given, bad)
            text = f"at the array that was given {holder} holds {kind}{spot}."
            evidence = f"{int(bad.sum())} of {found.size} entries are not finite."
            state.wrong("own array", "not-finite", where, text, evidence)
            state.blocked.add(where)
            return
    state.right("own array", "No NaN or inf at the array that was given.")


def _refuses_one(state: CheckState, given: Array) -> bool:
    """One sample alone has no variance, say; with its copies all is well."""
    if len(given) > 1:
        return False
    y = _values(state, state.harness, np.concatenate([given] * 3), "forward")
    return y is not None and bool(np.isfinite(y).all())


def _grows(state: CheckState, given: Array, where: str, bad: Array) -> bool:
    """Whether numbers grow when they come closer to the array: then inf is right."""
    toward = state.generator(24).uniform(0.5, 1.0, size=given.shape)
    toward *= np.where(given > given.mean(axis=0), -1, 1)
    sizes = []
    for step in (1e-3, 1e-6, 1e-9):
        found = _values(state, state.harness, given + step * toward, where)
        if found is None or np.isnan(found).any():
            return True  # no place to compare with
        sizes.append(np.abs(found[bad]))
    return bool((sizes[2] > 1.02 * sizes[1]).all() and (sizes[1] > 1.02 * sizes[0]).all())


def _spot(given: Array, bad: Array) -> str:
    """The entry or the row of the given array at which it happens."""
    if bad.ndim == 0 or len(bad) != len(given):
        return ""
    first = tuple(int(i) for i in np.argwhere(bad)[0])
    row = first[0]
    if bad.shape == given.shape and not (bad.ndim > 1 and bad[row].all()):
        return f": x[{', '.join(map(str, first))}] is {given[first]:g}"
    numbers = np.array2string(given[row], precision=4, threshold=6, separator=", ")
    return f": x[{row}] is {numbers}".replace("\n", "")
