"""Rules about y: its shape and numbers, classes and outputs, and what the last layer can give."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import numpy as np

from minnet.nn.activations import Sigmoid
from minnet.nn.losses import Loss
from minnet.training.constant_answer import columns, extreme_losses
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.trial import Change, Copy
from minnet.utils.types import Array


def shape(e: Examination) -> Iterator[Suspect]:
    """Each row of x needs one target for each output."""
    y, m = e.all.y, len(e.all.x)
    expected = (m, *e.output.shape[1:])
    wrong = e.target is None and y.ndim > 1 and e.output.ndim == 2 and y.shape != expected
    if len(y) != m or wrong:
        step = "y = y.ravel()" if y.size == m else "y = y.argmax(axis=1)"
        step = step if len(y) == m else "y = y.T" if y.shape[-1] == m else ""
        message = (
            f"y has the shape {y.shape}, x has {m} rows, the answers have {expected[1:]} each."
        )
        yield Suspect("labels-wrong-shape", "y", message, certain=True, step=step)


def classes(e: Examination) -> Iterator[Suspect]:
    """Class k is a whole number, counted from 0, and has output k."""
    y, k, refused = e.all.y, e.outputs, e.target is None
    if not e.wants_classes or not (y.ndim == 1 or y.shape[1:] == (1,)):
        if e.wants_classes and 1 < y.shape[1] != k > 0 and len(y) == len(e.all.x):
            message = f"y has {y.shape[1]} columns, the network {k} outputs."
            yield Suspect("outputs-do-not-match-classes", "y", message, certain=True)
        return
    values = np.unique(y[y != getattr(e.loss, "ignore_label", None)])
    held = f"y holds {_few(values)} for {k or 'no'} output{'s' if k > 1 else ''}."
    if (values != np.floor(values)).any():
        if refused:
            few = len(values) <= max(20, 2 * k)
            code = "labels-not-whole" if few else "loss-does-not-fit-task"
            step = "" if few else "mn.MeanSquaredError() behind a linear output"
            yield Suspect(code, "y", held, certain=True, step=step)
    elif len(values) > 1:
        from_zero = np.array_equal(values, np.arange(len(values)))
        if not from_zero and (values[0] != 0 or k >= len(values)):
            yield Suspect("labels-not-from-zero", "y", held, certain=refused)
        n = len(values) if k > 1 or len(values) > 2 else 1
        if k and n != k and n <= 1000:
            yield Suspect("outputs-do-not-match-classes", e.layers[-1].place, held, certain=refused)


def outside_output(e: Examination) -> Iterator[Suspect]:
    """No weights give a target that the last activation cannot reach."""
    y, last = e.y.astype(float), e.last
    if e.target is None and e.wants_classes and e.labels is None:
        if e.loss.independent_outputs and (y.min() < 0 or y.max() > 1):
            message = f"y goes from {y.min():.4g} to {y.max():.4g}, probabilities from 0 to 1."
            step = "y = (y > y.min()).astype(int)"
            yield Suspect("targets-outside-output", "y", message, certain=True, step=step)
    elif e.target is not None and last is not None and last.activation and not e.wants_classes:
        low, high = last.range
        reachable = np.clip(e.target.astype(float), low, high)
        missed = float((reachable != e.target).mean())
        if missed < 0.01 or low == high:
            return
        best = copy.deepcopy(e.loss).forward(reachable, e.target.astype(float))
        left = float(best) / extreme_losses(e.loss, e.target)[1]
        code = "relu-output" if (low, high) == (0, np.inf) else "targets-outside-output"
        message = (
            f"{missed:.0%} of the targets ({y.min():.4g} to {y.max():.4g}) are outside of what "
            f"{last.name} can give ({low:.3g} to {high:.3g}): the best weights leave {left:.2g} of "
            f"the loss of the best constant answer."
        )
        change = _replacing(last.number)
        yield Suspect(code, last.place, message, change, certain=left > 0.5)


def one_whole(e: Examination) -> Iterator[Suspect]:
    """A softmax shares out one whole: rows of several labels, or of none, need a sigmoid each."""
    y, last = e.y, e.last
    if last is None or not last.probabilities or y.shape != (len(e.x), e.outputs):
        return
    wrong = float((np.abs(y.sum(axis=1) - 1) > 1e-3).mean())
    if wrong > 0.02:
        labels = ((y == 0) | (y == 1)).all()
        code = "wrong-output-activation" if labels else "targets-outside-output"
        message = f"{wrong:.0%} of the rows of y do not sum to 1, the answers of {last.name} do."
        change = _replacing(last.number, Sigmoid)
        yield Suspect(code, last.place, message, change, certain=e.target is None)


def _replacing(number: int, *kinds: type) -> Change:
    return lambda trial: trial.replace_layer(number, [kind() for kind in kinds])


def not_scaled(e: Examination) -> Iterator[Suspect]:
    """Weights of about 1 give outputs of about 1: large targets take many steps."""
    bounded = e.last is not None and e.last.activation and np.isfinite(e.last.range).any()
    if e.target is None or e.target.ndim < 2 or e.wants_classes or bounded or e.labels is not None:
        return
    t = columns(e.target)
    mean, spread = float(np.abs(t.mean(axis=0)).max()), float(t.std(axis=0).max())

    def scaled(trial: Copy) -> None:
        trial.y = standard(trial.y.astype(float).reshape(len(trial.y), -1))

    if spread and (spread > 5 or mean > 10 or max(mean, spread) < 0.02):
        message = f"the targets have mean {mean:.4g} and standard deviation {spread:.4g}."
        yield Suspect("targets-not-scaled", "y", message, scaled)


def standard(rows: Array) -> Array:
    """Mean 0 and standard deviation 1 in each column."""
    spread = rows.std(axis=0)
    return np.asarray((rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1))


def conflicting(e: Examination) -> Iterator[Suspect]:
    """The same x cannot have two answers."""
    if e.target is None or len(e.x) < 4:
        return
    rows = np.ascontiguousarray(e.flat.astype(e.trainer.network.dtype))
    group = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    count = np.bincount(group)
    if count.max() < 2 or len(count) == 1:
        return
    t = columns(e.target)
    means = np.stack([np.bincount(group, column) / count for column in t.T], axis=1)[group]
    left = float(((means - t) ** 2).sum() / max(((t - t.mean(axis=0)) ** 2).sum(), 1e-12))
    if left > 0.05:
        share = float((np.abs(means - t).max(axis=1) > 1e-6).mean())
        message = (
            f"{share:.0%} of the rows are equal to another row with a different target: no network "
            f"explains more than {1 - left:.0%} of the variance of y."
        )
        yield Suspect("conflicting-labels", "y", message, certain=left > 0.7)


def unbalanced(e: Examination) -> Iterator[Suspect]:
    """A class of few rows hardly counts in the mean."""
    weighted = getattr(e.loss, "class_weight", None) is not None or e.all.weight is not None
    counts = np.bincount([] if e.labels is None or weighted else e.labels)
    counts = counts[counts > 0]
    if len(counts) > 1 and counts.max() >= 20 * counts.min():
        yield Suspect("classes-unbalanced", "y", f"the classes have {_few(counts)} rows.")


def look_random(e: Examination) -> Iterator[Suspect]:
    """Labels that have nothing to do with x are not foretold by those of the nearest rows."""
    few = e.labels is not None and np.sort(np.bincount(e.labels))[-2:].min() < 10
    if e.target is None or len(e.x) < 50 or few or np.ptp(e.flat, axis=0).max() == 0:
        return
    part = slice(None, None, -(-len(e.x) // 1000))
    x, t = standard(e.flat[part]), columns(e.target)[part]
    distance = (x * x).sum(axis=1) - 2 * x @ x.T  # and a term that is the same for the whole row
    np.fill_diagonal(distance, np.inf)
    nearest = np.argpartition(distance, 5, axis=1)[:, :5]
    total = max(float(((t - t.mean(axis=0)) ** 2).sum()), 1e-12)

    def explained(t: Array) -> float:
        return 1 - float(((t[nearest].mean(axis=1) - t) ** 2).sum()) / total

    generator = np.random.default_rng(0)
    chance = [explained(generator.permutation(t)) for _ in range(20)]
    if explained(t) < np.mean(chance) + 3 * np.std(chance):
        message = (
            f"the mean of the five nearest rows explains {explained(t):.2f} of the variance of y, "
            f"of shuffled y {np.mean(chance):.2f}"
        )
        yield Suspect("labels-look-random", "y", message)


def task(e: Examination) -> Iterator[Suspect]:
    """Squared error has no log to cancel the exponential of a sigmoid."""
    scores = type(e.loss).as_probabilities is not Loss.as_probabilities
    if e.target is None or e.target.ndim != 2 or e.wants_classes or e.last is None or scores:
        return
    y, k = e.y, e.target.shape[1]
    values = np.unique(y[:5000])
    n = len(values)
    numbers = k == 1 and 2 < n <= 20 and len(y) >= 5 * n and values[0] in (0, 1)
    if e.labels is None and numbers and np.array_equal(values, values[0] + np.arange(n)):
        k = n
    elif e.labels is None or (y.shape == e.x.shape and np.array_equal(y, e.x)):
        return
    bounded = e.last.probabilities or e.last.range == (0.0, 1.0)
    where = f"behind {e.last.name}" if bounded else "behind a linear output"
    message = f"{e.loss!r} {where} learns the classes {_few(values)}."
    step = "mn.Sigmoid(), mn.BinaryCrossEntropy()" if k == 1 else ""
    yield Suspect("loss-does-not-fit-task", "loss", message, step=step)


def _few(values: Array) -> str:
    """The first of them."""
    return ", ".join(f"{v:.4g}" for v in values[:8]) + (", ..." if len(values) > 8 else "")


RULES = (
    *(shape, classes, outside_output, one_whole, not_scaled, conflicting, unbalanced, task),
    look_random,
)
