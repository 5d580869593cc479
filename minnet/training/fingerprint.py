"""What decides the numbers of a training, as text and numbers that two trainers can compare.

A checkpoint may only continue in a trainer that computes the same: the same layers with the same
settings, the same loss, penalties, metrics and schedule. A function is compared by its code, its
constants and the values that it uses; an object by its class and its settings, the attributes that
have the names of arguments.
"""

from __future__ import annotations

import functools
import inspect
import math
import sys
import types
from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.parameter import Parameter
from minnet.nn.search import find
from minnet.training.resume import digest
from minnet.training.state import TrainingState
from minnet.utils.checks import is_built_in
from minnet.utils.signatures import argument_names

_DEEPEST = 6
_NO_SETTINGS = frozenset({"self", "layers", "seed", "learning_rate"})
_PLAIN = (bool, int, str, type(None))
_CODE = f"code of Python {sys.version_info[0]}.{sys.version_info[1]}"  # others compile otherwise


def fingerprint(trainer: TrainingState) -> dict[str, Any]:
    """Everything about a trainer that a checkpoint compares, beside shapes and dtype."""
    layers = [(f.name, f.item) for f in find(trainer.network) if isinstance(f.item, Layer)]
    return {
        "network": {"network": _object(trainer.network)}
        | {f"layer {name}": _object(layer) for name, layer in layers},
        "loss": comparable(trainer.loss),
        "metrics": {name: comparable(metric) for name, metric in trainer.metrics.items()},
        "penalty": [comparable(penalty) for penalty in trainer.objective.penalties],
        "schedule": comparable(trainer.optimizer.schedule),
        # What a custom optimizer keeps is saved and loaded, its settings among it.
        "optimizer": _object(trainer.optimizer)[: 2 if is_built_in(trainer.optimizer) else 1],
        "fuse": trainer.fuse,
        "clip_norm": trainer.clipping.norm,
        "clip_value": trainer.clipping.value,
    }


def difference(there: Any, here: Any, place: str) -> str | None:
    """The first difference, in words; None if there is none. Only what both have is compared."""
    if isinstance(there, dict) and isinstance(here, dict):
        if place in ("network", "metrics") and list(there) != list(here):
            return f"{place} = {list(there)}, this trainer has {list(here)}"
        if there.get(_CODE, here.get(_CODE)) != here.get(_CODE):
            return f"{place} = a function, this trainer has another one"
        both = [name for name in here if name in there]
        within = f"{place}." if place else ""
        found = (difference(there[name], here[name], f"{within}{name}") for name in both)
        return next((text for text in found if text is not None), None)
    if isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        pairs = zip(there, here, strict=True)
        return next((text for one, other in pairs if (text := difference(one, other, place))), None)
    if type(there) is type(here) and there == here:
        return None
    one, other = _shown(there), _shown(here)
    return f"{place} = {one}, this trainer has {other if one != other else 'another one'}"


def _shown(value: Any) -> str:
    """A value for a message; arrays and functions are compared by digests, which say nothing."""
    if isinstance(value, str) and value.startswith("array "):
        return "an array"
    is_function = isinstance(value, dict) and any(key.startswith("code of") for key in value)
    return "a function" if is_function else f"{value!r:.80}"


def comparable(value: Any, depth: int = 0) -> Any:
    """A value as lists, dicts, text and numbers.

    >>> comparable(0.1), comparable((1, "a"))
    (0.1, [1, 'a'])
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, np.ndarray):
        hashed = value.size and value.dtype.kind in "biuf"
        return f"array {digest(np.atleast_1d(value)) if hashed else (value.dtype, value.shape)}"
    if isinstance(value, (float, bytes, complex, range, np.generic)):
        return repr(value)
    if depth > _DEEPEST:
        return type(value).__name__
    if isinstance(value, (list, tuple)):
        return [comparable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(key): comparable(item, depth + 1) for key, item in value.items()}
    return _callable(value, depth + 1)


def _callable(value: Any, depth: int) -> Any:
    """Functions and their relatives; classes; all other objects."""
    if isinstance(value, types.FunctionType) and (value.__module__ or "").split(".")[0] != "minnet":
        return _function(value, depth)
    if isinstance(value, functools.partial):
        parts = (value.func, value.args, value.keywords)
        return ["partial", *(comparable(part, depth) for part in parts)]
    if isinstance(value, types.MethodType):
        return [comparable(value.__func__, depth), comparable(value.__self__, depth)]
    if isinstance(value, Parameter):
        return ["Parameter", list(value.shape), value.penalized]
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if isinstance(name, str):  # a class, or a function written in C
        return name
    return _object(value, depth)


def _function(function: types.FunctionType, depth: int) -> dict[str, Any]:
    """A function: digest of its code, and the values that it uses."""
    variables = inspect.getclosurevars(function)
    used = {
        name: value
        for name, value in {**variables.globals, **variables.nonlocals}.items()
        if isinstance(value, (*_PLAIN, float, tuple, np.generic, np.ndarray))
        or getattr(value, "__module__", "") == function.__module__
    }
    parts = {"defaults": function.__defaults__, "keywords": function.__kwdefaults__}
    return {
        _CODE: _digest_of_code(function.__code__),
        **comparable({**parts, "used values": used}, depth - 1),
    }


def _digest_of_code(code: types.CodeType) -> str:
    """A digest of what a function does; its name and its lines may change."""
    import hashlib  # here: it loads OpenSSL, which `import minnet` alone does not need

    result = hashlib.sha256(code.co_code)
    for constant in code.co_consts:
        nested = isinstance(constant, types.CodeType)
        text = _digest_of_code(constant) if nested else repr(constant)
        if not (text.endswith("<lambda>'") or "<locals>" in text):  # qualified names
            result.update(text.encode())
    result.update(repr((code.co_names, code.co_varnames)).encode())
    return result.hexdigest()


def _object(value: Any, depth: int = 0) -> Any:
    """The class of an object, and its attributes that are named like an argument."""
    names = {name.strip("_") for name in argument_names(type(value).__init__)} - _NO_SETTINGS
    if getattr(value, "balanced", False):
        names.remove("class_weight")  # from the labels of a fit
    settings = {
        name: comparable(entry, depth + 1)
        for name, entry in getattr(value, "__dict__", {}).items()
        if name.strip("_") in names and not isinstance(entry, (Layer, Parameter))
    }
    return [type(value).__name__, settings]
