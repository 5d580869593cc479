"""Looks for NaN and inf at the caller's array itself, which mixtures of its rows do not show.

All other checks use mixtures of the caller's rows. A row of zeros, or a zero in a logarithm,
is in none of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import CheckState, what
from minnet.gradient_check.harness import CallRecord
from minnet.gradient_check.input_domain import cotangent
from minnet.utils.types import Array


def check_given_array(state: CheckState) -> None:
    """NaN is a mistake; inf is one where values nearby are not large themselves."""
    given = state.inputs.given
    if given is None or state.inputs.kind != "given" or state.has("not-finite"):
        return
    run = _run(state, given)
    if run.failed_in == "forward" or not _numbers(run.y) or _refuses_one(state, given):
        return
    for where in ("forward", "input", *run.grads):
        found = run.y if where == "forward" else run.gradient(where)
        if not _numbers(found) or where in state.blocked:
            continue
        bad = ~np.isfinite(found)
        if bad.any() and (np.isnan(found).any() or not _grows(state, given, where, bad)):
            _say(state, where, found, bad)
            return
    state.right("own array", "No NaN or inf at the array that was given.")


def _run(state: CheckState, x: Array) -> CallRecord:
    return state.harness.run(
        x, lambda y: cotangent(np.shape(y), state.generator(23)), stream=state.stream
    )


def _numbers(found: Any) -> bool:
    return isinstance(found, np.ndarray) and found.dtype.kind in "biuf"


def _refuses_one(state: CheckState, given: Array) -> bool:
    """One sample alone has no variance, say; with its copies all is well."""
    if len(given) > 1:
        return False
    run = _run(state, np.concatenate([given] * 3))
    return run.error is None and _numbers(run.y) and bool(np.isfinite(run.y).all())


def _grows(state: CheckState, given: Array, where: str, bad: Array) -> bool:
    """Whether numbers grow when they come closer to the array: then inf is right."""
    toward = state.generator(24).uniform(0.5, 1.0, size=given.shape)
    toward *= np.where(given > given.mean(axis=0), -1, 1)
    sizes = []
    for step in (1e-3, 1e-6, 1e-9):
        run = _run(state, given + step * toward)
        found = run.y if where == "forward" else run.gradient(where)
        if not _numbers(found) or np.isnan(found).any():
            return True  # no place to compare with
        sizes.append(np.abs(found[bad]))
    return bool((sizes[2] > 1.02 * sizes[1]).all() and (sizes[1] > 1.02 * sizes[0]).all())


def _say(state: CheckState, where: str, found: Array, bad: Array) -> None:
    kind = "NaN" if np.isnan(found).any() else "inf"
    layer = "the output" if where == "forward" else what(where)
    state.wrong(
        "own array",
        "not-finite",
        where,
        f"at the array that was given {layer} holds {kind}{_at(state, found, bad, where)}.",
        f"{int(bad.sum())} of {found.size} entries are not finite.",
    )
    state.blocked.add(where)


def _at(state: CheckState, found: Array, bad: Array, where: str) -> str:
    """The entry or the row of the given array at which it happens."""
    given = state.inputs.given
    assert given is not None
    if where not in ("forward", "input") or len(found) != len(given):
        return ""
    first = tuple(int(i) for i in np.argwhere(bad)[0])
    row = first[0]
    if found.shape == given.shape and not (found.ndim > 1 and bad[row].all()):
        return f": x[{', '.join(map(str, first))}] is {given[first]:g}"
    return f": x[{row}] is {_short(given[row])}"


def _short(row: Array) -> str:
    return np.array2string(row, precision=4, threshold=6, separator=", ").replace("\n", "")
