"""Many runs over a grid of settings: on this processor, on all of them, or on a cluster.

A comparison of two losses is worth as much as the runs behind it: several rates, because each
loss has its own, and several seeds, because one start proves nothing. That is a lot of runs, and
each is independent of all others. So a sweep hands them to any `concurrent.futures.Executor`:

- none: one after the other, here;
- `ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))`: on two cores. The
  script that does so needs `if __name__ == "__main__":` around its work;
- a cluster: dask's, for example, hands out such an executor. With
  `pip install "dask[distributed]"` (the extra `cluster`),

      with LocalCluster(n_workers=2, threads_per_worker=1) as cluster, Client(cluster) as client:
          runs = mn.sweep(make_trainer, grid, data, epochs=100, executor=client.get_executor())

  runs in two worker processes of this machine, and on others as soon as the Client is that of a
  larger cluster. Workers on other machines need minnet and the file with `make_trainer`, too.

The numbers are the same whoever computes them, bit for bit, as long as all use the same NumPy and
the same number of BLAS threads (the order of a sum depends on them). Where several processes
share a machine, one thread each is best: set OPENBLAS_NUM_THREADS=1 (or MKL_NUM_THREADS=1)
before Python starts.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    as_completed,
)
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from minnet.sweep.checks import (
    Grid,
    check_functions,
    check_sending,
    check_settings,
    checked_data,
    checked_grids,
    combinations_of,
)
from minnet.sweep.results import Run, Runs
from minnet.sweep.run import Plan, Settings, train, train_and_pack
from minnet.training.callbacks import Callback, checked_callbacks
from minnet.training.trainer import Trainer
from minnet.utils import checks
from minnet.utils.checks import describe

Data = tuple[ArrayLike, ArrayLike]
Index = int
Coming = Generator[tuple[Index, Run], None, None]


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
) -> Runs:
    """Train once for each combination of settings; returns every history with its settings.

    Args:
        make_trainer: a function of the settings that returns a new Trainer. Let the seed be one
            of the settings, and give it to the Trainer: then each run can be made again.
        grid: name -> list of values, of which every combination is run, the last name fastest;
            or a list of such grids, run one after the other.
        data: a pair (x, y), or a function of the settings that returns one. (A function is also
            the better way for large data: each run loads them where it runs.)
        epochs, batch_size, shuffle: as in `Trainer.fit`. A grid may hold `epochs` or
            `batch_size`, which then count for its runs.
        validation_data: None, a pair, or a function of the settings.
        callbacks: a list, of which each run gets copies, or a function of the settings that
            returns one. What they noted is in `run.callbacks`.
        progress: show a bar that counts runs. description: what stands in front of it.
        executor: who computes; None: this process. It is not shut down.

    A function gets those settings that it names as its arguments, so `data` may be a function
    of `seed` alone. A run that fails is kept with its error and its settings in `runs.failed`, a
    RuntimeWarning tells them, and the others go on. Ctrl-C ends the sweep, and what is finished
    is returned, marked as interrupted.

    Raises:
        TypeError, ValueError: before any run, naming the argument: also a setting that nobody
            takes, and what cannot be sent to a process of a ProcessPoolExecutor.
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
    check_functions(make_trainer, executor, description)
    shown = checks.boolean("sweep", "progress", progress)
    plan = Plan(
        make_trainer,
        checked_data("data", data),
        checks.whole_number("sweep", "epochs", epochs),
        checks.whole_number("sweep", "batch_size", batch_size),
        None if validation_data is None else checked_data("validation_data", validation_data),
        callbacks if callable(callbacks) else checked_callbacks(callbacks),
        checks.boolean("sweep", "shuffle", shuffle),
    )
    combinations = [s for one in checked_grids(grid) for s in combinations_of(one)]
    for settings in combinations:
        check_settings(plan, settings)
    if executor is not None and _pickles(executor):
        check_sending(executor, plan, combinations)
    runs = _run(plan, combinations, executor, description if shown else None)
    _warn_of(runs)
    return runs


def _pickles(executor: Executor) -> bool:
    """A pool of processes; other executors send functions in ways of their own, or not at all."""
    from concurrent.futures import ProcessPoolExecutor  # takes 15 ms: not before it is needed

    return isinstance(executor, ProcessPoolExecutor)


def _run(
    plan: Plan, combinations: list[Settings], executor: Executor | None, description: str | None
) -> Runs:
    """All runs, in the order of the grid, whatever the order in which they end."""
    done: dict[Index, Run] = {}
    interrupted = False
    coming = _here(plan, combinations) if executor is None else _there(executor, plan, combinations)
    with contextlib.closing(coming), _bar(description, len(combinations)) as advance:
        try:
            for index, run in coming:
                if run.history is not None and run.history.interrupted:
                    interrupted = True
                    break
                done[index] = replace(run, settings=combinations[index])
                advance(run)
        except KeyboardInterrupt:
            interrupted = True
    return Runs((done[index] for index in sorted(done)), interrupted)


def _here(plan: Plan, combinations: list[Settings]) -> Coming:
    """One after the other, in this process."""
    for index, settings in enumerate(combinations):
        yield index, train(plan, settings)


def _there(executor: Executor, plan: Plan, combinations: list[Settings]) -> Coming:
    """As they come back from the executor; those not begun are cancelled if nobody waits."""
    futures: dict[Future[Run], Index] = {}
    try:
        for index, settings in enumerate(combinations):
            futures[_submit(executor, plan, settings)] = index
        for future in as_completed(futures):
            yield futures[future], _result(future)
    finally:
        for future in futures:
            future.cancel()


def _submit(executor: Executor, plan: Plan, settings: Settings) -> Future[Run]:
    """A future of the run; if the executor has broken down meanwhile, one that says so."""
    try:
        return executor.submit(train_and_pack, plan, settings)
    except BrokenExecutor as error:
        lost: Future[Run] = Future()
        lost.set_exception(error)
        return lost
    except RuntimeError as error:
        raise RuntimeError(
            f"sweep: executor: expected one that takes work, got {describe(executor)}: {error}. "
            f"Call sweep inside of its with block."
        ) from error


def _result(future: Future[Run]) -> Run:
    """The run, or why there is none: it was lost on its way, or with its process."""
    try:
        return future.result()
    except Exception as error:
        return Run({}, error=error, traceback="(the run was lost with its process or on its way)")


@contextlib.contextmanager
def _bar(description: str | None, runs: int) -> Iterator[Callable[[Run], None]]:
    """A progress bar that counts runs, and those that failed; None: nothing is shown."""
    if description is None:
        yield lambda _run: None
        return
    from tqdm.auto import tqdm  # takes 50 ms: not before it is needed

    failed = 0
    with tqdm(total=runs, desc=description, unit="run", dynamic_ncols=True) as bar:

        def advance(run: Run) -> None:
            nonlocal failed
            if run.error is not None:
                failed += 1
                bar.set_postfix(failed=failed, refresh=False)
            bar.update()

        yield advance


def _warn_of(runs: Runs) -> None:
    """Failed runs are not passed over in silence."""
    failed = runs.failed
    if not len(failed):
        return
    lines = [f"\n  {run.name}: {type(run.error).__name__}: {run.error}" for run in failed]
    more = f"\n  and {len(lines) - 10} more: see runs.failed" if len(lines) > 10 else ""
    warnings.warn(
        f"sweep: {len(failed)} of {len(runs)} runs failed (run.traceback of runs.failed has the "
        f"place):{''.join(lines[:10])}{more}",
        RuntimeWarning,
        stacklevel=3,
    )
