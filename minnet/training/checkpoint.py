"""Checkpoints of a training: all that is needed to go on as if nothing had happened."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet.nn import network_file as c
from minnet.nn.layer import Layer, layers_of
from minnet.nn.layer_encoding import decoder, encoder
from minnet.optimizers import Optimizer, schedules
from minnet.saving.errors import InvalidFile, checked, reading
from minnet.training.history import History
from minnet.training.resume import Position, Standing
from minnet.utils.checks import is_built_in

if TYPE_CHECKING:
    from minnet.training.state import Resumable as Trainer


_NOT_SAVED = frozenset({"_network", "_scratch", "_known", "_in_step", "schedule"})
_CHANGES = frozenset({"steps", "state", "learning_rate"})
_POSITION = {"batch": int, "seen": int, "total": float, "counted": float}


def save(trainer: Trainer, path: Path) -> None:
    """Write the checkpoint.

    Raises:
        TypeError: something that no file can hold, named. ValueError: a value that is not finite.
        OSError: with the path.
    """
    network = trainer.network
    network.refresh()
    file = c.new("training", network, network.dtype)
    try:
        c.describe_network(file, network)
    except TypeError:  # it can be trained on, but not made from the file alone
        file.description["network"] = None
    writer = encoder("training")
    file.description["training"] = writer.encode("save_checkpoint: ", _state(trainer))
    file.members.update(writer.arrays)
    c.write(path, file)


def load(trainer: Trainer, path: Path) -> None:
    """Read the checkpoint; everything is checked before the first number is changed.

    Raises:
        CheckpointError: whatever is wrong with the file, or does not fit to this trainer.
    """
    network = trainer.network
    network.refresh()
    parameters = c.named_parameters(network)
    with reading(path):
        file = c.read(path)
        if file.description["kind"] != "training":
            raise InvalidFile(
                "it holds a network and no training. Use mn.load(path), or load_values."
            )
        _check_network(file, trainer, parameters)
        reader = decoder(
            {n: a for n, a in file.members.items() if n.startswith("training/")},
        )
        state = reader.decode(checked(file.description.get("training"), dict))
        news = _News(trainer, checked(state, dict))
        extra = {n for n in file.members if n.startswith("training/")} - reader.used
        if extra:
            raise InvalidFile(
                f"it has the array {sorted(extra)[0]!r}, which does not belong there."
            )
    c.assign(file.values, parameters)
    news.take(trainer)


def _state(trainer: Trainer) -> dict[str, Any]:
    """Everything beside the values of the Parameters."""
    standing = trainer.standing()
    position = standing.position
    order = trainer.order.bit_generator.state if position is None else position.order
    return {
        "settings": _settings(trainer),
        "epochs": trainer.epochs,
        "history": {"rows": trainer.history.rows, "interrupted": trainer.history.interrupted},
        "optimizer": _remembered(trainer.optimizer),
        "schedule": _schedule(trainer.optimizer.schedule),
        "order": [type(trainer.order.bit_generator).__name__, order],
        "streams": [
            [type(g.bit_generator).__name__, g.bit_generator.state]
            for g in _streams(trainer.network)
        ],
        "data": standing.data,
        "callbacks": [[name, memory] for name, memory in standing.memories],
        "position": None
        if position is None
        else {name: vars(position)[name] for name in (*_POSITION, "predictions")},
    }


def _settings(trainer: Trainer) -> dict[str, Any]:
    """What must be the same in the trainer that goes on."""
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


def _remembered(optimizer: Optimizer) -> dict[str, Any]:
    """All attributes of an optimizer, a student's own among them."""
    return {name: value for name, value in vars(optimizer).items() if name not in _NOT_SAVED}


def _schedule(schedule: object) -> Any:
    """A schedule in words and numbers; of a plain function its name."""
    if schedule is None or isinstance(schedule, (bool, int, float, str)):
        return schedule
    if not isinstance(schedule, schedules.Schedule):
        return getattr(schedule, "__name__", type(schedule).__name__)
    return [type(schedule).__name__, {n: _schedule(v) for n, v in vars(schedule).items()}]


def _streams(network: Layer) -> list[np.random.Generator]:
    """Every random stream in a network, each once: the shared one, and a layer's own."""
    found: dict[int, np.random.Generator] = {}
    for layer in layers_of(network):
        for value in (layer._minnet.random, *vars(layer).values()):
            if isinstance(value, np.random.Generator):
                found.setdefault(id(value), value)
    return list(found.values())


def _check_network(file: c.NetworkFile, trainer: Trainer, parameters: dict[str, Any]) -> None:
    """The network must be of the same form and type, or bit for bit would be an empty word."""
    c.check_same_parameters(file.values, parameters)
    dtype = file.description["dtype"]
    if dtype != str(trainer.network.dtype):
        raise InvalidFile(f"its network is of type {dtype}, this one of {trainer.network.dtype}.")
    frozen = [name for name, p in parameters.items() if not p.trainable]
    if file.description["frozen"] not in (None, frozen):
        raise InvalidFile(f"in it {file.description['frozen']} do not train, here {frozen}.")


