"""Rules about y: shapes, class labels, and whether they can be learned at all."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import numpy as np

from minnet.nn.activations import Sigmoid, Softmax
from minnet.nn.layers import Linear
from minnet.nn.losses import BinaryCrossEntropy, CategoricalCrossEntropy, Loss
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.trial import Change, Copy, class_labels
from minnet.utils.types import Array

_STANDARDIZE = "y = (y - y.mean(axis=0)) / y.std(axis=0)"


def wrong_shape(e: Examination) -> Iterator[Suspect]:
    """Each row of x needs one target for each output."""
    y, x, output = e.given_y, e.given_x, e.output
    if y.ndim == 0 or len(y) != len(x):
        fix = "y = y.T" if y.ndim == 2 and y.shape[1] == len(x) else "print(x.shape, y.shape)"
        message = f"x has {len(x)} rows, y has the shape {y.shape}."
        yield Suspect("labels-wrong-shape", "y", message, fix, certain=True)
    elif output.ndim == 2 and e.target is None and y.ndim > 1 and y.shape[1:] != output.shape[1:]:
        fix = "y = y.argmax(axis=1)" if y.ndim == 2 and y.shape[1] > 1 else "y = y.ravel()"
        shape = (len(x), *output.shape[1:])
        message = f"y has the shape {y.shape}, the network's answers have {shape}."
        yield Suspect("labels-wrong-shape", "y", message, fix, certain=True)


def not_whole(e: Examination) -> Iterator[Suspect]:
    """A class label is a whole number."""
    y, k = e.given_y, _outputs(e)
    if e.wants_classes and y.ndim == 1 and (k > 1 or e.target is None):
        broken = y[y != np.floor(y)]
        few = len(np.unique(y)) <= max(20, 2 * k)
        if len(broken) and e.target is None and few:
            message = f"y holds {broken[0]:.4g}, and {len(np.unique(y))} different numbers in all."
            step = "y = np.unique(y, return_inverse=True)[1]"
            yield Suspect("labels-not-whole", "y", message, step, certain=True)
        elif len(broken) and e.target is None:
            message = f"y holds {len(np.unique(y))} different numbers, such as {broken[0]:.4g}."
            step = "loss=mn.MeanSquaredError() behind a linear output"
            yield Suspect("loss-does-not-fit-task", "loss", message, step, certain=True)


def not_from_zero(e: Examination) -> Iterator[Suspect]:
    """Class k is output k, counted from 0."""
    y, k = e.given_y.ravel(), _outputs(e)
    column = e.given_y.ndim == 1 or e.given_y.shape[1:] == (1,)
    if not (e.wants_classes and column and len(y) and (y == np.floor(y)).all()):
        return
    classes = np.unique(y)
    ignored = getattr(e.trainer.loss, "ignore_label", None)
    classes = classes[classes != ignored] if ignored is not None else classes
    expected = np.arange(len(classes))
    if len(classes) == 1 or (classes >= 0).all() and (classes < max(2, k)).all() and classes[0] == 0:
        return
    gap = classes[0] == 0 and k >= len(classes)
    if (classes[0] != 0 or gap) and not np.array_equal(classes, expected):
        message = f"the labels are {_few(classes)} for {k} output{'s' if k > 1 else ''}."
        step = "y = np.unique(y, return_inverse=True)[1]"
        yield Suspect("labels-not-from-zero", "y", message, step, certain=e.target is None)


def classes_and_outputs(e: Examination) -> Iterator[Suspect]:
    """Each class has one output."""
    y, k = e.given_y, _outputs(e)
    if not e.wants_classes or k == 0 or y.ndim == 0:
        return
    place = e.layers[-1].place
    if y.ndim == 2 and y.shape[1] > 1 and y.shape[1] != k and len(y) == len(e.given_x):
        n, certain = y.shape[1], True
    elif (y.ndim == 1 or y.shape[1:] == (1,)) and (y == np.floor(y)).all():
        n, certain = len(np.unique(y)), e.target is None
        n = n if k > 1 or n > 2 else 1
        if certain and n == k:
            return
    else:
        return
    if n != k and n <= 1000:
        message = f"y holds {n} classes, the network has {k} output{'s' if k > 1 else ''}."
        step = f"mn.Linear(..., {n}) as the last layer with weights"
        yield Suspect("outputs-do-not-match-classes", place, message, step, certain=certain)


def outside_output(e: Examination) -> Iterator[Suspect]:
    """No weights give a target that the last activation cannot reach."""
    if e.wants_classes and e.target is None and e.labels is None:
        low, high = float(e.given_y.min()), float(e.given_y.max())
        if e.trainer.loss.independent_outputs and (low < 0 or high > 1):
            message = f"y goes from {low:.4g} to {high:.4g}, the answers from 0 to 1."
            step = "y = (y > y.min()).astype(int)"
            yield Suspect("targets-outside-output", "y", message, step, certain=True)
        return
    if e.target is None or e.last is None or not e.last.activation or e.wants_classes:
        return
    low, high = e.last.range
    target = e.target.astype(float)
    reachable = np.clip(target, low, high)
    missed = float((reachable != target).mean())
    if missed < 0.01 or low == high:
        return
    left = _loss_of(e, reachable, target) / e.constant
    code = "relu-output" if high == np.inf and low == 0 else "targets-outside-output"
    message = (
        f"{missed:.0%} of the targets ({target.min():.4g} to {target.max():.4g}) are outside of what "
        f"{e.last.name} can give ({low:.3g} to {high:.3g}): the best weights leave {left:.2g} of "
        f"the loss of the best constant answer."
    )

    def without(trial: Copy) -> None:
        trial.trainer.network.layers.pop()

    nested = e.last.holder is not e.trainer.network
    yield Suspect(
        code, e.last.place, message, f"leave out {e.last.name}, or scale y to its range",
        None if nested else without, "without it", certain=left > 0.5, always=True,
    )  # fmt: skip


def _loss_of(e: Examination, prediction: Array, target: Array) -> float:
    return float(copy.deepcopy(e.trainer.loss).forward(prediction, target))


def not_scaled(e: Examination) -> Iterator[Suspect]:
    """Weights of about 1 give outputs of about 1: large targets take many steps."""
    target = e.target
    if target is None or target.ndim != 2 or e.wants_classes or e.labels is not None:
        return
    if e.last is not None and e.last.activation and np.isfinite(e.last.range).any():
        return
    t = target.astype(float)
    mean, spread = float(np.abs(t.mean(axis=0)).max()), float(t.std(axis=0).max())
    if spread == 0 or not (spread > 5 or mean > 10 or max(mean, spread) < 0.02):
        return

    def scaled(trial: Copy) -> None:
        y = trial.y.astype(float).reshape(len(trial.y), -1)
        std = y.std(axis=0)
        trial.y = (y - y.mean(axis=0)) / np.where(std > 0, std, 1)

    message = f"the targets have mean {mean:.4g} and standard deviation {spread:.4g}."
    yield Suspect("targets-not-scaled", "y", message, _STANDARDIZE, scaled, "with scaled targets")


def conflicting(e: Examination) -> Iterator[Suspect]:
    """The same x cannot have two answers."""
    if e.target is None or len(e.x) < 4:
        return
    rows = np.ascontiguousarray(e.x.reshape(len(e.x), -1).astype(e.trainer.network.dtype))
    _, group = np.unique(rows, axis=0, return_inverse=True)
    group = group.ravel()
    count = np.bincount(group)
    if count.max() < 2 or len(count) == 1:
        return
    t = _columns(e.target)
    means = np.stack([np.bincount(group, column) / count for column in t.T], axis=1)[group]
    share = float((np.abs(means - t).max(axis=1) > 1e-6).mean())
    left = float(((means - t) ** 2).sum() / max(((t - t.mean(axis=0)) ** 2).sum(), 1e-12))
    if share < 0.02 or (left < 0.05):
        return
    message = (
        f"{share:.0%} of the rows are equal to another row with a different target: no network "
        f"explains more than {1 - left:.0%} of the variance of y."
    )
    step = "_, first = np.unique(x, axis=0, return_index=True); x, y = x[first], y[first]"
    yield Suspect("conflicting-labels", "y", message, step, certain=left > 0.6)


def unbalanced(e: Examination) -> Iterator[Suspect]:
    """A class of few rows hardly counts in the mean."""
    weighted = getattr(e.trainer.loss, "class_weight", None) is not None
    if e.labels is None or weighted or e.sample_weight is not None:
        return
    counts = np.bincount(e.labels)
    counts = counts[counts > 0]
    if len(counts) > 1 and counts.max() >= 20 * counts.min():
        message = f"the classes have {_few(counts)} rows."
        step = f'{type(e.trainer.loss).__name__}(class_weight="balanced")'
        yield Suspect("classes-unbalanced", "y", message, step)


def look_random(e: Examination) -> Iterator[Suspect]:
    """Labels that have nothing to do with x are not foretold by those of the nearest rows."""
    if e.target is None or len(e.x) < 50 or np.ptp(e.x.astype(float), axis=0).max() == 0:
        return
    if e.labels is not None and np.sort(np.bincount(e.labels))[-2:].min() < 10:
        return
    part = slice(None, None, math.ceil(len(e.x) / 1000))
    x = e.x[part].reshape(len(e.x[part]), -1).astype(float)
    t = _columns(e.target)[part]
    spread = x.std(axis=0)
    x = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)
    nearest = _nearest(x)
    generator = np.random.default_rng(0)
    real = _foretold(t, nearest)
    chance = [_foretold(generator.permutation(t), nearest) for _ in range(20)]
    if real < np.mean(chance) + 3 * np.std(chance):
        message = (
            f"the mean of the five nearest rows explains {real:.2f} of the variance of y, "
            f"of shuffled y {np.mean(chance):.2f}"
        )
        step = "print(x[:5], y[:5])  # does each row still have its own label?"
        yield Suspect("labels-look-random", "y", message, step, quiet=True)


def _columns(target: Array) -> Array:
    """One-hot rows of labels; numbers as they are."""
    t = np.eye(int(target.max()) + 1)[target] if target.ndim == 1 else target
    return t.reshape(len(t), -1).astype(float)  # type: ignore[no-any-return]


def _nearest(x: Array) -> Array:
    """The indices of the five nearest other rows."""
    squares = (x * x).sum(axis=1)
    distance = squares[:, None] + squares[None] - 2 * x @ x.T
    np.fill_diagonal(distance, np.inf)
    return np.argpartition(distance, 5, axis=1)[:, :5]


def _foretold(t: Array, nearest: Array) -> float:
    """The share of the variance that the mean of the nearest rows explains."""
    total = ((t - t.mean(axis=0)) ** 2).sum()
    return float(1 - ((t[nearest].mean(axis=1) - t) ** 2).sum() / max(total, 1e-12))


def wrong_task(e: Examination) -> Iterator[Suspect]:
    """Squared error has no log to cancel the exponential of a sigmoid."""
    if e.target is None or e.wants_classes or e.last is None or e.target.ndim != 2:
        return
    if type(e.trainer.loss).as_probabilities is not Loss.as_probabilities:
        return  # a loss of scores
    y = e.given_y
    values = np.unique(y[: 5000])
    bounded = e.last.probabilities or e.last.range == (0.0, 1.0)
    same = y.shape == e.given_x.shape and np.array_equal(y, e.given_x)
    k = e.target.shape[1]
    if class_labels(e.target) is not None and not same:
        ending = "mn.Softmax(), mn.CategoricalCrossEntropy()"
        if k == 1:
            ending = "mn.Sigmoid(), mn.BinaryCrossEntropy()"
        behind = f"behind {e.last.name}" if bounded else "behind a linear output"
        message = f"{e.trainer.loss!r} {behind} learns the classes {_few(values)}."
        change = _cross_entropy(e, k, bounded)
        yield Suspect("loss-does-not-fit-task", "loss", message, ending, change, _CROSS, always=True)
    elif k == 1 and 2 < len(values) <= 20 and len(y) >= 5 * len(values) and (
        np.array_equal(values, values[0] + np.arange(len(values))) and values[0] in (0, 1)
    ):
        message = f"{e.trainer.loss!r} takes the {len(values)} classes {_few(values)} for numbers."
        step = f"mn.Linear(..., {len(values)}), mn.Softmax(), mn.CategoricalCrossEntropy()"
        change = _cross_entropy(e, len(values), bounded)
        yield Suspect("loss-does-not-fit-task", "loss", message, step, change, _CROSS, always=True)


_CROSS = "with cross-entropy"


def _cross_entropy(e: Examination, classes: int, bounded: bool) -> Change | None:
    """A change that ends the network in probabilities of the classes, under cross-entropy."""
    last = e.layers[-2] if bounded and len(e.layers) > 1 else e.last
    if last is None or last.holder is not e.trainer.network or last.matrix is None:
        return None
    units = last.y.shape[-1]

    def change(trial: Copy) -> None:
        layers = trial.trainer.network.layers
        del layers[last.index + 1 :]
        if classes != units:
            layers[last.index] = Linear(last.x.shape[-1], classes)
            trial.y = np.unique(trial.y, return_inverse=True)[1].ravel()
        layers.append(Sigmoid() if classes == 1 else Softmax())
        trial.trainer.network.refresh()
        loss = BinaryCrossEntropy() if classes == 1 else CategoricalCrossEntropy()
        trial.trainer.loss = loss

    return change


def not_one_class(e: Examination) -> Iterator[Suspect]:
    """A softmax shares out one whole: rows of several labels, or of none, need a sigmoid each."""
    y, last = e.given_y, e.last
    if last is None or not last.probabilities or y.shape != (len(e.given_x), last.y.shape[1]):
        return
    sums = y.sum(axis=1)
    wrong = np.abs(sums - 1) > 1e-3
    if wrong.mean() < 0.02:
        return
    labels = ((y == 0) | (y == 1)).all()
    code = "wrong-output-activation" if labels else "targets-outside-output"
    message = (
        f"{wrong.mean():.0%} of the rows of y do not sum to 1 (from {sums.min():.3g} to "
        f"{sums.max():.3g}), the answers of {last.name} do."
    )
    step = "mn.Sigmoid(), mn.BinaryCrossEntropy()" if labels else "y = y / y.sum(axis=1)[:, None]"

    def change(trial: Copy) -> None:
        trial.trainer.network.layers[-1] = Sigmoid()

    nested = last.holder is not e.trainer.network
    certain = e.target is None
    yield Suspect(
        code, last.place, message, step, None if nested else change, "with mn.Sigmoid()",
        certain=certain, always=True,
    )  # fmt: skip


def _outputs(e: Examination) -> int:
    """How many numbers the network answers for one row; 0 if that is not a vector."""
    return e.output.shape[1] if e.output.ndim == 2 else 0


def _few(values: Array) -> str:
    shown = ", ".join(f"{v:g}" for v in values[:8])
    return shown + (", ..." if len(values) > 8 else "")


RULES = (
    wrong_shape, not_whole, not_from_zero, classes_and_outputs, outside_output, not_scaled,
    conflicting, unbalanced, look_random, wrong_task, not_one_class,
)  # fmt: skip
