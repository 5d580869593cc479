"""Rules about the optimizer and the steps: found by trials with other rates, penalties and epochs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from minnet.optimizers import Adam
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.rules.inputs import standardized
from minnet.training_check.trial import Change, Copy, Outcome, relative_loss


def regularized(e: Examination) -> Iterator[Suspect]:
    """The penalty pulls the weights to 0 more strongly than the data pull."""
    decay, penalties = e.trainer.optimizer.weight_decay, e.trainer.objective.penalties
    if not (decay or penalties):
        return
    names = [*map(repr, penalties), *([f"weight_decay={decay:g}"] if decay else [])]
    part = e.trainer.objective.penalty()
    message = f"{' and '.join(names)}: the penalty of the initial weights is {part:.3g}."
    step = "mn.Trainer(..., penalty=mn.L2(1e-4))"
    yield Suspect(
        "over-regularized", ", ".join(names), message, step, unpenalized, "without", quiet=True
    )


def unpenalized(trial: Copy) -> None:
    """No penalty, no weight decay."""
    trial.trainer.objective.penalties = ()
    trial.trainer.objective._penalized = []
    trial.trainer.optimizer.weight_decay = 0.0


def rate_times(factor: float, trial: Copy) -> None:
    """The same optimizer with another rate, or another schedule."""
    optimizer = trial.trainer.optimizer
    schedule = optimizer.schedule
    if schedule is None:
        optimizer.learning_rate = factor * optimizer.learning_rate
    else:
        optimizer.learning_rate = lambda step: factor * schedule(step)


def more_epochs(factor: int, trial: Copy) -> None:
    """Times this factor."""
    trial.epochs *= factor


def rates(e: Examination, kept: list[Change], now: Outcome) -> Iterator[Suspect]:
    """A rate a tenth or ten times as large must not be far better."""
    place, rate = repr(e.trainer.optimizer), e.trainer.optimizer.learning_rate
    higher = (10.0, 100.0, 1000.0)
    lower = (0.1, 0.01, 0.001)
    best: tuple[Outcome, float] | None = None
    for factor in (*lower[:2], *higher[:2]) if now.diverged or oscillates(now) else (
        10.0, 0.1, 100.0, 0.01
    ):  # fmt: skip
        if now.diverged and factor > 1 and best is not None:
            break
        outcome = e.run(*kept, partial(rate_times, factor), share=0.12)
        if best is None or outcome.relative < best[0].relative:
            best = (outcome, factor)
        if outcome.relative < 0.3:
            break
    if best is None or not best[0].clearly_better_than(now):
        return
    outcome, factor = best
    if not now.complete and factor > 1 and (now.relative < 0.95 or outcome.relative > 0.5):
        return  # a training that was cut short may still learn
    code = "learning-rate-too-high" if factor < 1 else "learning-rate-too-low"
    step = f"mn.{type(e.trainer.optimizer).__name__}({rate * factor:.3g})"
    message = f"the rate is {rate:g}."
    change = partial(rate_times, factor)
    yield Suspect(code, place, message, step, change, f"with the rate {rate * factor:.3g}")


def steps(e: Examination, kept: list[Change], now: Outcome) -> Iterator[Suspect]:
    """The loss was still falling when the training ended."""
    if e.steps > 1000 or now.diverged or not now.complete:
        return
    message = f"{e.epochs} epochs in batches of {e.batch_size} are {e.steps} steps."
    for factor in (10, 100) if e.steps < 100 else (10,):
        step = f"trainer.fit(x, y, epochs={factor * e.epochs}, batch_size={min(32, e.batch_size)})"
        yield Suspect(
            "too-few-steps", f"fit(epochs={e.epochs})", message, step,
            partial(more_epochs, factor), f"with {factor * e.epochs} epochs", quiet=True,
        )  # fmt: skip


def oscillates(now: Outcome) -> bool:
    """True if the epochs' losses go up about as often as down, and by a good part."""
    losses = np.asarray(now.losses[len(now.losses) // 3 :], float)
    if len(losses) < 5 or not np.isfinite(losses).all():
        return False
    moves = np.diff(losses)
    ups = moves[moves > 0]
    return len(ups) > 0.3 * len(moves) and float(ups.mean()) > 0.05 * float(losses.mean())


def swinging(e: Examination, baseline: Outcome) -> Iterator[Suspect]:
    """The loss jumps to and fro instead of falling."""
    if oscillates(baseline) and baseline.relative > 0.3:
        losses = baseline.losses
        rises = sum(b > a for a, b in zip(losses, losses[1:], strict=False))
        message = (
            f"the loss rises in {rises} of {len(losses) - 1} epochs, and ends at {losses[-1]:.3g}."
        )
        optimizer = e.trainer.optimizer
        step = f"mn.{type(optimizer).__name__}({optimizer.learning_rate / 10:.3g})"
        yield Suspect("loss-oscillates", repr(optimizer), message, step)


def one_batch(e: Examination, kept: list[Change]) -> Iterator[Suspect]:
    """A network that cannot learn even a few rows by heart has a fault of its own."""
    outcomes = []
    outputs = max(1, e.output[0].size)
    most = int(np.clip(e.trainer.network.flat_values.size // (2 * outputs), 2, 16))
    for optimizer in (None, Adam(0.01), Adam(0.001)):

        def few(trial: Copy, optimizer: Adam | None = optimizer) -> None:
            rows = min(len(trial.x), most)
            picked = np.linspace(0, len(trial.x) - 1, rows).astype(int)
            trial.x, trial.y = trial.x[picked], trial.y[picked]
            trial.sample_weight = None
            trial.batch_size, trial.epochs = rows, 300
            unpenalized(trial)
            if optimizer is not None:
                standardized(trial)
                trial.trainer.optimizer = Adam(optimizer.learning_rate)

        outcomes.append(e.run(*kept, few, share=0.1))
        if outcomes[-1].relative < 0.5:
            return
    best = min(outcome.relative for outcome in outcomes)
    shown = f"{best:.2g}" if math.isfinite(best) else "all of it"
    message = (
        f"of {most} rows in 300 steps it leaves {shown} of the loss of the best constant answer, with "
        f"its own optimizer and with Adam."
    )
    step = "mn.check_layer(...) for each custom layer; trainer.fit(x[:16], y[:16], epochs=300)"
    certain = all(outcome.complete for outcome in outcomes)
    yield Suspect("cannot-fit-one-batch", "the network", message, step, certain=certain)


def generalizes(e: Examination, changes: list[Change]) -> bool:
    """True if what is learned from two thirds of the rows is of use for the others.

    A higher rate or more steps always fit the noise of the rows better.
    """
    if len(e.x) < 30:
        return True
    outcome, held = _held_out(e, changes)
    return not outcome.diverged and held < 0.97


def _held_out(e: Examination, changes: list[Change]) -> tuple[Outcome, float]:
    """A trial on two thirds of the rows, and its relative loss on the others."""
    order = np.random.default_rng(0).permutation(len(e.x))
    third = len(order) // 3

    def part(trial: Copy) -> None:
        trial.held = trial.x[order[:third]], trial.y[order[:third]]
        rest = np.sort(order[third:])
        trial.x, trial.y, trial.sample_weight = trial.x[rest], trial.y[rest], None

    outcome = e.run(*changes, part, share=0.2)
    try:
        return outcome, relative_loss(outcome.trained, *outcome.trained.held)
    except (ArithmeticError, ValueError):
        return outcome, math.inf


def random_labels(e: Examination, kept: list[Change], suspect: Suspect) -> Iterator[Suspect]:
    """What is learned from two thirds of the rows says nothing about the others."""

    def with_adam(trial: Copy) -> None:
        standardized(trial)
        trial.trainer.optimizer = Adam(0.01)
        trial.epochs = max(trial.epochs, 30)

    outcome, held = _held_out(e, [*kept, with_adam])
    if outcome.diverged or held < 0.95:
        return
    suspect.message += (
        f"; a network that leaves {outcome.relative:.2g} of the loss of the best constant answer "
        f"on two thirds of the rows leaves {held:.2g} on the others."
    )
    yield suspect
