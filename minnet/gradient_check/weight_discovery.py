"""Which arrays of an object are weights, and where their gradients are.

A `mn.Parameter` says what it is. In other classes a weight is known by its partner: `W` by `dW`,
`weights` by `grad_weights`, `params["W"]` by `grads["W"]`. An array without a partner is no weight.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minnet.gradient_check.parameter_recorder import parameters_in
from minnet.gradient_check.weight_access import Weight, follow, same
from minnet.nn.layer import Layer

RETURNED = "_returned_gradients"
"""The attribute in which gradients are kept that backward returns, or subtracts from weights."""

_VALUES = ("params", "parameters", "weights", "parameter", "param", "_params")
_GRADIENTS = ("grads", "gradients", "dparams", "grad", "gradient", "_grads", "d")
_PREFIXES = (
    "d",
    "d_",
    "grad_",
    "grad",
    "dL_d",
    "dLd",
    "gradient_",
    "delta_",
    "nabla_",
    "dl_d",
    "g_",
)
_SUFFIXES = ("_grad", "_gradient", "_grads", "_gradients", "grad", "_g", "Grad")
_VALUE_NAMES = ("value", "data", "val", "w")
_GRAD_NAMES = ("grad", "gradient", "dw")
CACHES = {
    "x",
    "z",
    "a",
    "y",
    "input",
    "inputs",
    "output",
    "outputs",
    "out",
    "h",
    "prev",
    "cache",
    "xhat",
    "x_hat",
    "y_pred",
    "y_true",
    "mask",
    "last_input",
    "logits",
    "in",
    "xs",
    "mu",
    "mean",
    "var",
    "std",
    "sigma",
    "x_norm",
    "xn",
}
WEIGHT_NAMES = {
    "w",
    "weight",
    "weights",
    "b",
    "bias",
    "biases",
    "gamma",
    "beta",
    "gain",
    "gains",
    "kernel",
    "kernels",
    "filters",
    "theta",
    "embedding",
    "embeddings",
}


def named_weights(names: dict[str, str]) -> list[Weight]:
    """The weights that the caller named: {"W": "dW", "inner.W": "inner.dW"}."""
    return [
        Weight(value, tuple(value.split(".")), tuple(grad.split(".")))
        for value, grad in names.items()
    ]


def find_weights(before: Any, after: Any) -> list[Weight]:
    """The weights of an object, seen as it was made and as it is after forward and backward."""
    found = [
        Weight(name, (name,), kind="parameter")
        for name, parameter in parameters_in(before).items()
        if parameter.trainable
    ]
    found += [
        Weight(_name(path[-1:] if isinstance(path[-1], str) else path), path, (RETURNED, path))
        for path in getattr(after, RETURNED, {})
        if not isinstance(before, Layer)
    ]
    known = {weight.value_path for weight in found}
    return found + [w for w in _plain(before, after, (), 3) if w.value_path not in known]


def _plain(before: Any, after: Any, path: tuple[Any, ...], depth: int) -> Iterator[Weight]:
    """Arrays with a partner among the attributes, in dicts and lists, and in parts inside."""
    early, late = _attributes(before), _attributes(after)
    used: set[str] = set()
    boxes = {name: None for name, value in late.items() if isinstance(value, (dict, list, tuple))}
    for holder, values in early.items():
        if not isinstance(values, (dict, list, tuple)):
            continue
        partner = partner_of(holder, boxes)
        if partner is None and holder in _VALUES:
            partner = _gradients_beside(late, holder)
        if partner and partner not in used and holder not in used:
            used |= {holder, partner}
            yield from _from_container(values, late[partner], (*path, holder), (*path, partner))
    for name, value in early.items():
        if name in used or not _is_number_array(value) or isinstance(value, (int, np.integer)):
            continue
        partner = partner_of(name, late)
        if partner and not _is_written(early.get(partner), late[partner]):
            continue
        if partner and partner not in used and name.lower().strip("_") not in CACHES:
            used |= {name, partner}
            yield Weight(_name((*path, name)), (*path, name), (*path, partner))
    if depth:
        yield from _inside(early, late, path, depth, used)


def _inside(
    early: dict[str, Any], late: dict[str, Any], path: tuple[Any, ...], depth: int, used: set[str]
) -> Iterator[Weight]:
    """Parts of an object: other layers, and custom classes with .value and .grad."""
    for name, value in early.items():
        if name in used:
            continue
        pairs: list[tuple[tuple[Any, ...], Any]] = [((), value)]
        if isinstance(value, (list, tuple)):
            pairs = [((index,), item) for index, item in enumerate(value)]
        elif isinstance(value, dict):
            pairs = [((key,), item) for key, item in value.items()]
        for key, item in pairs:
            if not hasattr(item, "__dict__") or isinstance(item, type) or not vars(item):
                continue
            where = (*path, name, *key)
            try:
                other = follow(late[name], key)
            except (KeyError, IndexError, TypeError):
                continue
            box = _boxed(item)
            if box:
                yield Weight(_name(where), (*where, box[0]), (*where, box[1]))
            elif hasattr(item, "forward"):
                yield from _plain(item, other, where, depth - 1)


def _boxed(item: Any) -> tuple[str, str] | None:
    names = vars(item)
    value = next((n for n in _VALUE_NAMES if _is_number_array(names.get(n))), None)
    grad = next((n for n in _GRAD_NAMES if n in names), None)
    return (value, grad) if value and grad and not hasattr(item, "forward") else None


def _from_container(
    values: Any, grads: Any, value_path: tuple[Any, ...], grad_path: tuple[Any, ...]
) -> Iterator[Weight]:
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    for key, value in pairs:
        if not _is_number_array(value):
            continue
        other = key
        if isinstance(grads, dict) and key not in grads:
            other = partner_of(str(key), grads) or key
        name = str(key) if isinstance(values, dict) else f"{value_path[-1]}.{key}"
        prefix = _name(value_path[:-1])
        yield Weight(
            f"{prefix}.{name}" if prefix else name, (*value_path, key), (*grad_path, other)
        )


def _gradients_beside(names: dict[str, Any], holder: str) -> str | None:
    wanted = [g for g in _GRADIENTS if isinstance(names.get(g), (dict, list, tuple))]
    return next((g for g in wanted if g != holder), None)


def partner_of(name: str, names: dict[str, Any]) -> str | None:
    """The attribute that holds the gradient of `name`; in any usual spelling."""
    core = name.strip("_")
    exact = [p + core for p in _PREFIXES] + [core + s for s in _SUFFIXES]
    short = {"weights": "w", "weight": "w", "bias": "b", "biases": "b", "kernel": "k"}.get(core)
    singular = core[:-1] if core.endswith("s") else core + "s"
    loose = exact + [p + singular for p in _PREFIXES] + [singular + s for s in _SUFFIXES]
    if short:
        loose += [p + short for p in _PREFIXES] + [short + s for s in _SUFFIXES]
    table = {key.strip("_"): key for key, value in names.items() if _may_be_gradient(value)}
    lower = {key.lower(): real for key, real in table.items()}
    for candidate in exact:
        if candidate in table and table[candidate] != name:
            return table[candidate]
    for candidate in loose:
        real = lower.get(candidate.lower())
        if real is not None and real != name:
            return real
    return None


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


def _may_be_gradient(value: Any) -> bool:
    return value is None or _is_number_array(value)


def _is_number_array(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, (np.ndarray, float, int, np.number)) and (
        np.asarray(value).dtype.kind in "fiu"
    )


def _name(path: tuple[Any, ...]) -> str:
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
        and (name.strip("_").lower().rstrip("0123456789") in WEIGHT_NAMES)
        and name not in known
    ]
