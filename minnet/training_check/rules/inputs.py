"""Rules about x, the order of the rows, and the validation data."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.trial import Copy
from minnet.utils.array_checks import survives_cast
from minnet.utils.types import Array

STANDARDIZE = "x = mn.data.Standardizer().fit(x).transform(x)"


def merged(e: Examination) -> Iterator[Suspect]:
    """Rows that differ in float64 are equal in float32."""
    try:
        survives_cast("x", "x", e.given_x, e.trainer.network.dtype)
    except ValueError as error:
        message = str(error).partition("expected ")[2].partition(". ")[0]
        message = f"expected {message}."
        yield Suspect("inputs-merged", "x", message, STANDARDIZE, certain=True)


def constant(e: Examination) -> Iterator[Suspect]:
    """What is the same in all rows cannot tell them apart."""
    x = e.x.reshape(len(e.x), -1)
    if len(x) < 2:
        return
    alike = float((np.ptp(x.astype(float), axis=0) == 0).mean())
    if alike > 0.5:
        message = f"{alike:.0%} of the columns of x are the same in all {len(x)} rows."
        step = "print(x.min(), x.max(), x.std(axis=0))"
        yield Suspect("inputs-constant", "x", message, step, certain=alike == 1)


def not_scaled(e: Examination) -> Iterator[Suspect]:
    """A weight's gradient is proportional to its input: one rate cannot fit all of them."""
    if e.trainer.network.takes_indices or e.x.dtype.kind == "b":
        return
    x = e.x.reshape(len(e.x), -1).astype(float)
    size = np.sqrt((x * x).mean(axis=0))
    spread = x.std(axis=0)
    varying = spread > 0
    if not varying.any():
        return
    largest, smallest = float(size.max()), float(spread[varying].min())
    shift = float((np.abs(x.mean(axis=0)) / np.where(varying, spread, np.inf)).max())
    ratio = float(size.max() / max(np.median(size[varying]), 1e-300))
    # A row's columns together: a pixel that is white in one image of a thousand is no wrong scale.
    if not (largest > 8 or largest < 0.02 or ratio > 30 and largest > 3):
        return
    message = (
        f"the columns of x have root mean squares up to {largest:.4g}, standard deviations from "
        f"{smallest:.3g} to {spread.max():.3g}, and means up to {shift:.3g} of these."
    )
    yield Suspect(
        "inputs-not-scaled", "x", message, STANDARDIZE, standardized, "with standardized inputs",
        always=largest > 100,
    )


def standardized(trial: Copy) -> None:
    """Mean 0 and standard deviation 1 by column; by the whole array for images."""
    trial.x = _standard(trial.x, trial.x)


def _standard(x: Array, like: Array) -> Array:
    axis = 0 if x.ndim == 2 else None
    like = like.astype(float)
    spread = like.std(axis=axis)
    return (x.astype(float) - like.mean(axis=axis)) / np.where(spread > 0, spread, 1)  # type: ignore[no-any-return]


def sorted_rows(e: Examination) -> Iterator[Suspect]:
    """Batches of one class each unlearn what the batch before has taught."""
    if e.shuffle or e.labels is None or len(e.given_x) <= e.batch_size:
        return
    labels = e.labels
    rows = len(labels) // max(1, math.ceil(len(labels) / e.batch_size))
    if rows < 2:
        return
    parts = [labels[i : i + rows] for i in range(0, len(labels) - rows + 1, rows)]
    shares = [np.bincount(p).max() / len(p) for p in parts]
    overall = np.bincount(labels).max() / len(labels)
    mixed = np.random.default_rng(0).permutation(labels)
    expected = [
        np.bincount(mixed[i : i + rows]).max() / rows for i in range(0, len(mixed) - rows + 1, rows)
    ]
    if np.mean(shares) < (1 + np.mean(expected)) / 2:
        return
    message = (
        f"shuffle=False, and the commonest class of a batch has {np.mean(shares):.0%} of its rows "
        f"(of all rows {overall:.0%})."
    )

    def shuffled(trial: Copy) -> None:
        trial.shuffle = True

    step = "trainer.fit(x, y, ..., shuffle=True)"
    yield Suspect("sorted-not-shuffled", "fit(shuffle=False)", message, step, shuffled, "shuffled", always=True)


