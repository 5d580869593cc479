"""Sorts the runs of a sweep: those of one kind are trained as a stack, the others one by one.

Runs are made in the order of the grid, until there are enough of one kind for a stack. Only so
many exist at a time: memory grows with the runs in flight, and not with the grid.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from minnet.sweep.callback_files import SharedFileError
from minnet.sweep.results import Run
from minnet.sweep.run import (
    IndexedRuns,
    PreparedRun,
    Settings,
    SweepSettings,
    finish,
    prepare,
    sendable,
    train,
)

MOST_IN_FLIGHT = 100
Group = dict[int, PreparedRun]


def train_together(
    shared: SweepSettings, combinations: dict[int, Settings], only_stacks: bool = False
) -> IndexedRuns:
    """All runs, with their positions in the grid; if `only_stacks`, the others are not trained."""
    from minnet.sweep.stack.kinds import kind_of, most_runs  # loaded only if there is a sweep

    groups: dict[Hashable, Group] = {}
    aside: dict[int, Settings] = {}
    for index, settings in combinations.items():
        try:
            run = prepare(shared, settings)
        except (KeyboardInterrupt, SharedFileError):
            raise
        except BaseException:
            aside[index] = settings
            continue
        in_flight = [other for group in groups.values() for other in group.values()]
        if _shares_parts(run, in_flight):
            aside[index] = settings
            continue
        why = _why_alone(run) if shared.stack else "stack=False"
        if why or run.loop is None:
            yield index, _finish_alone(run, why, only_stacks)
            continue
        kind = kind_of(run.loop)
        group = groups.setdefault(kind, {})
        group[index] = run
        if len(group) == most_runs(run.loop):
            yield from _train_group(kind, groups.pop(kind), only_stacks)
        elif len(in_flight) + 1 == MOST_IN_FLIGHT:
            largest = max(groups, key=lambda kind: len(groups[kind]))
            yield from _train_group(largest, groups.pop(largest), only_stacks)
    for kind, group in groups.items():
        yield from _train_group(kind, group, only_stacks)
    for index, settings in aside.items():  # once more, without others in flight
        why = "it could not be made, or shares parts with other runs"
        yield index, Run(settings, why_alone=why) if only_stacks else train(shared, settings, why)


def train_part(
    shared: SweepSettings, part: dict[int, Settings], alone: dict[int, str]
) -> dict[int, Run]:
    """Some runs in another process: those in `alone`, and stacks; others come back untrained."""
    single = {i: train(shared, settings, alone[i]) for i, settings in part.items() if i in alone}
    left = {index: settings for index, settings in part.items() if index not in alone}
    runs = {**single, **dict(train_together(shared, left, only_stacks=True))}
    return {index: sendable(run) for index, run in runs.items()}


def _finish_alone(run: PreparedRun, why: str, only_stacks: bool) -> Run:
    """Train the run, or say only why it is not in a stack."""
    return Run(run.settings, why_alone=why) if only_stacks else finish(run, why_alone=why)


def _shares_parts(run: PreparedRun, others: Iterable[PreparedRun]) -> bool:
    """True if it has an optimizer, a generator or a callback of another run.

    One by one, the second run would find them as the first has left them.
    """
    mine, theirs = _parts(run), [part for other in others for part in _parts(other)]
    return not mine.isdisjoint(theirs)


def _parts(run: PreparedRun) -> set[int]:
    """What a training changes, by identity; a loss changes if it takes weights from the labels."""
    trainer = run.trainer
    parts = [trainer, trainer.optimizer, trainer.order, trainer.network.random, *run.callbacks]
    if getattr(trainer.loss, "balanced", False):
        parts.append(trainer.loss)
    return set(map(id, parts))


def _why_alone(run: PreparedRun) -> str:
    """Why a run cannot be in a stack; empty if it can."""
    from minnet.sweep.stack.kinds import why_alone

    trainer = run.trainer
    if run.loop is None:
        return f"{type(trainer).__name__} has a fit of its own"
    if trainer.optimizer.steps or trainer.epochs or trainer._loaded is not None:
        return "its training had begun before"
    return why_alone(run.loop)


def _train_group(kind: Hashable, group: Group, only_stacks: bool) -> IndexedRuns:
    """Runs of one kind; each is returned when it ends."""
    from minnet.sweep.stack.training import train_stacked

    if len(group) == 1:
        for index, run in group.items():
            why = "no other run has its layers, loss and sizes"
            yield index, _finish_alone(run, why, only_stacks)
        return
    indices = {id(run.loop): index for index, run in group.items()}
    loops = [run.loop for run in group.values() if run.loop is not None]
    for leaving in train_stacked(loops, kind):
        ended = [indices[id(loop)] for loop in leaving]
        yield from [(index, finish(group[index], stacked=len(group))) for index in ended]
