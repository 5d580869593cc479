"""Many trainings: a grid of settings and seeds, run on any executor."""

from minnet.sweep.results import Run, Runs
from minnet.sweep.sweep import sweep

__all__ = ["Run", "Runs", "sweep"]
