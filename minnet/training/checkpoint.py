"""Checkpoint files: saves a training and loads it, so that it continues as if uninterrupted."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from minnet.nn import network_file
from minnet.nn.layer import Layer, layers_of
from minnet.nn.layer_encoding import decoder, encoder
from minnet.optimizers import Optimizer, schedules
from minnet.saving.errors import DamagedFile, InvalidFile, checked, reading
from minnet.training.history import History
from minnet.training.resume import EpochProgress, ResumePoint
from minnet.training.state import TrainingState
from minnet.utils.checks import is_built_in

_NOT_SAVED = frozenset({"_network", "_scratch", "_known", "_in_step", "schedule"})
_CHANGES = frozenset({"steps", "state", "learning_rate"})
_PROGRESS = {"batch": int, "seen": int, "total": float, "counted": float}


def save(trainer: TrainingState, path: Path) -> None:
    """Write the checkpoint.

    Raises:
        TypeError: what cannot be saved, by its name. ValueError: a value that is not finite.
        OSError: with the path.
    """
    network = trainer.network
    network.refresh()
    file = network_file.new("training", network, network.dtype)
    try:
        network_file.describe_network(file, network)
    except TypeError:  # can be resumed, but not created from the file alone
        file.description["network"] = None
    writer = encoder("training")
    file.description["training"] = writer.encode("save_checkpoint: ", _state(trainer))
    file.members.update(writer.arrays)
    network_file.write(path, file)


def load(trainer: TrainingState, path: Path) -> None:
    """Read the checkpoint; everything is checked before the first number is changed.

    Raises:
        CheckpointError: the file is damaged, or of a different training.
    """
    network = trainer.network
    network.refresh()
    parameters = network_file.named_parameters(network)
    with reading(path):
        file = network_file.read(path)
        if file.description["kind"] != "training":
            raise InvalidFile(
                "it contains a network, not the checkpoint of a training. Use mn.load(path) or "
                "network.load_values(path)."
            )
        _check_network(file, trainer, parameters)
        reader = decoder({n: a for n, a in file.members.items() if n.startswith("training/")})
        state = reader.decode(checked(file.description.get("training"), dict))
        restored = _RestoredState(trainer, checked(state, dict))
        extra = {n for n in file.members if n.startswith("training/")} - reader.used
        if extra:
            raise DamagedFile(f"it has the unexpected array {sorted(extra)[0]!r}.")
    network_file.assign(file.values, parameters)
    restored.apply_to(trainer)


def _state(trainer: TrainingState) -> dict[str, Any]:
    """Everything except the values of the Parameters."""
    point = trainer._resume_point()
    progress = point.progress
    order = trainer.order.bit_generator.state if progress is None else progress.order
    return {
        "settings": _settings(trainer),
        "epochs": trainer.epochs,
        "history": {"rows": trainer.history.rows, "interrupted": trainer.history.interrupted},
        "optimizer": _saved_attributes(trainer.optimizer),
        "schedule": _schedule(trainer.optimizer.schedule),
        "order": [type(trainer.order.bit_generator).__name__, order],
        "streams": [
            [type(g.bit_generator).__name__, g.bit_generator.state]
            for g in _generators(trainer.network)
        ],
        "data": point.data,
        "callbacks": [[name, state] for name, state in point.callbacks],
        "position": None
        if progress is None
        else {name: vars(progress)[name] for name in (*_PROGRESS, "predictions")},
    }


def _settings(trainer: TrainingState) -> dict[str, Any]:
    """What must be the same in the trainer that continues."""
    return {
        "loss": _name(trainer.loss),
        "optimizer": type(trainer.optimizer).__name__,
        "fuse": trainer.fuse,
        "metrics": list(trainer.metrics),
        "penalty": [[type(p).__name__, p.strength] for p in trainer.objective.penalties],
        "clip_norm": trainer.clipping.norm,
        "clip_value": trainer.clipping.value,
    }


def _name(part: object) -> str:
    return repr(part) if is_built_in(part) else type(part).__name__


def _saved_attributes(optimizer: Optimizer) -> dict[str, Any]:
    """All attributes of an optimizer, also of a custom one."""
    return {name: value for name, value in vars(optimizer).items() if name not in _NOT_SAVED}


def _schedule(schedule: object) -> Any:
    """A schedule as strings and numbers; a plain function as its name."""
    if schedule is None or isinstance(schedule, (bool, int, float, str)):
        return schedule
    if not isinstance(schedule, schedules.Schedule):
        return getattr(schedule, "__name__", type(schedule).__name__)
    return [type(schedule).__name__, {n: _schedule(v) for n, v in vars(schedule).items()}]


def _generators(network: Layer) -> list[np.random.Generator]:
    """Every random generator in a network, each once: the shared one, and the layers' own."""
    found: dict[int, np.random.Generator] = {}
    for layer in layers_of(network):
        for value in (layer._minnet.random, *vars(layer).values()):
            if isinstance(value, np.random.Generator):
                found.setdefault(id(value), value)
    return list(found.values())


