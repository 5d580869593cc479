"""Before any clock starts: do all contenders compute the same losses from the same start?"""

from __future__ import annotations

import numpy as np

from .contenders import Plain
from .workloads import Workload

STEPS = 6


def losses(contender: Plain, steps: int = STEPS) -> list[float]:
    """The losses of the first steps, each on a batch of its own."""
    workload = contender.workload
    x, y = workload.data(steps * workload.batch)
    result = []
    for start in range(0, len(x), workload.batch):
        part = slice(start, start + workload.batch)
        result.append(float(contender.step(*contender.prepared(x[part].copy(), y[part].copy()))))
    return result


def check(workload: Workload, kinds: list[type[Plain]], steps: int = STEPS) -> None:
    """Raise an AssertionError that names the contender whose losses differ from the floor's."""
    expected: list[float] = []
    reference = ""
    for kind in kinds:
        if kind.name == "bare products" or not kind.takes(workload):
            continue
        got = losses(kind(workload), steps)
        expected, reference = expected or got, reference or kind.name
        np.testing.assert_allclose(
            got, expected, rtol=2e-4, err_msg=f"{workload.label}: {kind.name} against {reference}"
        )
