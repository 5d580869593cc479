"""What all runs of a sweep have in common, and how one of them is trained from its settings.

A run knows nothing of the others, nor of the process that it is in: the same settings give the
same numbers here, in a second process, or on another machine. So whatever a run could change
(an optimizer in the grid, a callback) it gets as a copy of its own.
"""

from __future__ import annotations

import copy
import inspect
import pickle
import traceback
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from minnet.nn.network import Network
from minnet.sweep.results import Run
from minnet.training.callbacks import Callback
from minnet.training.trainer import Trainer
from minnet.utils.checks import describe

Settings = dict[str, Any]

_TRAINED: weakref.WeakSet[Network] = weakref.WeakSet()
"""The networks that runs in this process have trained; each run needs one of its own."""

FIT = ("epochs", "batch_size")
"""Names of a grid that `fit` takes, whoever else does."""


@dataclass(frozen=True)
class Plan:
    """The arguments of `sweep` that every run shares; it travels to other processes."""

    make_trainer: Callable[..., Trainer]
    data: Any
    epochs: int
    batch_size: int
    validation_data: Any
    callbacks: Any
    shuffle: bool

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Those of the arguments that are functions of the settings, by name."""
        parts = {name: getattr(self, name) for name in ("data", "validation_data", "callbacks")}
        given = {name: part for name, part in parts.items() if callable(part)}
        return {"make_trainer": self.make_trainer, **given}


def named(function: Callable[..., Any], settings: Mapping[str, Any]) -> Settings:
    """Those settings that the function names as its arguments; all, if it takes **anything.

    >>> named(lambda rate, seed=0: None, {"loss": "squared error", "rate": 0.1})
    {'rate': 0.1}
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions written in C do not tell
        return dict(settings)
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return dict(settings)
    taken = {parameter.name for parameter in parameters}
    return {name: value for name, value in settings.items() if name in taken}


def train(plan: Plan, settings: Settings) -> Run:
    """One run, from its settings to its history; an error becomes part of what is returned."""
    try:
        own: Settings = copy.deepcopy(settings)
        trainer = _fresh(plan.make_trainer(**named(plan.make_trainer, own)))
        x, y = _pair(_of(plan.data, own))
        callbacks = _callbacks(plan.callbacks, own)
        history = trainer.fit(
            x,
            y,
            epochs=own.get("epochs", plan.epochs),
            batch_size=own.get("batch_size", plan.batch_size),
            validation_data=_of(plan.validation_data, own),
            callbacks=callbacks,
            shuffle=plan.shuffle,
            progress=False,
        )
    except Exception as error:
        return Run(settings, error=error, traceback=traceback.format_exc())
    return Run(settings, history, tuple(callbacks))


def train_and_pack(plan: Plan, settings: Settings) -> Run:
    """`train` for another process: what cannot be sent back is replaced by what can.

    The settings stay behind: whoever sent them has them.
    """
    run = train(plan, settings)
    error, callbacks = run.error, run.callbacks
    if error is not None and not _returns(error):
        error = RuntimeError(f"{type(error).__name__}: {error}")
    if not _returns(callbacks):
        callbacks = ()
    return Run({}, run.history, callbacks, error, run.traceback)


def _of(part: Any, settings: Settings) -> Any:
    """Data as given, or as the function gives them for these settings."""
    return part(**named(part, settings)) if callable(part) else part


def _pair(data: Any) -> tuple[Any, Any]:
    """x and y, which a function of one's own may have forgotten to return."""
    try:
        x, y = data
    except (TypeError, ValueError):
        raise TypeError(
            f"sweep: data: expected a function that returns a pair (x, y), got {describe(data)} "
            f"from it. End it in: return x, y."
        ) from None
    return x, y


def _callbacks(part: Any, settings: Settings) -> list[Callback]:
    """Those of this run: made for it, or copies."""
    if not callable(part):
        return list(copy.deepcopy(part))
    made = _of(part, settings)
    if not isinstance(made, (list, tuple)):
        raise TypeError(
            f"sweep: callbacks: expected a function that returns a list of callbacks, got "
            f"{describe(made)} from it. End it in: return [mn.EarlyStopping(...)]."
        )
    return list(made)


def _fresh(trainer: object) -> Trainer:
    """Refuse what is no Trainer, and a network that another run has trained."""
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


def _returns(part: object) -> bool:
    """True if it survives the way through a pickle."""
    try:
        pickle.loads(pickle.dumps(part))
    except Exception:
        return False
    return True
