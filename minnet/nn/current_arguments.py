"""The constructor's arguments by which a layer is made as it is now.

An attribute may have been changed since: `dropout.rate = 0.1`. A layer that has another value than
it was given, or layers inside that it was not given, is made a second time from its arguments and
compared. Of a built-in layer the current values then replace the arguments; where no arguments give
the layer as it is, saving it is refused.
"""

from __future__ import annotations

import copy
import inspect
from typing import Any

import numpy as np

from minnet.nn.config import PLAIN, Unsavable
from minnet.nn.parameter import Parameter
from minnet.nn.search import is_layer
from minnet.utils.checks import describe, is_built_in

Arguments = tuple[tuple[Any, ...], dict[str, Any]]

_DEEPEST = 64


def current_arguments(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """The arguments that make the layer as it is now; `args` and `kwargs` are those it was given.

    Raises:
        TypeError: an attribute was changed, and no arguments make such a layer.
    """
    if _holds_unsavable([args, kwargs]):  # refused by the Encoder, by name
        return args, kwargs
    if is_built_in(layer) and "layers" in vars(layer):  # the list as it is now
        return (list(layer.layers),), {}
    given = _by_name(layer, args, kwargs)
    passed = {id(part) for part in _layers_in([args, kwargs]).values()}
    if all(id(part) in passed for part in _layers_in(vars(layer)).values()) and all(
        _equal(vars(layer)[name], given[name.strip("_")]) for name in _settings(layer, given)
    ):
        return args, kwargs
    fresh = _made_again(layer, args, kwargs)
    changed = _first_change(layer, fresh, given)
    if changed is not None and is_built_in(layer):
        args, kwargs = _with_current_values(layer, args, kwargs)
        fresh = _made_again(layer, args, kwargs)
        changed = "its settings" if fresh is None else _first_change(layer, fresh, given)
    if changed is not None:
        raise TypeError(
            f"save: {type(layer).__name__}: expected {changed} as its constructor makes it, got "
            f"{describe(vars(layer).get(changed.partition('[')[0], 'others'))}: it was changed "
            f"afterwards, and a file keeps only the constructor's arguments. Make a new layer with "
            f"the value as an argument, or save the numbers alone: save_values(path)."
        )
    return args, kwargs


def _by_name(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by name, with the defaults."""
    bound = inspect.signature(type(layer).__init__).bind(layer, *args, **kwargs)
    bound.apply_defaults()
    return dict(list(bound.arguments.items())[1:])


def _settings(layer: Any, names: Any) -> list[str]:
    """The attributes named like an argument that hold what can be compared."""
    kinds = (*PLAIN, list, tuple, np.generic, np.ndarray, Parameter)
    return [
        name
        for name, value in vars(layer).items()
        if name.strip("_") in names and isinstance(value, kinds) and not _layers_in([value])
    ]


def _first_change(layer: Any, fresh: Any, names: Any) -> str | None:
    """The first attribute or inner layer that is another one than in a fresh layer."""
    if fresh is None:  # a custom constructor that works only once
        return None
    for name in dict.fromkeys(_settings(layer, names) + _settings(fresh, names)):
        if name in vars(fresh) and not _equal(vars(layer).get(name), vars(fresh)[name]):
            return name
    if any(p.shape != fresh.parameters()[n].shape for n, p in layer.parameters().items()):
        return "the shape of its parameters"
    now = _layers_in(vars(layer))
    for place, inner in _layers_in(vars(fresh)).items():
        if place not in now or _described(now[place]) != _described(inner):
            return place
    return None


def _with_current_values(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """The arguments with the current values of the attributes that have their names."""
    known = inspect.signature(type(layer).__init__).parameters
    values = {name: vars(layer)[name] for name in _settings(layer, known) if name in known}
    now = {n: _plain(v) for n, v in values.items() if not isinstance(v, Parameter)}
    if any(p.kind is p.VAR_POSITIONAL for p in known.values()):  # Reshape(2, 3): one name for all
        return next(iter(now.values())), kwargs
    positional = tuple(now.pop(n, given) for n, given in zip(list(known)[1:], args, strict=False))
    return positional, {**kwargs, **now}


def _made_again(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A second layer from these arguments; None if that fails. Draws nothing from NumPy."""
    state = np.random.get_state()  # noqa: NPY002 (a student's constructor may draw from it)
    args, kwargs = copy.deepcopy((args, kwargs))
    try:
        return type(layer)(*args, **kwargs)
    except Exception:
        return None
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _equal(now: Any, then: Any) -> bool:
    """Whether two settings are the same; of Parameters only the shape is an argument's."""
    if type(now) is not type(then):
        return {type(now), type(then)} <= {bool, int, float} and bool(now == then)
    if isinstance(now, (np.ndarray, Parameter)) and now.shape != then.shape:
        return False
    return isinstance(now, Parameter) or bool(np.all(now == then))


def _plain(value: Any) -> Any:
    """NumPy numbers as plain ones."""
    if isinstance(value, (tuple, list)):
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, np.generic) else value


def _layers_in(container: Any, place: str = "") -> dict[str, Any]:
    """Every layer directly in lists, tuples and dicts, by its place."""
    pairs = container.items() if isinstance(container, dict) else enumerate(container)
    found: dict[str, Any] = {}
    for key, value in pairs:
        inner = f"{place}[{key!r}]" if place or isinstance(key, int) else str(key)
        if is_layer(value):
            found[inner] = value
        elif isinstance(value, (list, tuple, dict)) and len(inner) < 1000:
            found |= _layers_in(value, inner)
    return found


def _described(layer: Any) -> Any:
    """Class and current arguments of a layer and of those in it, as text."""
    args, kwargs = layer._constructor()
    inner = {place: _described(part) for place, part in _layers_in(vars(layer)).items()}
    plain = [argument for argument in args if not _layers_in([argument])]
    return [type(layer).__name__, repr(plain), repr(kwargs), inner]


def _holds_unsavable(value: Any, depth: int = 0) -> bool:
    """True if one of the arguments is none that a file can hold, or a list that holds itself."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return depth > _DEEPEST or any(_holds_unsavable(item, depth + 1) for item in value)
    return isinstance(value, Unsavable)
