"""Where a gradient is right and where it is wrong, and by how much: a map, not one worst entry."""

from __future__ import annotations

import numpy as np

from minnet.utils.types import Array

_AXES = {
    1: ("samples",),
    2: ("samples", "features"),
    3: ("samples", "time steps", "features"),
    4: ("samples", "channels", "rows", "columns"),
}


def describe_difference(found: Array, true: Array, tolerance: float, of_input: bool = True) -> str:
    """Sentences about two arrays of one shape that differ; empty if nothing stands out.

    of_input: the axes have the names of an input's (samples, features ...).
    """
    right = np.abs(found - true) <= tolerance * np.abs(true).max(initial=0.0)
    sentences = [_slices(right, of_input), _ratios(found, true, right, tolerance)]
    if not sentences[1]:
        sentences[1] = _difference(found, true, right, tolerance)
    return "".join(f" {sentence}" for sentence in sentences if sentence)


def _slices(right: Array, of_input: bool) -> str:
    """`It is right for samples 0 and 2, wrong for 1`: the axis along which it falls apart."""
    if right.size == 1 or not right.any():
        return ""
    names = _AXES.get(right.ndim, ()) if of_input else ()
    for axis in range(right.ndim):
        rows = np.moveaxis(right, axis, 0).reshape(right.shape[axis], -1)
        whole, inside = np.asarray(rows.all(axis=1)), np.asarray(rows.any(axis=1))
        if whole.any() and not whole.all() and not (inside & ~whole).any():
            name = names[axis] if names else f"indices of axis {axis}"
            if whole.sum() == 1:
                name = name.removesuffix("s") if names else f"index of axis {axis}"
            return f"It is right for {name} {_listed(whole)}, and wrong for {_listed(~whole)}."
    return f"It is right in {int(right.sum())} of {right.size} entries."


def _listed(chosen: Array) -> str:
    numbers = [str(int(k)) for k in np.flatnonzero(chosen)]
    if len(numbers) > 6:
        numbers = [*numbers[:3], "...", numbers[-1]]
    return ", ".join(numbers)


def _ratios(found: Array, true: Array, right: Array, tolerance: float) -> str:
    """Where yours / true takes a few values only."""
    zero = true == 0
    if zero.any() and not right[zero].any():
        same = right[~zero].all()
        return "Yours is not 0 where the true one is 0" + (": a mask is missing." if same else ".")
    if (~zero).sum() < 4:
        return ""
    ratio = (found[~zero] / true[~zero]).round(max(3, int(-np.log10(tolerance)) - 2))
    values, counts = np.unique(ratio + 0.0, return_counts=True)
    if not 1 < len(values) <= 3 or counts.max() == ratio.size:
        return ""
    words = [f"{v:.4g} in {c}" for v, c in zip(values, counts, strict=True)]
    return f"Yours / true is {', '.join(words[:-1])} and {words[-1]} entries."


def _difference(found: Array, true: Array, right: Array, tolerance: float) -> str:
    """One constant, or a product of a column and a row, that is the whole difference."""
    apart = found - true
    wrong = apart[~right]
    scale = np.abs(true).max(initial=0.0)
    if wrong.size > 1 and np.ptp(wrong) <= 10 * tolerance * scale:
        return f"Yours - true is {wrong.mean():.4g} in all wrong entries."
    if apart.ndim == 2 and min(apart.shape) > 2:
        left, sizes, top = np.linalg.svd(apart)
        if (
            sizes[1] <= 10 * tolerance * sizes[0]
            and np.abs(left[:, 0]).min() + np.abs(top[0]).min() > 0
        ):
            return "Yours - true is one column times one row (of rank one)."
    return ""
