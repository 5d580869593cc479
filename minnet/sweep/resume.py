"""Takes over the runs of an earlier sweep, so that only the others are trained."""

from __future__ import annotations

import pickle

from minnet.sweep.results import Run, Runs
from minnet.sweep.run import Settings, SweepSettings
from minnet.sweep.setting_values import equal_values
from minnet.utils.checks import describe


def taken_over(
    earlier: Runs | None, shared: SweepSettings, combinations: list[Settings]
) -> dict[int, Run]:
    """The runs of an earlier sweep that have a history, by their position in this grid.

    Raises:
        TypeError, ValueError: no Runs, or runs of another grid or of other epochs.
    """
    if earlier is None:
        return {}
    if not isinstance(earlier, Runs):
        raise TypeError(
            f"sweep: resume: expected the Runs that an earlier sweep returned, got "
            f"{describe(earlier)}. Write runs = mn.sweep(..., resume=runs)."
        )
    done: dict[int, Run] = {}
    for run in earlier.finished:
        fits = (i for i, s in enumerate(combinations) if i not in done and _same(run.settings, s))
        index = next(fits, None)
        if index is None:
            raise ValueError(
                f"sweep: resume: expected runs of this grid, got {run.name}, which is not in it. "
                f"Give the same grid as before, or only those runs: runs.where(...)."
            )
        _check_epochs(run, shared, combinations[index])
        done[index] = run
    return done


def _check_epochs(run: Run, shared: SweepSettings, settings: Settings) -> None:
    """Only a callback can have ended a run early."""
    wanted, trained = settings.get("epochs", shared.epochs), len(run.history or ())
    if trained > wanted or (trained < wanted and shared.callbacks == []):
        raise ValueError(
            f"sweep: resume: expected runs of {wanted} epochs, got {run.name} with {trained}. "
            f"Give the same epochs as before, or start a new sweep without resume."
        )


def _same(one: Settings, other: Settings) -> bool:
    """Equal names and values; objects that were pickled in between are compared as pickles."""
    try:
        return list(one) == list(other) and all(
            equal_values(one[name], other[name])
            or pickle.dumps(one[name]) == pickle.dumps(other[name])
            for name in one
        )
    except Exception:  # no pickle, or a comparison that fails
        return False
