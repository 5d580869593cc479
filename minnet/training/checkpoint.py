"""Checkpoint files: saves a training and loads it, so that it continues as if uninterrupted."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np

from minnet.nn import network_file
from minnet.nn.layer import Layer
from minnet.nn.layer_encoding import decoder, encoder
from minnet.nn.search import layers_of
from minnet.saving.errors import DamagedFile, InvalidFile, checked, reading
from minnet.saving.generator_state import STREAMS, checked_state
from minnet.training.callback_states import checked_states
from minnet.training.fingerprint import difference, fingerprint
from minnet.training.history import History
from minnet.training.optimizer_state import RestoredOptimizer, count, optimizer_state
from minnet.training.resume import DATA, WEIGHTS, EpochProgress, ResumePoint
from minnet.training.state import TrainingState

_BALANCED = "balanced class_weight"
_ENTRIES = (
    *("settings", "epochs", "history", "optimizer", "schedule"),
    *("order", "streams", "data", "callbacks", "position"),
)
_PROGRESS = {"batch": int, "seen": int, "total": float, "counted": float}


def save(trainer: TrainingState, path: Path) -> None:
    """Write the checkpoint.

    Raises:
        TypeError: what cannot be saved, by its name. ValueError: a value that is not finite.
        OSError: with the path.
    """
    network = trainer.network
    network.refresh()
    trainer.optimizer.follow(network._flat.trained)
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
    point = trainer._resume_point()
    progress = point.progress
    order = trainer.order.bit_generator.state if progress is None else progress.order
    return {
        "settings": {"parts": fingerprint(trainer)},
        "epochs": trainer.epochs,
        "history": {
            "rows": _rows(trainer.history),
            "steps": _rows(trainer.history.steps),
            "interrupted": trainer.history.interrupted,
        },
        "optimizer": optimizer_state(trainer.optimizer, trainer.network),
        "schedule": None,  # its settings, in files of earlier versions
        _BALANCED: vars(trainer.loss)["class_weight"] if _is_balanced(trainer) else None,
        "order": [_kind(trainer.order), order],
        "streams": [[_kind(g), g.bit_generator.state] for g in _generators(trainer.network)],
        "data": point.data,
        "callbacks": [[name, state] for name, state in point.callbacks],
        "position": progress and {n: vars(progress)[n] for n in (*_PROGRESS, "predictions")},
    }


def _rows(history: History) -> list[dict[str, Any]]:
    """The rows of the History; a row with something else than numbers is refused now."""
    for name, value in (entry for row in history.rows for entry in row.items()):
        if not _is_number(name, value):
            raise TypeError(
                f"save_checkpoint: history: expected numbers under names, got {value!r:.80} "
                f"({type(value).__name__}) under {name!r:.80}. A callback has added it to a row: "
                f"keep it in an attribute of the callback."
            )
    return history.rows


def _is_number(name: object, value: object) -> bool:
    """True for an entry of a row of the History."""
    return type(name) is str and isinstance(value, (int, float, np.integer, np.floating, np.bool_))


def _kind(generator: np.random.Generator) -> str:
    """The name of a generator's stream."""
    name = type(generator.bit_generator).__name__
    if name not in STREAMS:
        raise TypeError(
            f"save_checkpoint: expected random generators of NumPy's own kinds, "
            f"{', '.join(STREAMS)}, got {name}. Use np.random.default_rng(seed)."
        )
    return name


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


class _RestoredState:
    """The state in a file, checked; nothing in `apply_to` can fail."""

    def __init__(self, trainer: TrainingState, state: dict[str, Any]) -> None:
        if set(state) - {_BALANCED} != set(_ENTRIES):
            raise DamagedFile(
                f"its training has the entries {sorted(state)}, not {sorted(_ENTRIES)}."
            )
        settings = checked(state["settings"], dict).get("parts", {})
        other = difference(settings, fingerprint(trainer), "")
        if other is not None:
            raise InvalidFile(
                f"the checkpoint has {other}. Create the trainer with the same settings."
            )
        self.epochs = count(state["epochs"])
        self.history = _history(checked(state["history"], dict))
        self.optimizer = RestoredOptimizer(
            trainer.optimizer, trainer.network, checked(state["optimizer"], dict)
        )
        self.class_weight = _balanced_weights(state.get(_BALANCED), trainer)
        self.order = _generator_state(trainer.order, state["order"])
        self.generators = _generator_states(trainer.network, checked(state["streams"], list))
        self.point = _resume_point(trainer, state, self.order)

    def apply_to(self, trainer: TrainingState) -> None:
        """Change the trainer to this state."""
        self.optimizer.apply()
        if _is_balanced(trainer):  # the weights are those of the labels of a fit
            vars(trainer.loss)["class_weight"] = self.class_weight
        trainer.order.bit_generator.state = self.order
        for generator, state in self.generators:
            generator.bit_generator.state = state
        trainer.epochs, trainer.history = self.epochs, self.history
        trainer._loaded = self.point