def _check_network(
    file: network_file.NetworkFile, trainer: TrainingState, parameters: dict[str, Any]
) -> None:
    """Structure and dtype must match; otherwise the result could not be identical."""
    network_file.check_same_parameters(file.values, parameters)
    dtype = file.description["dtype"]
    if dtype != str(trainer.network.dtype):
        raise InvalidFile(
            f"its network has dtype {dtype}, this one {trainer.network.dtype}. Create the network "
            f"with dtype={str(dtype)!r}."
        )
    frozen = [name for name, p in parameters.items() if not p.trainable]
    if file.description["frozen"] not in (None, frozen):
        raise InvalidFile(
            f"it has {file.description['frozen']} as parameters with trainable=False, this network "
            f"{frozen}. Set trainable in the same way."
        )


_ENTRIES = (
    *("settings", "epochs", "history", "optimizer", "schedule"),
    *("order", "streams", "data", "callbacks", "position"),
)


class _RestoredState:
    """The state in a file, checked; nothing in `apply_to` can fail."""

    def __init__(self, trainer: TrainingState, state: dict[str, Any]) -> None:
        if set(state) != set(_ENTRIES):
            raise DamagedFile(
                f"its training has the entries {sorted(state)}, not {sorted(_ENTRIES)}."
            )
        _check_same("settings", state["settings"], _settings(trainer))
        _check_same("schedule", state["schedule"], _schedule(trainer.optimizer.schedule))
        self.epochs = _count(state["epochs"])
        self.history = _history(checked(state["history"], dict))
        self.optimizer = _optimizer(trainer, checked(state["optimizer"], dict))
        self.order = _generator_state(trainer.order, state["order"])
        self.generators = _generator_states(trainer.network, checked(state["streams"], list))
        self.point = _resume_point(state, self.order)

    def apply_to(self, trainer: TrainingState) -> None:
        """Change the trainer to this state."""
        attributes = vars(trainer.optimizer)
        kept = {n: v for n, v in attributes.items() if n in _NOT_SAVED}
        attributes.clear()
        attributes.update({**kept, **self.optimizer})
        attributes.pop("_known", None)  # the vectors are new
        trainer.order.bit_generator.state = self.order
        for generator, state in self.generators:
            generator.bit_generator.state = state
        trainer.epochs, trainer.history = self.epochs, self.history
        trainer._loaded = self.point


def _check_same(what: str, there: Any, here: Any) -> None:
    """Refuse a trainer with different settings."""
    if type(there) is dict and type(here) is dict:
        for name in here:
            _check_same(name, there.get(name), here[name])
    elif there != here:
        raise InvalidFile(
            f"the checkpoint has {what} = {there!r}, this trainer has {here!r}. Create the trainer "
            f"with the same settings."
        )


def _count(value: Any) -> int:
    if checked(value, int) < 0:
        raise DamagedFile(
            f"it has {value} where a number of epochs, steps or samples was expected."
        )
    return int(value)