class _News:
    """A checked state, ready to be taken over; nothing in `take` can fail."""

    def __init__(self, trainer: Trainer, state: dict[str, Any]) -> None:
        expected = set(_state_names())
        if set(state) != expected:
            raise InvalidFile(
                f"its training has the entries {sorted(state)}, not {sorted(expected)}."
            )
        _check_same("settings", state["settings"], _settings(trainer))
        _check_same("schedule", state["schedule"], _schedule(trainer.optimizer.schedule))
        self.epochs = _count(state["epochs"])
        self.history = _history(checked(state["history"], dict))
        self.optimizer = _optimizer(trainer, checked(state["optimizer"], dict))
        self.order = _stream(trainer.order, state["order"])
        self.streams = self._network_streams(trainer, checked(state["streams"], list))
        self.standing = _standing(state, self.order)

    def _network_streams(
        self, trainer: Trainer, states: list[Any]
    ) -> list[tuple[np.random.Generator, dict[str, Any]]]:
        here = _streams(trainer.network)
        if len(here) != len(states):
            raise InvalidFile(f"it has {len(states)} random streams, the network {len(here)}.")
        return [(g, _stream(g, state)) for g, state in zip(here, states, strict=True)]

    def take(self, trainer: Trainer) -> None:
        """Put everything in its place."""
        kept = {n: v for n, v in vars(trainer.optimizer).items() if n in _NOT_SAVED}
        vars(trainer.optimizer).clear()
        vars(trainer.optimizer).update({**kept, **self.optimizer})
        vars(trainer.optimizer).pop("_known", None)  # the vectors begin anew
        trainer.order.bit_generator.state = self.order
        for generator, state in self.streams:
            generator.bit_generator.state = state
        trainer.epochs, trainer.history = self.epochs, self.history
        trainer.resume(self.standing)


def _state_names() -> tuple[str, ...]:
    return (
        *("settings", "epochs", "history", "optimizer", "schedule"),
        *("order", "streams", "data", "callbacks", "position"),
    )


def _check_same(what: str, there: Any, here: Any) -> None:
    """Refuse a trainer that would go on otherwise than it began."""
    if type(there) is dict and type(here) is dict:
        for name in here:
            _check_same(name, there.get(name), here[name])
    elif there != here:
        raise InvalidFile(
            f"its {what} is {there!r}, that of this trainer {here!r}. Make the trainer as it was."
        )


def _count(value: Any) -> int:
    if checked(value, int) < 0:
        raise InvalidFile(f"it has {value} where a number of epochs, steps or samples belongs.")
    return int(value)


def _history(state: dict[str, Any]) -> History:
    history = History()
    for row in checked(state.get("rows"), list):
        if not all(
            type(n) is str and type(v) in (int, float) for n, v in checked(row, dict).items()
        ):
            raise InvalidFile("its history has a row that is none.")
        history.append(row)
    history.interrupted = checked(state.get("interrupted"), bool)
    return history


def _stream(generator: np.random.Generator, state: Any) -> dict[str, Any]:
    """The state of a stream, tried on a stream of its own."""
    kind = type(generator.bit_generator)
    if len(checked(state, list)) != 2 or state[0] != kind.__name__:
        raise InvalidFile(f"it has a random stream of another kind than {kind.__name__}.")
    trial = kind(0)
    trial.state = state[1]
    return checked(state[1], dict)  # type: ignore[no-any-return]


def _optimizer(trainer: Trainer, state: dict[str, Any]) -> dict[str, Any]:
    """The attributes of an optimizer; those of a built-in one must be what they can be."""
    _count(state.get("steps", 0))
    if not is_built_in(trainer.optimizer):
        return state
    here = _remembered(trainer.optimizer)
    for name in here:
        private = name.startswith("_")  # comes up in the first step
        if name not in state and (not private or name == "_learning_rate"):
            raise InvalidFile(f"its optimizer has no {name}.")
        if not private and name not in _CHANGES:
            _check_same(f"optimizer's {name}", state[name], here[name])
    for name, value in state.items():
        known = name in here or name.endswith("_correction") or name == "_step_rate"
        fits = value is None or type(value) in (int, float, bool, tuple, dict)
        if not known or not fits:
            raise InvalidFile(f"its optimizer has a {name} that does not belong there.")
        if type(value) is float and not (math.isfinite(value) and value >= 0):
            raise InvalidFile(f"its optimizer has the {name} {value}.")
    _check_memory(trainer, checked(state["state"], dict))
    return state


def _check_memory(trainer: Trainer, memory: dict[str, Any]) -> None:
    """Vectors as long as the network's, of its type."""
    values = trainer.network.flat_values
    for name, vector in memory.items():
        if name not in trainer.optimizer.memory:
            raise InvalidFile(f"its optimizer has a memory {name}, which this one has not.")
        if checked(vector, np.ndarray).shape != values.shape or vector.dtype != values.dtype:
            raise InvalidFile(f"its optimizer's {name} does not fit to the network.")


def _standing(state: dict[str, Any], order: dict[str, Any]) -> Standing:
    """Data, memories and place within the epoch."""
    data, position = state["data"], state["position"]
    memories = []
    for entry in checked(state["callbacks"], list):
        if len(checked(entry, list)) != 2:
            raise InvalidFile("it has the memory of a callback that is none.")
        memories.append((checked(entry[0], str), checked(entry[1], dict)))
    if data is not None:
        checked(data, dict)
    standing = Standing(data, memories)
    if position is None:
        return standing
    if set(checked(position, dict)) != {*_POSITION, "predictions"}:
        raise InvalidFile("its place within the epoch is not understood.")
    for name, kind in _POSITION.items():
        checked(position[name], kind)
    _count(position["batch"]), _count(position["seen"])
    if position["predictions"] is not None:
        checked(position["predictions"], np.ndarray)
    standing.position = Position(order, **position)
    return standing