def _is_balanced(trainer: TrainingState) -> bool:
    return bool(getattr(trainer.loss, "balanced", False))


def _balanced_weights(weights: Any, trainer: TrainingState) -> Any:
    """The class weights that a loss took from the labels of a fit; None before any fit."""
    if weights is None:
        return None
    fits = checked(weights, np.ndarray).ndim == 1 and weights.dtype == np.float64
    if not (fits and _is_balanced(trainer) and ((weights > 0) & (weights < np.inf)).all()):
        raise InvalidFile("it has class weights that are not those of balanced classes.")
    return weights


def _history(state: dict[str, Any]) -> History:
    history = History()
    for table, name in ((history, "rows"), (history.steps, "steps")):
        for row in checked(state.get(name, []), list):
            if not all(itertools.starmap(_is_number, checked(row, dict).items())):
                raise DamagedFile("its history has a row that is not a dict of numbers.")
            table.append(row)
    history.interrupted = checked(state.get("interrupted"), bool)
    return history


def _generator_state(generator: np.random.Generator, state: Any) -> dict[str, Any]:
    """The state of a random generator, checked before NumPy sees it."""
    kind = type(generator.bit_generator).__name__
    if len(checked(state, list)) != 2 or state[0] != kind:
        raise InvalidFile(
            f"it has a random generator of another kind than {kind}. Give layers and optimizer "
            f"the same kinds of generators."
        )
    return checked_state(kind, state[1])


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


def _resume_point(
    trainer: TrainingState, state: dict[str, Any], order: dict[str, Any]
) -> ResumePoint:
    """Data, state of the callbacks and progress within the epoch."""
    data, progress = state["data"], state["position"]
    callbacks = checked_states(state["callbacks"], trainer.network)
    if data is not None:
        _check_data(checked(data, dict))
    if progress is None:
        return ResumePoint(data, callbacks)
    if set(checked(progress, dict)) != {*_PROGRESS, "predictions"} or data is None:
        raise DamagedFile("its progress within the epoch is not understood.")
    for name, kind in _PROGRESS.items():
        checked(progress[name], kind)
    _check_progress(progress, data["batch_size"], state["optimizer"].get("steps"))
    _check_predictions(trainer, progress)
    return ResumePoint(data, callbacks, EpochProgress(order, **progress))


def _check_data(data: dict[str, Any]) -> None:
    """Digests of arrays, and the settings of a fit."""
    for name, value in data.items():
        kinds = {"batch_size": (int,), "shuffle": (bool,)}.get(name, (str, type(None)))
        if type(value) not in kinds:
            raise InvalidFile(f"its {name} of the data is not understood.")
    if not set(DATA) <= set(data) <= {*DATA, WEIGHTS} or data["batch_size"] < 1:
        raise InvalidFile("it does not say which data it was trained with.")


def _check_progress(progress: dict[str, Any], batch_size: int, steps: Any) -> None:
    """Batches, samples and sums must agree with each other."""
    batch, seen = count(progress["batch"]), count(progress["seen"])
    sums = [progress["total"], progress["counted"]]
    first = (batch - 1) * batch_size + 1 if batch else 0
    if not first <= seen <= batch * batch_size or (type(steps) is int and batch > steps):
        raise InvalidFile(f"it has seen {seen} samples in {batch} batches of {batch_size}.")
    if not all(map(math.isfinite, sums)) or progress["counted"] < 0 or (not batch and any(sums)):
        raise InvalidFile("the sums of its epoch cannot be those of a training.")


def _check_predictions(trainer: TrainingState, progress: dict[str, Any]) -> None:
    """The predictions of the epoch so far, which the metrics need."""
    predictions = progress["predictions"]
    if (predictions is None) != (not trainer.metrics or not progress["batch"]):
        raise InvalidFile("it has predictions without metrics, or metrics without predictions.")
    if predictions is None:
        return
    seen = progress["seen"]
    fits = checked(predictions, np.ndarray).ndim and len(predictions) >= seen
    if not fits or predictions.dtype.kind != "f" or not np.isfinite(predictions[:seen]).all():
        raise InvalidFile("the predictions of its epoch cannot be those of a training.")