def _history(state: dict[str, Any]) -> History:
    history = History()
    for row in checked(state.get("rows"), list):
        if not all(
            type(n) is str and type(v) in (int, float) for n, v in checked(row, dict).items()
        ):
            raise DamagedFile("its history has a row that is not a dict of numbers.")
        history.append(row)
    history.interrupted = checked(state.get("interrupted"), bool)
    return history


def _generator_state(generator: np.random.Generator, state: Any) -> dict[str, Any]:
    """The state of a random generator, tried on another one."""
    kind = type(generator.bit_generator)
    if len(checked(state, list)) != 2 or state[0] != kind.__name__:
        raise InvalidFile(
            f"it has a random generator of another kind than {kind.__name__}. Give "
            f"layers and optimizer the same kinds of generators."
        )
    trial = kind(0)
    trial.state = state[1]
    return checked(state[1], dict)  # type: ignore[no-any-return]


def _generator_states(
    network: Layer, states: list[Any]
) -> list[tuple[np.random.Generator, dict[str, Any]]]:
    """Each random generator of the network with its saved state."""
    here = _generators(network)
    if len(here) != len(states):
        raise InvalidFile(
            f"it has {len(states)} random generators, the network {len(here)}. Create the "
            f"network in the same way, with the same `random` in each layer."
        )
    return [(g, _generator_state(g, state)) for g, state in zip(here, states, strict=True)]


def _optimizer(trainer: TrainingState, state: dict[str, Any]) -> dict[str, Any]:
    """The attributes of an optimizer, checked if it is a built-in one."""
    _count(state.get("steps", 0))
    if not is_built_in(trainer.optimizer):
        return state
    here = _saved_attributes(trainer.optimizer)
    for name in here:
        private = name.startswith("_")  # created in the first step
        if name not in state and (not private or name == "_learning_rate"):
            raise DamagedFile(f"its optimizer has no {name}.")
        if not private and name not in _CHANGES:
            _check_same(f"optimizer.{name}", state[name], here[name])
    for name, value in state.items():
        known = name in here or name.endswith("_correction") or name == "_step_rate"
        fits = value is None or type(value) in (int, float, bool, tuple, dict)
        if not known or not fits:
            raise DamagedFile(f"its optimizer has the unexpected attribute {name}.")
        if type(value) is float and not (math.isfinite(value) and value >= 0):
            raise DamagedFile(f"its optimizer has the {name} {value}.")
    _check_vectors(trainer, checked(state["state"], dict))
    return state


def _check_vectors(trainer: TrainingState, vectors: dict[str, Any]) -> None:
    """Moments and the like: as long as the network's vectors, of its dtype."""
    values = trainer.network.flat_values
    for name, vector in vectors.items():
        if name not in trainer.optimizer.memory:
            raise InvalidFile(
                f"its optimizer has the state {name!r}, which this optimizer does not have. Create "
                f"the trainer with the same optimizer."
            )
        if checked(vector, np.ndarray).shape != values.shape or vector.dtype != values.dtype:
            raise DamagedFile(f"its optimizer's {name} does not fit the network.")


def _resume_point(state: dict[str, Any], order: dict[str, Any]) -> ResumePoint:
    """Data, state of the callbacks and progress within the epoch."""
    data, progress = state["data"], state["position"]
    callbacks = []
    for entry in checked(state["callbacks"], list):
        if len(checked(entry, list)) != 2:
            raise DamagedFile("it has the state of a callback that is not a name and a dict.")
        callbacks.append((checked(entry[0], str), checked(entry[1], dict)))
    if data is not None:
        checked(data, dict)
    if progress is None:
        return ResumePoint(data, callbacks)
    if set(checked(progress, dict)) != {*_PROGRESS, "predictions"}:
        raise DamagedFile("its progress within the epoch is not understood.")
    for name, kind in _PROGRESS.items():
        checked(progress[name], kind)
    _count(progress["batch"]), _count(progress["seen"])
    if progress["predictions"] is not None:
        checked(progress["predictions"], np.ndarray)
    return ResumePoint(data, callbacks, EpochProgress(order, **progress))
