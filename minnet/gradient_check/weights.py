"""The weights of a layer: which arrays they are, where their gradients are, how both are set.

A `mn.Parameter` says what it is. In other classes a weight is known by its partner: `W` by `dW`,
`weights` by `grad_weights`, `params["W"]` by `grads["W"]`. An array without a partner is no weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from minnet.gradient_check.parameter_recorder import RecordedParameter, parameters_in
from minnet.nn.layer import Layer
from minnet.utils.types import Array

Path = tuple[Any, ...]
_ABSENT = (AttributeError, KeyError, IndexError, TypeError)

RETURNED = "_returned_gradients"
"""The attribute in which gradients are kept that backward returns, or subtracts from weights."""

_VALUES = ("params", "parameters", "weights", "parameter", "param", "_params")
_GRADIENTS = ("grads", "gradients", "dparams", "grad", "gradient", "_grads", "d")
_PREFIXES = ("d", "d_", "grad_", "grad", "dl_d", "dld", "gradient_", "delta_", "nabla_", "g_")
_SUFFIXES = ("_grad", "_gradient", "_grads", "_gradients", "grad", "_g")
_SHORT = {"weights": "w", "weight": "w", "bias": "b", "biases": "b", "kernel": "k"}
_NUMBERS = ("value", "data", "val", "w")
_CACHE = re.compile(
    r"xs?|z|a|y|h|in|out|inputs?|outputs?|prev|cache|x_?hat|y_pred|y_true|mask|last_input|logits|"
    r"mu|mean|var|std|sigma|x_norm|xn"
)
_WEIGHT = re.compile(
    r"w|weights?|b|bias(es)?|gamma|beta|gains?|kernels?|filters|theta|embeddings?", re.IGNORECASE
)


@dataclass
class Weight:
    """One weight: a path to its value and one to its gradient, followed again in each object.

    A weight without a `grad_path` is a Parameter, which keeps its gradient itself.
    """

    name: str
    value_path: Path
    grad_path: Path = ()

    @property
    def kind(self) -> str:
        """`parameter` or `plain`."""
        return "plain" if self.grad_path else "parameter"

    def value(self, obj: Any) -> Array:
        """The numbers of the weight in this object."""
        if not self.grad_path:
            return parameters_in(obj)[self.name].value
        return np.asarray(follow(obj, self.value_path))

    def set(self, obj: Any, value: Array) -> None:
        """Give the weight new numbers, in place where that is possible."""
        if not self.grad_path:
            parameters_in(obj)[self.name]._value = np.array(value, dtype=np.float64)
            return
        old = follow(obj, self.value_path)
        if isinstance(old, np.ndarray) and old.dtype == np.float64 and old.flags.writeable:
            old[...] = value
        else:
            place(obj, self.value_path, np.array(value) if np.ndim(value) else np.float64(value))

    def outcome(self, obj: Any, before: Any) -> tuple[bool, Any]:
        """Whether the gradient was set by a backward, and what it is; `before`: its snapshot."""
        if not self.grad_path:
            found = parameters_in(obj).get(self.name)
            return found.outcome() if isinstance(found, RecordedParameter) else (False, None)
        after = self._gradient(obj)
        if after is None:
            return False, None
        unchanged = before is not None and after is before[0] and same(before[1], after)
        return not unchanged, np.array(after)

    def snapshot(self, obj: Any) -> Any:
        """The gradient as it is now: the array itself, and a copy of it; None if there is none."""
        now = self._gradient(obj) if self.grad_path else None
        return None if now is None else (now, np.array(now))

    def _gradient(self, obj: Any) -> Any:
        try:
            return follow(obj, self.grad_path)
        except _ABSENT:
            return None


def same(one: Any, other: Any) -> bool:
    """Equal arrays, NaN included."""
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape:
        return False
    return bool(((first == second) | ((first != first) & (second != second))).all())


def follow(obj: Any, path: Path) -> Any:
    """The attribute, entry or element at the end of a path."""
    for key in path:
        if isinstance(obj, dict):
            obj = obj[key]
        elif isinstance(obj, (list, tuple)):
            obj = obj[int(key)]
        else:
            obj = getattr(obj, key)
    return obj


def place(obj: Any, path: Path, value: Any) -> None:
    """Assign a value to the end of a path."""
    holder, key = follow(obj, path[:-1]), path[-1]
    if isinstance(holder, dict):
        holder[key] = value
    elif isinstance(holder, list):
        holder[int(key)] = value
    else:
        setattr(holder, key, value)


def named_weights(names: dict[str, str]) -> list[Weight]:
    """The weights that the caller named: {"W": "dW", "inner.W": "inner.dW"}."""
    return [Weight(v, tuple(v.split(".")), tuple(g.split("."))) for v, g in names.items()]


def find_weights(before: Any, after: Any) -> list[Weight]:
    """The weights of an object, seen as it was made and as it is after forward and backward."""
    found = [Weight(name, (name,)) for name, p in parameters_in(before).items() if p.trainable]
    if not isinstance(before, Layer):
        for path in getattr(after, RETURNED, {}):
            name = path[-1:] if isinstance(path[-1], str) else path
            found.append(Weight(_name(name), path, (RETURNED, path)))
    known = {weight.value_path for weight in found}
    return found + [w for w in _plain(before, after, (), 3) if w.value_path not in known]


def _plain(before: Any, after: Any, path: Path, depth: int) -> Iterator[Weight]:
    """Arrays with a partner: in dicts and lists, among the attributes, and in parts inside."""
    early, late = _attributes(before), _attributes(after)
    used: set[str] = set()
    yield from _in_containers(early, late, path, used)
    for name, value in early.items():
        if name in used or not _is_number_array(value) or isinstance(value, (int, np.integer)):
            continue
        partner = partner_of(name, late)
        if not partner or partner in used or is_cache_name(name):
            continue
        if _is_written(early.get(partner), late[partner]):
            used |= {name, partner}
            yield Weight(_name((*path, name)), (*path, name), (*path, partner))
    for name, value in early.items() if depth else ():
        if name not in used and name in late:
            yield from _inside(value, late[name], (*path, name), depth)


def _in_containers(
    early: dict[str, Any], late: dict[str, Any], path: Path, used: set[str]
) -> Iterator[Weight]:
    """params["W"] with grads["W"] or grads["dW"]; W[0] with dW[0]."""
    boxes = {name: None for name, value in late.items() if _entries(value) is not None}
    for name, values in early.items():
        partner = partner_of(name, boxes) if name in boxes else None
        if partner is None and name in _VALUES:
            partner = next((g for g in _GRADIENTS if g in boxes and g != name), None)
        if partner is None or used & {name, partner}:
            continue
        used |= {name, partner}
        for key, value in _entries(values) or ():
            if not _is_number_array(value):
                continue
            other, gradients = key, late[partner]
            if isinstance(gradients, dict) and key not in gradients:
                other = partner_of(str(key), gradients) or key
            shown = (*path, key) if isinstance(values, dict) else (*path, name, key)
            yield Weight(_name(shown), (*path, name, key), (*path, partner, other))


def _inside(value: Any, later: Any, path: Path, depth: int) -> Iterator[Weight]:
    """Parts of an object: other layers, and custom classes with .value and .grad."""
    entries = _entries(value)
    for key, item in [((), value)] if entries is None else [((k,), v) for k, v in entries]:
        attributes = {} if isinstance(item, type) else getattr(item, "__dict__", {})
        where = (*path, *key)
        number = next((n for n in _NUMBERS if _is_number_array(attributes.get(n))), None)
        grad = next((n for n in ("grad", "gradient", "dw") if n in attributes), None)
        if attributes and hasattr(item, "forward"):
            try:
                yield from _plain(item, follow(later, key), where, depth - 1)
            except _ABSENT:
                continue
        elif number and grad:
            yield Weight(_name(where), (*where, number), (*where, grad))


def is_cache_name(name: str) -> bool:
    """Whether an attribute has the name of what forward stores for backward."""
    return bool(_CACHE.fullmatch(name.lower().strip("_")))


def partner_of(name: str, names: dict[str, Any]) -> str | None:
    """The attribute that holds the gradient of `name`, in any usual spelling."""
    core = name.strip("_")
    lower = core.lower()
    other_number = lower[:-1] if lower.endswith("s") else lower + "s"
    table = {
        key.strip("_"): key
        for key, value in names.items()
        if key != name and (value is None or _is_number_array(value))
    }
    spellings = ((core, True), (lower, False), (other_number, False), (_SHORT.get(lower), False))
    for wanted, exact in spellings:
        for spelled, key in table.items():
            if wanted and wanted in _cores(spelled, exact):
                return key
    return None


def _cores(name: str, exact: bool) -> Iterator[str]:
    """The name of a gradient without what says that it is one: dW gives W."""
    lower = name.lower()
    for prefix in _PREFIXES:
        if lower.startswith(prefix):
            yield (name if exact else lower)[len(prefix) :]
    for suffix in _SUFFIXES:
        if lower.endswith(suffix):
            yield (name if exact else lower)[: -len(suffix)]


def _entries(value: Any) -> list[tuple[Any, Any]] | None:
    """What a dict, list or tuple holds, by key; None for anything else."""
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, (list, tuple)) else None


def _attributes(obj: Any) -> dict[str, Any]:
    names = dict(getattr(obj, "__dict__", {}))
    for cls in type(obj).__mro__:
        for slot in getattr(cls, "__slots__", ()):
            if hasattr(obj, slot):
                names.setdefault(slot, getattr(obj, slot))
    names.pop("_minnet", None)
    return names


def _is_written(early: Any, late: Any) -> bool:
    """A gradient changes in backward, or waits to be set; a constant (t and dt) does neither."""
    return early is None or late is None or not np.any(late) or not same(early, late)


def _is_number_array(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (np.ndarray, float, int, np.number)):
        return False
    return np.asarray(value).dtype.kind in "fiu"


def _name(path: Path) -> str:
    return ".".join(map(str, path))


def suspicious_arrays(layer: Any, weights: list[Weight]) -> list[str]:
    """Raw float arrays of a Layer that carry the name of a weight; they would never train."""
    if not isinstance(layer, Layer):
        return []
    known = {w.value_path[0] for w in weights}
    arrays = dict(_attributes(layer))
    for holder in _VALUES:
        if isinstance(arrays.get(holder), dict) and holder not in known:
            arrays.update({str(k): v for k, v in arrays[holder].items()})
    return [
        name
        for name, value in arrays.items()
        if isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and _WEIGHT.fullmatch(name.strip("_").rstrip("0123456789"))
        and name not in known
    ]
