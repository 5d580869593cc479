"""Rules about x, the order of the rows, and the validation data."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.rules.targets import standard
from minnet.training_check.trial import ERRORS, Copy
from minnet.utils.array_checks import survives_cast


def merged(e: Examination) -> Iterator[Suspect]:
    """Rows that differ in float64 are equal in float32."""
    try:
        survives_cast("check_training", "x", e.all.x, e.trainer.network.dtype)
    except ValueError as error:
        message = str(error).partition(": x: ")[2].partition(". ")[0]
        yield Suspect("inputs-merged", "x", f"{message}.", certain=True)


def constant(e: Examination) -> Iterator[Suspect]:
    """What is the same in all rows cannot tell them apart."""
    alike = float((np.ptp(e.flat, axis=0) == 0).mean())
    if len(e.x) > 1 and alike > 0.5:
        message = f"{alike:.0%} of the columns of x are the same in all {len(e.x)} rows."
        yield Suspect("inputs-constant", "x", message, certain=alike == 1)


def not_scaled(e: Examination) -> Iterator[Suspect]:
    """A weight's gradient is proportional to its input: one rate cannot fit all of them."""
    size, spread = np.sqrt((e.flat**2).mean(axis=0)), e.flat.std(axis=0)
    if e.trainer.network.takes_indices or not spread.any():
        return
    largest = float(size.max())
    # One white pixel in a thousand images is no wrong scale: hence the median.
    ratio = largest / float(np.median(size[spread > 0]))
    if largest > 8 or largest < 0.02 or (ratio > 30 and largest > 3):
        message = (
            f"the columns of x have root mean squares from {size.min():.3g} to {largest:.4g}, and "
            f"standard deviations from {spread.min():.3g} to {spread.max():.3g}."
        )
        yield Suspect("inputs-not-scaled", "x", message, standardized)


def standardized(trial: Copy) -> None:
    """Mean 0 and standard deviation 1 by column; over the whole array for images."""
    x = trial.x.astype(float)
    trial.x = standard(x) if x.ndim == 2 else standard(x.reshape(-1, 1)).reshape(x.shape)


def sorted_rows(e: Examination) -> Iterator[Suspect]:
    """Batches of one class each unlearn what the batch before has taught."""
    if e.all.shuffle or e.labels is None or len(e.all.x) <= e.all.batch_size:
        return
    rows = max(2, e.all.batch_size * len(e.x) // len(e.all.x))

    def commonest(labels: np.ndarray) -> float:
        """The share of a batch's commonest class, on average."""
        parts = [labels[i : i + rows] for i in range(0, len(labels) - rows + 1, rows)]
        return float(np.mean([np.bincount(part).max() / rows for part in parts]))

    here = commonest(e.labels)
    mixed = commonest(np.random.default_rng(0).permutation(e.labels))

    def shuffled(trial: Copy) -> None:
        trial.shuffle = True

    if here > (1 + mixed) / 2:
        message = f"{here:.0%} of a batch are of one class; of shuffled batches {mixed:.0%}."
        yield Suspect("sorted-not-shuffled", "fit(shuffle=False)", message, shuffled)


def validation(e: Examination) -> Iterator[Suspect]:
    """Validation rows need the scaling of the training rows, and must not be among them."""
    if e.validation is None or e.validation[0].shape[1:] != e.all.x.shape[1:]:
        return
    place, (held, y) = "validation_data", e.validation
    known = {row.tobytes() for row in np.ascontiguousarray(e.all.x.astype(held.dtype))}
    shared = float(np.mean([row.tobytes() in known for row in np.ascontiguousarray(held)]))
    if shared > 0.5 and len(np.unique(e.flat[:, 0])) > 2:  # not the four rows of a logic gate
        message = f"{shared:.0%} of the {len(held)} validation rows are rows of x."
        yield Suspect("validation-is-training", place, message)
    there, spread = np.asarray(held, float).reshape(len(held), -1), e.flat.std(axis=0)
    vary = (spread > 0) & (there.std(axis=0) > 0)
    if len(held) < 10 or not vary.any():
        return
    factors = np.abs(np.log(there.std(axis=0)[vary] / spread[vary]))
    shifts = np.abs(there.mean(axis=0) - e.flat.mean(axis=0))[vary] / spread[vary]
    factor, shift = math.exp(float(np.median(factors))), float(np.median(shifts))
    if factor > 3 or shift > 2:
        message = (
            f"in the median column the validation rows are {shift:.3g} standard deviations away "
            f"from the training rows, and their spread differs by the factor {factor:.3g}"
        )
        try:
            trial = e.run().trained
            raw = trial.relative_loss(held, y)
            moved = standard(there) * spread + e.flat.mean(axis=0)
            loss = trial.relative_loss(moved.reshape(held.shape), y)
        except ERRORS:
            raw = loss = math.nan
        message += f"; their loss is {raw:.3g}, on the scale of x {loss:.3g}."
        yield Suspect("validation-scaled-otherwise", place, message, certain=loss < 0.7 * raw)


def too_few(e: Examination) -> Iterator[Suspect]:
    """A few rows are learned by heart."""
    rows, size = len(e.all.x), e.trainer.network.flat_values.size
    combinations = math.prod(len(np.unique(column)) for column in e.flat.T[:20])
    if rows < 50 and size > 50 * rows and combinations > rows:
        yield Suspect("too-few-rows", "x", f"{rows} rows for {size} weights.")


RULES = (merged, constant, not_scaled, sorted_rows, validation, too_few)
