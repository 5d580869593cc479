"""Rules about optimizer and steps: found by trials with other rates, penalties and epochs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from minnet.optimizers import Adam
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.rules.inputs import standardized
from minnet.training_check.trial import ERRORS, Change, Copy, Outcome


def regularized(e: Examination) -> Iterator[Suspect]:
    """The penalty pulls the weights to 0 more strongly than the data pull."""
    decay, penalties = e.trainer.optimizer.weight_decay, e.trainer.objective.penalties
    names = [*map(repr, penalties), *([f"weight_decay={decay:g}"] if decay else [])]
    if names:
        message = f"the penalty of the initial weights is {e.trainer.objective.penalty():.3g}."
        yield Suspect("over-regularized", ", ".join(names), message, unpenalized)


def unpenalized(trial: Copy) -> None:
    """No penalty, no weight decay."""
    objective = trial.trainer.objective
    objective.penalties, objective._penalized = (), []
    trial.trainer.optimizer.weight_decay = 0.0


def decayed(e: Examination) -> Iterator[Suspect]:
    """A schedule that soon falls to nothing ends the training there."""
    optimizer, schedule = e.trainer.optimizer, e.trainer.optimizer.schedule
    if schedule is None:
        return
    first = float(schedule(0))
    mean = float(np.mean([schedule(int(t)) for t in np.linspace(0, e.steps - 1, 200)]))

    def constant(trial: Copy) -> None:
        trial.trainer.optimizer.learning_rate = first

    if mean < first / 20:
        message = f"the rate falls from {first:g}; over all {e.steps} steps its mean is {mean:.2g}."
        found = Suspect("learning-rate-too-low", repr(optimizer), message, constant)
        found.step = f"mn.{type(optimizer).__name__}({first:g})"
        found.without = "with the rate of the start"
        yield found


def rate_times(factor: float, trial: Copy) -> None:
    """The same optimizer with another rate, or another schedule."""
    optimizer = trial.trainer.optimizer
    schedule = optimizer.schedule
    if schedule is None:
        optimizer.learning_rate = factor * optimizer.learning_rate
    else:
        optimizer.learning_rate = lambda step: factor * schedule(step)


def rates(e: Examination, kept: Sequence[Change], now: Outcome) -> Iterator[Suspect]:
    """A rate a tenth or ten times as large must not be far better."""
    optimizer, rate = e.trainer.optimizer, e.trainer.optimizer.learning_rate
    best, factor = now, 1.0
    signs: tuple[int, ...] = (-1, 1)
    if now.relative == math.inf or oscillates(now):
        signs = (-1,)
    for power in range(1, 7):
        before = best
        for tried in (10.0 ** (sign * power) for sign in signs):
            outcome = e.run(*kept, partial(rate_times, tried))
            if outcome.relative < best.relative:
                best, factor = outcome, tried
            if best.relative < 0.3:
                break
        if factor != 1:
            signs = (1,) if factor > 1 else (-1,)
        stuck = power > 1 and best is before and now.relative < math.inf
        if stuck or best.relative < 0.3 or e.time_left < 0.15:
            break
    if factor > 1 and not now.complete and (now.relative < 0.95 or best.relative > 0.5):
        return  # a training that was cut short may still learn
    if factor != 1:
        code = "learning-rate-too-high" if factor < 1 else "learning-rate-too-low"
        step = f"mn.{type(optimizer).__name__}({rate * factor:.3g})"
        change, without = partial(rate_times, factor), f"with the rate {rate * factor:.3g}"
        found = Suspect(code, repr(optimizer), f"the rate is {rate:g}.", change, step=step)
        found.without, found.outcome = without, best
        yield found


def more_epochs(e: Examination, kept: Sequence[Change], now: Outcome) -> Iterator[Suspect]:  # noqa: ARG001
    """The loss was still falling when the training ended."""
    given = e.all
    for factor in (10, 100) if e.steps < 100 else (10,):

        def longer(trial: Copy, factor: int = factor) -> None:
            trial.epochs *= factor

        if e.steps <= 1000 and now.complete and now.relative < math.inf:
            n = factor * given.epochs
            message = f"{given.epochs} epochs in batches of {given.batch_size}: {e.steps} steps."
            step = f"trainer.fit(x, y, epochs={n}, batch_size={min(32, given.batch_size)})"
            place, without = f"fit(epochs={given.epochs})", f"with {n} epochs"
            yield Suspect("too-few-steps", place, message, longer, step=step, without=without)


def oscillates(outcome: Outcome) -> bool:
    """True if the epochs' losses go up about as often as down, and by a good part."""
    losses = np.asarray(outcome.losses[len(outcome.losses) // 3 :])
    moves = np.diff(losses)
    ups = moves[moves > 0]
    often = len(moves) >= 4 and len(ups) > 0.3 * len(moves)
    return often and float(ups.mean()) > 0.05 * float(losses.mean())


def swinging(e: Examination, baseline: Outcome) -> Iterator[Suspect]:
    """The loss jumps to and fro instead of falling."""
    if oscillates(baseline) and baseline.relative > 0.3:
        losses = baseline.losses
        rises = int((np.diff(losses) > 0).sum())
        message = (
            f"the loss rises in {rises} of {len(losses)} epochs, and ends at {losses[-1]:.3g}."
        )
        yield Suspect("loss-oscillates", repr(e.trainer.optimizer), message)


def _with_adam(rate: float, trial: Copy) -> None:
    """Standardized inputs, another optimizer, no penalty: what learns nearly always."""
    standardized(trial)
    unpenalized(trial)
    trial.trainer.optimizer = Adam(rate)


def one_batch(e: Examination, kept: Sequence[Change]) -> Iterator[Suspect]:
    """A network that cannot learn even a few rows by heart has a fault of its own."""
    weights, outputs = e.trainer.network.flat_values.size, max(1, e.output[0].size)
    rows = min(len(e.x), max(2, min(16, weights // (2 * outputs))))

    def few(trial: Copy) -> None:
        picked = np.linspace(0, len(trial.x) - 1, rows).astype(int)
        trial.x, trial.y, trial.weight = trial.x[picked], trial.y[picked], None
        trial.batch_size, trial.epochs = rows, 300

    best = math.inf
    for other in ([], [partial(_with_adam, 0.01)], [partial(_with_adam, 0.001)]):
        outcome = e.run(*kept, few, *other)
        best = min(best, outcome.relative)
        if best < 0.5 or (outcome.steps < 100 and not outcome.complete):
            return
    message = (
        f"of {rows} rows in 300 steps it leaves {best:.2g} of the loss of the best constant "
        f"answer, with its own optimizer and with Adam."
    )
    yield Suspect("cannot-fit-one-batch", "the network", message, certain=True)


def generalizes(e: Examination, changes: Sequence[Change]) -> bool:
    """True if what is learned from two thirds of the rows is of use for the others.

    A higher rate or more steps always fit the noise of the rows better.
    """
    return len(e.x) < 30 or _held_out(e, changes)[1] < 0.97


def _held_out(e: Examination, changes: Sequence[Change]) -> tuple[Outcome, float]:
    """A trial on two thirds of the rows, and its relative loss on the others."""
    order = np.random.default_rng(0).permutation(len(e.x))
    held, rest = order[: len(order) // 3], np.sort(order[len(order) // 3 :])

    def part(trial: Copy) -> None:
        trial.held = trial.x[held], trial.y[held]
        trial.x, trial.y, trial.weight = trial.x[rest], trial.y[rest], None

    outcome = e.run(*changes, part)
    try:
        return outcome, outcome.trained.relative_loss(*outcome.trained.held)
    except ERRORS:
        return outcome, math.inf


def random_labels(e: Examination, kept: Sequence[Change], suspect: Suspect) -> Iterator[Suspect]:
    """What is learned from two thirds of the rows says nothing about the others."""
    outcome, held = _held_out(e, [*kept, partial(_with_adam, 0.01)])
    if held > 0.95 and outcome.relative < math.inf:
        suspect.message += (
            f"; a network that leaves {outcome.relative:.2g} of the loss of the best constant "
            f"answer on two thirds of the rows leaves {held:.2g} on the others."
        )
        yield suspect


RULES = (regularized, decayed)
