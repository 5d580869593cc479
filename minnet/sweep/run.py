"""Trains one run of a sweep from its settings.

A run knows nothing about the others, nor about the process that it is in: the same settings give
the same numbers here, in a second process, or on another machine. So each run gets a copy of
everything that it could change (an optimizer in the grid, a callback).
"""

from __future__ import annotations

import copy
import inspect
import pickle
import traceback
import weakref
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from minnet.nn.network import Network
from minnet.sweep.callback_files import SharedFileError, files_of, refuse
from minnet.sweep.results import Run, error_text
from minnet.training.callbacks import Callback
from minnet.training.fit_arguments import prepared_loop
from minnet.training.history import History
from minnet.training.loop import Loop
from minnet.training.trainer import Trainer
from minnet.utils.checks import describe

Settings = dict[str, Any]
IndexedRuns = Generator[tuple[int, Run], None, None]
"""Each run with its position in the grid."""

_TRAINED: weakref.WeakSet[Network] = weakref.WeakSet()
"""The networks that runs in this process have trained; each run needs a new one."""

FIT_SETTINGS = ("epochs", "batch_size")
"""Settings that are passed to `fit` (and to each function that names them)."""


@dataclass(frozen=True)
class SweepSettings:
    """The arguments of `sweep` that all runs share; pickled when runs go to other processes."""

    make_trainer: Callable[..., Trainer]
    data: Any
    epochs: int
    batch_size: int
    validation_data: Any
    callbacks: Any
    shuffle: bool
    stack: bool
    measure_at: Any
    varying: frozenset[str] = frozenset()  # the settings that differ between runs

    def functions(self) -> dict[str, Callable[..., Any]]:
        """The arguments that are functions of the settings, by name."""
        parts = {name: getattr(self, name) for name in ("data", "validation_data", "callbacks")}
        given = {name: part for name, part in parts.items() if callable(part)}
        return {"make_trainer": self.make_trainer, **given}


def accepted_settings(function: Callable[..., Any], settings: Mapping[str, Any]) -> Settings:
    """The settings that are arguments of the function; all of them if it takes **kwargs.

    >>> accepted_settings(lambda rate, seed=0: None, {"loss": "squared error", "rate": 0.1})
    {'rate': 0.1}
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions written in C have no signature
        return dict(settings)
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return dict(settings)
    taken = {parameter.name for parameter in parameters}
    return {name: value for name, value in settings.items() if name in taken}


class PreparedRun(NamedTuple):
    """A run whose trainer, data and callbacks exist and are checked; nothing is trained yet.

    Attributes:
        loop: its fit; None if a subclass of Trainer has its own. fit: trains it.
    """

    settings: Settings
    trainer: Trainer
    callbacks: list[Callback]
    loop: Loop | None
    fit: Callable[[], History]


def prepare(shared: SweepSettings, settings: Settings) -> PreparedRun:
    """Make everything of a run; its errors are raised."""
    own: Settings = copy.deepcopy(settings)
    trainer = _check_new(shared.make_trainer(**accepted_settings(shared.make_trainer, own)))
    x, y = _pair(_value_of(shared.data, own))
    callbacks = _callbacks(shared, own)
    arguments = {
        **{"epochs": own.get("epochs", shared.epochs), "shuffle": shared.shuffle},
        **{"batch_size": own.get("batch_size", shared.batch_size), "callbacks": callbacks},
        "validation_data": _value_of(shared.validation_data, own),
        **({"measure_at": shared.measure_at} if shared.measure_at else {}),
    }
    if type(trainer).fit is Trainer.fit:
        loop = prepared_loop(trainer, x, y, **arguments)
        return PreparedRun(settings, trainer, callbacks, loop, partial(loop.run, False))
    fit = partial(trainer.fit, x, y, progress=False, **arguments)
    return PreparedRun(settings, trainer, callbacks, None, fit)


def train(shared: SweepSettings, settings: Settings, why_alone: str = "") -> Run:
    """Train one run; an error is not raised, but returned in the Run."""

    def fit() -> tuple[History, list[Callback]]:
        run = prepare(shared, settings)
        return run.fit(), run.callbacks

    return _ended(settings, fit, why_alone=why_alone)


def finish(run: PreparedRun, **facts: Any) -> Run:
    """Train a run to its end; `facts` are those of the Run."""
    return _ended(run.settings, lambda: (run.fit(), run.callbacks), **facts)


def _ended(
    settings: Settings, fit: Callable[[], tuple[History, list[Callback]]], **facts: Any
) -> Run:
    """The Run of what `fit` returns, or of its error."""
    try:
        history, callbacks = fit()
        return Run(settings, history, tuple(callbacks), **facts)
    except (KeyboardInterrupt, SharedFileError):
        raise
    except BaseException as error:  # also sys.exit, which ends this run and not the others
        return Run(settings, error=error, traceback=traceback.format_exc(), **facts)


def sendable(run: Run) -> Run:
    """The run without what cannot be pickled, and without its settings, which are known there."""
    error, callbacks = run.error, run.callbacks
    if error is not None and not _can_be_sent(error):
        error = RuntimeError(error_text(error))
    text = run.traceback
    if not _can_be_sent(callbacks):
        callbacks, text = (), f"{text}(its callbacks could not be sent back from their process)"
    return replace(run, settings={}, callbacks=callbacks, error=error, traceback=text)


def _value_of(part: Any, settings: Settings) -> Any:
    """The argument itself, or what it returns for these settings if it is a function."""
    return part(**accepted_settings(part, settings)) if callable(part) else part


def _pair(data: Any) -> tuple[Any, Any]:
    """x and y; a custom data function may have forgotten to return them."""
    try:
        x, y = data
    except (TypeError, ValueError):
        raise TypeError(
            f"sweep: data: expected a function that returns a pair (x, y), got {describe(data)} "
            f"from it. End it in: return x, y."
        ) from None
    return x, y


def _callbacks(shared: SweepSettings, settings: Settings) -> list[Callback]:
    """The callbacks of this run: returned by the function, or copies."""
    part = shared.callbacks
    if not callable(part):
        return list(copy.deepcopy(part))
    made = _value_of(part, settings)
    if not isinstance(made, (list, tuple)):
        raise TypeError(
            f"sweep: callbacks: expected a function that returns a list of callbacks, got "
            f"{describe(made)} from it. End it in: return [mn.EarlyStopping(...)]."
        )
    files = files_of(made)
    if files and not shared.varying <= set(accepted_settings(part, settings)):
        again = files_of(_value_of(part, settings))  # in the run that differs only in the others
        refuse([file for file in files if file in again])
    return list(made)


def _check_new(trainer: object) -> Trainer:
    """Refuse what is not a Trainer, and a network that another run has trained."""
    if not isinstance(trainer, Trainer):
        raise TypeError(
            f"sweep: make_trainer: expected a function that returns a Trainer, got "
            f"{describe(trainer)} from it. End it in: return mn.Trainer(...)."
        )
    if trainer.epochs or trainer.network in _TRAINED:
        raise ValueError(
            "sweep: make_trainer: expected a new network in each call, got one that has been "
            "trained before. Make layers, network and Trainer inside of make_trainer."
        )
    _TRAINED.add(trainer.network)
    return trainer


def _can_be_sent(part: object) -> bool:
    """True if it can be pickled and read again."""
    try:
        pickle.loads(pickle.dumps(part))
    except KeyboardInterrupt:
        raise
    except BaseException:  # of a student's __reduce__ or __setstate__
        return False
    return True
