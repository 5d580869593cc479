"""What the two cross-entropies ask of a probability, and say where it is none."""

from __future__ import annotations

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.losses.loss import Loss
from minnet.utils.checks import is_built_in
from minnet.utils.types import Array

SUM_TOLERANCE = 1e-3
"""How far from 1 a row may sum: a table printed with three digits still passes."""


def _entry(name: str, array: Array, wrong: Array) -> str:
    """The first wrong entry, as `a[3, 0] = 1.5`."""
    position = tuple(int(i) for i in np.argwhere(wrong)[0])
    if name == "y" and array.shape[1:] == (1,):  # given as (m,) or as (m, 1)
        return f"y[{position[0]}] = {array[position]}"
    return f"{name}[{', '.join(map(str, position))}] = {array[position]}"


def check_between_0_and_1(loss: Loss, name: str, array: Array) -> None:
    """Refuse an entry outside [0, 1]; NaN is outside."""
    wrong = ~((array >= 0) & (array <= 1))
    if not wrong.any():
        return
    if name == "prediction" and not np.isfinite(array).all():
        entry = _entry(name, array, ~np.isfinite(array))
        raise FloatingPointError(f"{loss!r}: expected finite predictions, got {entry}.")
    mend = "Is the network's last layer a sigmoid or softmax?"
    if name != "prediction":
        mend = "Class labels here are 0 and 1; -1/+1 becomes (y + 1) / 2."
    raise ValueError(
        f"{loss!r}: {name}: expected numbers from 0 to 1, got {_entry(name, array, wrong)}. {mend}"
    )


def check_rows_sum_to_1(loss: Loss, name: str, array: Array) -> None:
    """Refuse a row whose entries do not sum to 1."""
    sums = array.sum(axis=-1)
    wrong = ~(np.abs(sums - 1) <= SUM_TOLERANCE)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"{loss!r}: {name}: expected rows that sum to 1, got {name}[{row}] = {array[row]} with "
            f"sum {sums[row]:.6g}. "
            + (
                "End the network in mn.Softmax()."
                if name == "prediction"
                else "Divide each row by its sum, or give integer labels."
            )
        )


def refuse_last_layer(loss: Loss, layer: Layer, canonical: type[Layer], mend: str) -> None:
    """Refuse a built-in last layer other than the canonical one; others are judged by data."""
    if is_built_in(layer) and not isinstance(layer, canonical):
        raise ValueError(
            f"{loss!r}: expected a network that ends in {canonical.__name__}(), whose outputs are "
            f"the probabilities that this loss takes, got {layer!r} as the last layer. {mend}"
        )


def saturated(loss: Loss, a: Array, where: Array, problem: str) -> FloatingPointError:
    """The error that explains why cross-entropy must be computed from the logits."""
    return FloatingPointError(
        f"{loss!r}: {_entry('prediction', a, where)} is saturated: {problem}. The activation has "
        f"rounded to 0 or 1 (in float32 a sigmoid is exactly 1.0 from z = 17 on, in float64 from "
        f"z = 37 on). Let the network end in mn.{loss.canonical.__name__}() and leave fuse=True: "  # type: ignore[union-attr]
        f"the Trainer then computes loss and gradient from the logits z, where nothing saturates."
    )
