"""Sorts the runs of a sweep: those of one kind are trained as a stack, the others one by one.

Runs are made in the order of the grid, until there are enough of one kind for a stack. Only so
many exist at a time: memory grows with them, and not with the grid.
"""

from __future__ import annotations

from collections.abc import Hashable

from minnet.sweep.callback_files import SharedFileError
from minnet.sweep.run import (
    IndexedRuns,
    PreparedRun,
    Settings,
    SweepSettings,
    finish,
    prepare,
    train,
)

MOST_RUNS = 100
"""In one stack, and in flight."""

Group = dict[int, PreparedRun]


def train_together(shared: SweepSettings, combinations: dict[int, Settings]) -> IndexedRuns:
    """All runs, with their positions in the grid."""
    from minnet.sweep.stack.kinds import kind_of

    groups: dict[Hashable, Group] = {}
    aside: dict[int, Settings] = {}
    for index, settings in combinations.items():
        try:
            run = prepare(shared, settings)
        except (KeyboardInterrupt, SharedFileError):
            raise
        except BaseException:  # it may be due to another run in flight: made again, when all ended
            aside[index] = settings
            continue
        why = _why_alone(run) if shared.stack else "stack=False"
        if why or run.loop is None:
            yield index, finish(run, why_alone=why)
            continue
        kind = kind_of(run.loop)
        groups.setdefault(kind, {})[index] = run
        largest = max(groups, key=lambda k: len(groups[k]))
        if sum(map(len, groups.values())) >= MOST_RUNS:
            yield from _train_group(largest, groups.pop(largest))
    for kind, group in groups.items():
        yield from _train_group(kind, group)
    for index, settings in aside.items():
        yield index, train(shared, settings)


def _why_alone(run: PreparedRun) -> str:
    from minnet.sweep.stack.kinds import why_alone

    trainer = run.trainer
    if run.loop is None:
        return f"{type(trainer).__name__} has its own fit"
    if trainer.optimizer.steps or trainer._loaded is not None:
        return "its training had begun before"
    return why_alone(run.loop)


def _train_group(kind: Hashable, group: Group) -> IndexedRuns:
    """Runs of one kind; each is returned when it ends."""
    from minnet.sweep.stack.training import train_stacked

    if len(group) == 1:
        ((index, run),) = group.items()
        yield index, finish(run, why_alone="no other run has its layers, loss, optimizer and sizes")
        return
    indices = {id(run.loop): index for index, run in group.items()}
    loops = [run.loop for run in group.values() if run.loop is not None]
    for leaving in train_stacked(loops, kind):
        ended = [indices[id(loop)] for loop in leaving]
        yield from [(index, finish(group[index], len(group))) for index in ended]
