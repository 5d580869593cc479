"""Many runs over a grid of settings: in this process, in several, or on a cluster.

A comparison of two losses is worth as much as the runs behind it: several learning rates, because
the best one differs from loss to loss, and several seeds, because one start proves nothing. That
is a lot of runs, and each is independent of all others. So a sweep hands them to any
`concurrent.futures.Executor`:

- none: one run after the other, in this process;
- `ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))`: on two cores. The
  script needs `if __name__ == "__main__":` around its work;
- a cluster: dask, for example, has such an executor. With
  `pip install "dask[distributed]"` (the extra `cluster`),

      with LocalCluster(n_workers=2, threads_per_worker=1) as cluster, Client(cluster) as client:
          runs = mn.sweep(make_trainer, grid, data, epochs=100, executor=client.get_executor())

  trains in two worker processes of this machine, and on other machines as soon as the Client
  belongs to a larger cluster. Their workers need minnet and the file with `make_trainer`, too.

Runs whose networks have one shape are trained as one stack of arrays, several times as fast
(`minnet.sweep.stack`), in each process of an executor too. The numbers are bit for bit the same
either way, and on every executor, as long as all processes use the same NumPy and the same number
of BLAS threads (the order of a sum depends on them). If several processes share a machine, one
thread each is best: set OPENBLAS_NUM_THREADS=1 (or MKL_NUM_THREADS=1) before Python starts.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from minnet.sweep.checks import Grid, checked_combinations, checked_data, checked_make_trainer
from minnet.sweep.results import Run, Runs, error_text
from minnet.sweep.resume import taken_over
from minnet.sweep.run import Settings, SweepSettings
from minnet.sweep.together import train_together
from minnet.training.callback import Callback
from minnet.training.callbacks.checks import checked_callbacks
from minnet.training.checks import check_measure_at
from minnet.training.trainer import Trainer
from minnet.utils import checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.progress_bar import can_show, new_bar

if TYPE_CHECKING:
    from concurrent.futures import Executor

Data = tuple[ArrayLike, ArrayLike]


@explained
def sweep(
    make_trainer: Callable[..., Trainer],
    grid: Grid | Sequence[Grid],
    data: Data | Iterable[Any] | Callable[..., Any],
    epochs: int,
    batch_size: int = 32,
    validation_data: Data | Iterable[Any] | Callable[..., Any] | None = None,
    callbacks: Sequence[Callback] | Callable[..., Sequence[Callback]] = (),
    shuffle: bool = True,
    progress: bool = True,
    *,
    executor: Executor | None = None,
    description: str = "sweep",
    resume: Runs | None = None,
    stack: bool = True,
    measure_at: Sequence[int] = (),
) -> Runs:
    """Train once for each combination of settings; returns every history with its settings.

    Args:
        make_trainer: a function of the settings that returns a new Trainer. Let the seed be one
            of the settings, and pass it to the Trainer: then each run can be repeated.
        grid: name -> list of values, of which every combination is run, the last name fastest;
            or a list of such grids, run one after the other.
        data: a pair (x, y), or a function of the settings that returns one. (A function is also
            better for large data: each run loads them in its own process.)
        epochs: as in `Trainer.fit`; may also be a setting of a grid, which then replaces it.
        batch_size: likewise. shuffle: as in `Trainer.fit`.
        validation_data: None, a pair, (x, y, weights), or a function of the settings.
        callbacks: a list, of which each run gets copies, or a function of the settings that
            returns one. `run.callbacks` has what they recorded. Callbacks that write to a file
            need a function, so that each run has a file of its own.
        progress: show a progress bar that counts runs. description: the text in front of it.
        executor: where to train; None: in this process. It is not shut down.
        resume: the runs of an earlier sweep over the same grid that was interrupted or lost
            processes. Those that have a history are taken over; only the others are trained.
        stack: train runs of one shape together, several times as fast; every number is the same
            as one by one. `run.stacked` says with how many, `runs.why_not_stacked` why not.
        measure_at: as in `Trainer.fit`: steps at which each run is measured on its validation
            data, into `run.history.steps`.

    A function gets the settings that are among its arguments, so `data` may be a function of
    `seed` alone. A run that fails is kept with its error and its settings in `runs.failed`, a
    RuntimeWarning names it, and the other runs continue, also if it calls `sys.exit` or if its
    process of a ProcessPoolExecutor is killed. Ctrl-C ends the sweep: the runs that have finished
    are returned, marked as interrupted.

    Raises:
        TypeError, ValueError: before any run, naming the argument; also a setting that no
            function takes, and what cannot be sent to the processes of a ProcessPoolExecutor.
        RuntimeError: the executor's processes do not start, or it has been shut down.

    >>> import minnet as mn
    >>> def make_trainer(loss, rate, seed):
    ...     layers = [mn.Linear(2, 1), mn.Sigmoid()]
    ...     return mn.Trainer(layers, loss(), mn.SGD(rate), metrics=["accuracy"], seed=seed)
    >>> grid = {"loss": [mn.MeanSquaredError, mn.BinaryCrossEntropy], "rate": [1.0],
    ...         "seed": [0, 1, 2]}
    >>> data = mn.datasets.linear_binary(100, seed=0)
    >>> runs = sweep(make_trainer, grid, data, epochs=20, progress=False)
    >>> squared, cross = (group.curves("accuracy") for group in runs.group_by("loss").values())
    >>> squared.shape, bool(squared.mean() < cross.mean())  # three seeds, twenty epochs
    ((3, 20), True)
    """
    shown = checks.boolean("sweep", "progress", progress)
    checks.text("sweep", "description", description)
    given = SweepSettings(
        checked_make_trainer(make_trainer),
        checked_data("data", data),
        checks.whole_number("sweep", "epochs", epochs),
        checks.whole_number("sweep", "batch_size", batch_size),
        None if validation_data is None else checked_data("validation_data", validation_data),
        callbacks if callable(callbacks) else checked_callbacks(callbacks),
        checks.boolean("sweep", "shuffle", shuffle),
        checks.boolean("sweep", "stack", stack),
        sorted(check_measure_at("sweep", measure_at, validation_data is not None)),
    )
    shared, combinations = checked_combinations(given, grid)
    done = taken_over(resume, shared, combinations)
    if executor is not None:
        from minnet.sweep.executor import check_sending

        check_sending(executor, shared, combinations)
    runs = _run_all(shared, combinations, done, executor, description if shown else None)
    _warn_about_failures(runs)
    return runs


def _run_all(
    shared: SweepSettings,
    combinations: list[Settings],
    done: dict[int, Run],
    executor: Executor | None,
    description: str | None,
) -> Runs:
    """The runs that are not done yet; returns all in the order of the grid."""
    interrupted = False
    left = {index: s for index, s in enumerate(combinations) if index not in done}
    if executor is None:
        trained = train_together(shared, left)
    else:
        from minnet.sweep.executor import train_with

        trained = train_with(executor, shared, left)
    with contextlib.closing(trained), _progress_bar(description, len(left)) as advance:
        try:
            for index, run in trained:
                if run.history is not None and run.history.interrupted:
                    interrupted = True
                    break
                done[index] = replace(run, settings=combinations[index])
                advance(run)
        except KeyboardInterrupt:
            interrupted = True
    return Runs((done[index] for index in sorted(done)), interrupted)


@contextlib.contextmanager
def _progress_bar(description: str | None, runs: int) -> Iterator[Callable[[Run], None]]:
    """A progress bar that counts runs and failures; None or no console shows nothing."""
    if description is None or not can_show():
        yield lambda _run: None
        return
    failed = 0
    with new_bar(runs, "run", description) as bar:

        def advance(run: Run) -> None:
            nonlocal failed
            if run.error is not None:
                failed += 1
                bar.set_postfix(failed=failed, refresh=False)
            bar.update()

        yield advance


def _warn_about_failures(runs: Runs) -> None:
    """One RuntimeWarning that names the failed runs."""
    failed = runs.failed
    if not len(failed):
        return
    lines = [f"\n  {run.name}: {error_text(run.error)}" for run in failed if run.error]
    more = f"\n  and {len(lines) - 10} more: see runs.failed" if len(lines) > 10 else ""
    warnings.warn(
        f"sweep: {len(failed)} of {len(runs)} runs failed (run.traceback of each of runs.failed "
        f"shows where):{''.join(lines[:10])}{more}",
        RuntimeWarning,
        stacklevel=4,  # where sweep was called, above its decorator
    )
