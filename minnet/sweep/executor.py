"""Runs a sweep on an executor of `concurrent.futures`: threads, processes, or a cluster.

Loaded only when an executor is given, because `concurrent.futures` takes 15 ms to import. What
cannot be pickled is reported here before the first run, and a run that is lost with its process
becomes a failed run.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
    wait,
)
from typing import Any

from minnet.sweep.callback_files import SharedFileError
from minnet.sweep.results import Run
from minnet.sweep.run import IndexedRuns, Settings, SweepSettings, train_remotely
from minnet.sweep.together import MOST_IN_FLIGHT, train_stacks_remotely
from minnet.utils.checks import describe


def check_executor(executor: object) -> None:
    """Refuse what is not an Executor."""
    if not isinstance(executor, Executor):
        raise TypeError(
            f"sweep: executor: expected a concurrent.futures.Executor or None, got "
            f"{describe(executor)}. For example ProcessPoolExecutor(2); of a dask Client, "
            f"client.get_executor()."
        )


def check_sending(executor: Executor, shared: SweepSettings, combinations: list[Settings]) -> None:
    """Check that the processes of a pool can unpickle all functions, callbacks and settings.

    One of the processes tries it. A function that is defined in a notebook can be pickled, but
    not read in another process, and an error inside the pool's own code would break the pool.
    """
    if not isinstance(executor, ProcessPoolExecutor):
        return  # other executors send functions in ways of their own, or not at all
    parts: dict[str, Any] = {**shared.functions(), "callbacks": shared.callbacks}
    for name in dict.fromkeys(name for settings in combinations for name in settings):
        values = {id(s[name]): s[name] for s in combinations if name in s}
        parts |= {f"grid[{name!r}][{n}]": value for n, value in enumerate(values.values())}
    pickles = {name: _pickled(name, part) for name, part in parts.items()}
    try:
        problem = executor.submit(first_unreadable, pickles).result()
    except BrokenExecutor as error:
        raise RuntimeError(
            f"sweep: executor: expected a pool whose processes start, got {describe(executor)} "
            f"where the first one ended at once. A script that uses it must be a file, and do its "
            f'work under if __name__ == "__main__":, because each new process reads it again.'
        ) from error
    except RuntimeError as error:
        raise _shut_down(executor, error) from error
    if problem is not None:
        name, reason = problem
        raise _not_sendable(name, parts[name], reason)


def first_unreadable(pickles: dict[str, bytes]) -> tuple[str, str] | None:
    """The first part that cannot be unpickled in this process, and why; None if all can."""
    for name, text in pickles.items():
        try:
            pickle.loads(text)
        except Exception as error:
            return name, f"{type(error).__name__}: {error}"
    return None


def _pickled(name: str, part: Any) -> bytes:
    try:
        return pickle.dumps(part)
    except Exception as error:
        raise _not_sendable(name, part, f"{type(error).__name__}: {error}") from error


def _not_sendable(name: str, part: object, reason: str) -> TypeError:
    kind = "a function" if callable(part) else "objects"
    return TypeError(
        f"sweep: {name}: expected {kind} that can be sent to another process, got "
        f"{describe(part)} ({reason}). Write functions and classes with def and class at the top "
        f"level of a file, not as a lambda, inside of a function or in a notebook, and import "
        f"them from there; or leave out executor."
    )


def train_with(
    executor: Executor, shared: SweepSettings, combinations: dict[int, Settings]
) -> IndexedRuns:
    """The runs in the order in which they end; on Ctrl-C, those not yet started are cancelled."""
    if isinstance(executor, ProcessPoolExecutor):
        yield from _train_in_processes(executor, shared, combinations)
        return
    futures: dict[Future[Run], int] = {}
    why = "only a ProcessPoolExecutor trains stacks" if shared.stack else "stack=False"
    try:
        for index, settings in combinations.items():
            futures[_submit(executor, train_remotely, shared, settings, why)] = index
        for future in as_completed(futures):
            yield futures[future], _result(future)
    finally:
        for future in futures:
            future.cancel()


def _train_in_processes(
    pool: ProcessPoolExecutor, shared: SweepSettings, combinations: dict[int, Settings]
) -> IndexedRuns:
    """As many parts of the grid in flight as there are processes, first as stacks, then run by run.

    If a process is killed, Python gives up its pool. The runs in flight are then trained one by
    one in a new pool of the same kind; one that is lost again has failed.
    """
    left, futures = dict(combinations), dict[Future[Any], dict[int, Settings]]()
    alone: dict[int, str] = {} if shared.stack else dict.fromkeys(left, "stack=False")
    size, original = -(-len(left) // _processes(pool)), pool
    try:
        while left or futures:
            while left and len(futures) < _processes(pool):
                part, future = _submit_part(pool, shared, left, alone, min(size, MOST_IN_FLIGHT))
                futures[future] = part
            done, _ = wait(futures, return_when=FIRST_COMPLETED)
            broken = any(isinstance(future.exception(), BrokenExecutor) for future in done)
            ended = list(futures) if broken else list(done)  # all of a broken pool end at once
            for future in ended:
                part = futures.pop(future)
                for index, run in _results(future, part, alone).items():
                    if run.history is None and run.error is None:  # not trained yet
                        left[index], alone[index] = part[index], run.why_alone
                    else:
                        yield index, run
            if broken and left:
                pool = _renewed(pool)
    finally:
        for future in futures:
            future.cancel()
        if pool is not original:
            pool.shutdown(wait=False, cancel_futures=True)


def _submit_part(
    pool: ProcessPoolExecutor,
    shared: SweepSettings,
    left: dict[int, Settings],
    alone: dict[int, str],
    size: int,
) -> tuple[dict[int, Settings], Future[Any]]:
    """The next runs, which may be stacked; or one run alone."""
    indices = [index for index in left if index not in alone][:size] or [next(iter(left))]
    part = {index: left.pop(index) for index in indices}
    if indices[0] in alone:
        return part, _submit(pool, train_remotely, shared, part[indices[0]], alone[indices[0]])
    return part, _submit(pool, train_stacks_remotely, shared, part)


def _results(
    future: Future[Any], part: dict[int, Settings], alone: dict[int, str]
) -> dict[int, Run]:
    """The runs of a part; untrained ones if it was lost with its process."""
    if next(iter(part)) in alone:
        return {index: _result(future) for index in part}
    error = future.exception()
    if isinstance(error, (KeyboardInterrupt, SharedFileError)):
        raise error
    lost = {index: Run({}, why_alone="its process was lost with a stack") for index in part}
    return lost if error is not None else future.result()


def _processes(pool: ProcessPoolExecutor) -> int:
    """How many processes a pool has; Python does not say it in public."""
    return int(getattr(pool, "_max_workers", 1))


def _renewed(pool: ProcessPoolExecutor) -> ProcessPoolExecutor:
    """A new pool of the same kind as one that has broken down."""
    names = ("mp_context", "initializer", "initargs")
    given = {n: getattr(pool, f"_{n}") for n in names if hasattr(pool, f"_{n}")}
    return ProcessPoolExecutor(_processes(pool), **given)


def _submit(executor: Executor, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """The future of a call; if the executor has broken down, one that holds the error."""
    try:
        return executor.submit(function, *arguments)
    except BrokenExecutor as error:
        lost: Future[Any] = Future()
        lost.set_exception(error)
        return lost
    except RuntimeError as error:
        raise _shut_down(executor, error) from error


def _shut_down(executor: Executor, error: RuntimeError) -> RuntimeError:
    return RuntimeError(
        f"sweep: executor: expected an executor that accepts work, got {describe(executor)}: "
        f"{error}. Call sweep inside of its with block."
    )


def _result(future: Future[Run]) -> Run:
    """The run; one with an error if it was lost with its process, or could not be sent back."""
    try:
        return future.result()
    except (KeyboardInterrupt, SharedFileError):
        raise
    except BaseException as error:
        return Run(
            {},
            error=error,
            traceback="(the run was lost with its process, or could not be sent back)",
        )