def validation_is_training(e: Examination) -> Iterator[Suspect]:
    """Rows that were trained on do not show what the network does with others."""
    if e.validation is None or e.validation[0].shape[1:] != e.given_x.shape[1:]:
        return
    held = e.validation[0]
    known = {row.tobytes() for row in np.ascontiguousarray(e.given_x.astype(held.dtype))}
    shared = float(np.mean([row.tobytes() in known for row in np.ascontiguousarray(held)]))
    if shared > 0.5 and len(np.unique(held.reshape(len(held), -1)[:, 0])) > 2:
        message = f"{shared:.0%} of the {len(held)} validation rows are rows of x."
        step = "x, x_test, y, y_test = mn.data.train_test_split(x, y, test_fraction=0.2, seed=0)"
        yield Suspect("validation-is-training", "validation_data", message, step)


def validation_scaled(e: Examination) -> Iterator[Suspect]:
    """Validation rows need the scaling of the training rows."""
    if e.validation is None or e.validation[0].shape[1:] != e.x.shape[1:]:
        return
    here = e.x.reshape(len(e.x), -1).astype(float)
    there = e.validation[0].reshape(len(e.validation[0]), -1).astype(float)
    if len(there) < 10:
        return
    a, b = here.std(axis=0), there.std(axis=0)
    varying = (a > 0) & (b > 0)
    if not varying.any():
        return
    ratio = float(np.median(np.maximum(a, b)[varying] / np.minimum(a, b)[varying]))
    shift = float(np.median(np.abs(here.mean(axis=0) - there.mean(axis=0))[varying] / a[varying]))
    if ratio < 3 and shift < 2:
        return
    message = (
        f"in the median column the validation rows differ from the training rows by {shift:.3g} "
        f"standard deviations and by the factor {ratio:.3g} in spread"
    )
    step = "scaler = mn.data.Standardizer().fit(x); x_test = scaler.transform(x_test)"
    outcome = e.run()
    evidence = _evidence(e, outcome.trained) if not outcome.diverged else ""
    message = f"{message}; {evidence}." if evidence else f"{message}."
    certain = bool(evidence)
    place = "validation_data"
    yield Suspect("validation-scaled-otherwise", place, message, step, certain=certain)


def _evidence(e: Examination, trained: Copy) -> str:
    """The validation loss as it is and with the rows on the scale of x; "" if not better."""
    assert e.validation is not None
    x, y = e.validation
    try:
        before = trained.trainer.evaluate(x, y)["loss"]
        scaled = _standard(x, x) * e.x.std(axis=0) + e.x.mean(axis=0)
        after = trained.trainer.evaluate(scaled, y)["loss"]
    except (ArithmeticError, ValueError):
        return ""
    if not after < 0.7 * before:
        return ""
    return f"on the scale of x their loss is {after:.3g} instead of {before:.3g}"


def too_few(e: Examination) -> Iterator[Suspect]:
    """A few rows are learned by heart."""
    rows, size = len(e.given_x), e.trainer.network.flat_values.size
    columns = e.x.reshape(len(e.x), -1)
    levels = [len(np.unique(column)) for column in columns.T]
    every_combination = math.prod(levels[:20]) <= rows
    if rows < 50 and size > 50 * rows and not every_combination:
        message = f"{rows} rows for {size} weights."
        step = "more rows, or fewer units: mn.Linear(..., 4)"
        yield Suspect("too-few-rows", "x", message, step)


RULES = (
    merged, constant, not_scaled, sorted_rows, validation_is_training, validation_scaled, too_few,
)  # fmt: skip
