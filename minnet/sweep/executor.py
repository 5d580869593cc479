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
    wait,
)
from typing import Any

from minnet.sweep.callback_files import SharedFileError
from minnet.sweep.results import Run
from minnet.sweep.run import IndexedRuns, Settings, SweepSettings
from minnet.sweep.together import MOST_IN_FLIGHT, train_part
from minnet.utils.checks import describe


def check_sending(executor: object, shared: SweepSettings, combinations: list[Settings]) -> None:
    """Refuse what is not an Executor, and what the processes of a pool cannot unpickle.

    One of the processes tries it. A function that is defined in a notebook can be pickled, but
    not read in another process, and an error inside the pool's own code would break the pool.
    """
    if not isinstance(executor, Executor):
        raise TypeError(
            f"sweep: executor: expected a concurrent.futures.Executor or None, got "
            f"{describe(executor)}. For example ProcessPoolExecutor(2); of a dask Client, "
            f"client.get_executor()."
        )
    if not isinstance(executor, ProcessPoolExecutor):
        return  # other executors send functions in ways of their own, or not at all
    parts: dict[str, Any] = {**shared.functions(), "callbacks": shared.callbacks}
    for name in dict.fromkeys(name for settings in combinations for name in settings):
        values = {id(s[name]): s[name] for s in combinations if name in s}
        parts |= {f"grid[{name!r}][{n}]": value for n, value in enumerate(values.values())}
    pickles: dict[str, bytes] = {}
    for name, part in parts.items():
        try:
            pickles[name] = pickle.dumps(part)
        except Exception as error:
            raise _not_sendable(name, part, f"{type(error).__name__}: {error}") from error
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
    """As many parts of the grid in flight as there are workers, first as stacks, then run by run.

    If a process is killed, Python gives up its pool. The runs in flight are then trained one by
    one in a new pool of the same kind; one that is lost again has failed.
    """
    left, futures, original = dict(combinations), dict[Future[Any], list[int]](), executor
    workers = _workers(executor)
    why = "its executor does not say how many runs it trains at a time" if not workers else ""
    why = why if shared.stack else "stack=False"
    alone = dict.fromkeys(left, why) if why else dict[int, str]()
    size = min(-(-len(left) // (workers or 1)), MOST_IN_FLIGHT)
    try:
        while left or futures:
            while left and (not workers or len(futures) < workers):
                stack = [index for index in left if index not in alone][:size]
                part = {index: left.pop(index) for index in stack or [next(iter(left))]}
                reasons = {index: alone[index] for index in part if index in alone}
                futures[_submit(executor, train_part, shared, part, reasons)] = [*part]
            done, _ = wait(futures, return_when=FIRST_COMPLETED)
            broken = any(isinstance(future.exception(), BrokenExecutor) for future in done)
            if broken and isinstance(executor, ProcessPoolExecutor):
                done, _ = wait(futures)  # all of a broken pool end at once
                executor = _renewed(executor)
            for future in done:
                for index, run in _results(future, futures.pop(future), alone).items():
                    if run.history is None and run.error is None:  # not trained yet
                        left[index], alone[index] = combinations[index], run.why_alone
                    else:
                        yield index, run
    finally:
        for future in futures:
            future.cancel()
        if executor is not original:
            executor.shutdown(wait=False, cancel_futures=True)


def _results(future: Future[Any], part: list[int], alone: dict[int, str]) -> dict[int, Run]:
    """The runs of a part; those of a stack are untrained if it was lost with its process."""
    try:
        return dict(future.result())
    except (KeyboardInterrupt, SharedFileError):
        raise
    except BaseException as error:
        text = "(the run was lost with its process, or could not be sent back)"
        lost = Run({}, why_alone="its process was lost with a stack")
        return {i: Run({}, error=error, traceback=text) if i in alone else lost for i in part}


def _workers(executor: Any) -> int:
    """How many calls a pool or dask computes at a time, which none says in public; 0: unknown."""
    client = getattr(executor, "_client", None)
    if client is not None:
        return sum(client.nthreads().values())
    return int(getattr(executor, "_max_workers", 0))


def _renewed(pool: ProcessPoolExecutor) -> ProcessPoolExecutor:
    """A new pool of the same kind as one that has broken down."""
    names = ("mp_context", "initializer", "initargs")
    given = {n: getattr(pool, f"_{n}") for n in names if hasattr(pool, f"_{n}")}
    return ProcessPoolExecutor(_workers(pool), **given)


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
