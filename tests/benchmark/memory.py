"""How much memory a fit takes in addition to its data, by tracemalloc, NumPy's arrays included."""

from __future__ import annotations

import tracemalloc
from typing import NamedTuple

import numpy as np

from .contenders.of_minnet import trainer_of
from .workloads import Workload

PYTHON = 200_000
"""Bytes that Python's own objects take, whatever the size of network and data."""


class Peak(NamedTuple):
    """Bytes: the most that a fit held in addition to its data, and what it may be compared with."""

    beside_data: int
    data: int
    parameters: int
    activations: int  # of one batch, all layers' outputs and the input


def of_fit(workload: Workload, rows: int) -> Peak:
    """The peak of a fit of two epochs, the network and its optimizer included."""
    x, y = workload.data(rows)
    trainer_of(workload).fit(x[:8], y[:8], epochs=1, progress=False)  # what is loaded but once
    tracemalloc.start()
    trainer = trainer_of(workload)
    trainer.fit(x, y, epochs=2, batch_size=workload.batch, progress=False)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    outputs = trainer.network.activations(x[: workload.batch])
    activations = x[: workload.batch].nbytes + sum(a.nbytes for a in outputs)
    return Peak(peak, x.nbytes + y.nbytes, trainer.network.flat_values.nbytes, activations)


def allowed(peak: Peak, rows: int) -> int:
    """Four vectors of the parameters' size and three batches of activations.

    Besides them the new order of the rows, an index each, and what Python itself takes.
    """
    order = rows * np.dtype(np.intp).itemsize
    return 4 * peak.parameters + 3 * peak.activations + order + PYTHON
