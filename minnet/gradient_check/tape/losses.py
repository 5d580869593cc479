"""The wrong line of a loss, whose backward starts from no upstream gradient."""

from __future__ import annotations

import numpy as np

from minnet.gradient_check.tape.analysis import Analysis, replay
from minnet.gradient_check.tape.operations import Operation
from minnet.gradient_check.tape.relations import relations
from minnet.gradient_check.tape.runs import Finding, executions, outputs_of


def in_a_loss(analysis: Analysis, region: dict[int, Operation]) -> Finding:
    """Nothing comes in that is right: from the end, back through what is only scaled or added."""
    runs = executions(analysis, region)
    run = runs[-1]
    while True:
        own = {o.index for o in run}
        outputs = outputs_of(analysis, run, region)
        value = outputs[-1]
        entering = {
            s.index: s
            for o in run
            for s in o.inputs
            if s.index in region and s.index not in own and s.is_differentiable and s.value.ndim
        }
        doubts = {s.index: _doubt(analysis, s) for s in entering.values()}
        worst = max(doubts.values(), default=0)
        bad = [s for s in entering.values() if worst and doubts[s.index] == worst]
        earlier = next((r for r in runs if bad and any(o is bad[0] for o in r)), run)
        if len(bad) != 1 or earlier is run or not _is_added(analysis, run, bad[0], value):
            return Finding(run, value, next(relations(analysis, value.value), None))
        run = earlier


def _doubt(analysis: Analysis, operation: Operation) -> int:
    """0: a true gradient or a part of one, but for a constant; 1: but for a factor; 2: neither."""
    if analysis.is_of_forward(operation):
        return 0
    found = [r for r in relations(analysis, operation.value) if r.is_factor]
    return 2 if not found else int(found[0].code not in ("constant-factor", "sign-flipped"))


def _is_added(analysis: Analysis, run: list[Operation], term: Operation, total: Operation) -> bool:
    """Whether a line adds a value, or a multiple of it, to something."""
    change = replay(run, {term.index: 2 * term.value})[total.index] - total.value
    if change.shape != term.value.shape or not np.any(change):
        return False
    factor = float((term.value * change).sum() / (term.value * term.value).sum())
    return analysis.equal(factor * term.value, change)
