"""The constructor's arguments by which a layer is made as it is now.

An attribute may have been changed since: `dropout.rate = 0.1`. A layer that is not as its arguments
say is made a second time and compared. For a built-in layer the current values then replace the
arguments; where no arguments give the layer as it is, saving it is refused.
"""

from __future__ import annotations

import copy
import inspect
import math
from typing import Any

import numpy as np

from minnet.nn.parameter import Parameter
from minnet.nn.search import is_layer
from minnet.utils.checks import describe, is_built_in

Arguments = tuple[tuple[Any, ...], dict[str, Any]]

_SHAPES = "the shape of its parameters"


def current_arguments(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """The arguments that make the layer as it is now; `args` and `kwargs` are those it was given.

    Raises:
        TypeError: an attribute was changed, and no arguments make such a layer.
    """
    if is_built_in(layer) and "layers" in vars(layer):
        return (list(layer.layers),), {}
    bound = inspect.signature(type(layer).__init__).bind(layer, *args, **kwargs)
    bound.apply_defaults()
    given, state = bound.arguments, _state(layer)
    settings = {name.strip("_"): value for name, value in state.items() if name != _SHAPES}
    if all(n in given and value == _comparable(given[n]) for n, value in settings.items()):
        return args, kwargs
    fresh = _made_again(layer, args, kwargs)
    changed = None if fresh is None else _first_change(state, _state(fresh))
    if changed is not None and is_built_in(layer):
        for name in given.keys() & vars(layer).keys():
            if not isinstance(vars(layer)[name], Parameter):
                given[name] = vars(layer)[name]
        args, kwargs = bound.args[1:], bound.kwargs
        fresh = _made_again(layer, args, kwargs)
        changed = "its settings" if fresh is None else _first_change(state, _state(fresh))
    if changed is not None:
        raise TypeError(
            f"save: {type(layer).__name__}: expected {changed} as its constructor makes it, got "
            f"{describe(vars(layer).get(changed.partition('[')[0], 'others'))}: it was changed "
            f"afterwards, and a file keeps only the constructor's arguments. Make a new layer with "
            f"the value as an argument, or save the numbers alone: save_values(path)."
        )
    return args, kwargs


def _state(layer: Any) -> dict[str, Any]:
    """The attributes with the names of arguments, the layers inside, the shapes of Parameters."""
    names = inspect.signature(type(layer).__init__).parameters
    state: dict[str, Any] = {}
    for name, value in vars(layer).items():
        inner = _layers_in(value, name)
        if not inner and name.strip("_") in names and _comparable(value) is not NotImplemented:
            state[name] = _comparable(value)
        state |= inner
    shapes = {name: parameter.shape for name, parameter in layer.parameters().items()}
    return {**state, _SHAPES: shapes}


def _layers_in(value: Any, place: str) -> dict[str, Any]:
    """Class and state of a layer, or of every layer in lists, tuples and dicts, by its place."""
    if is_layer(value):
        return {place: (type(value), _state(value))}
    if not isinstance(value, (list, tuple, dict)):
        return {}
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found = [_layers_in(item, f"{place}[{key!r}]") for key, item in pairs]
    return {inner: state for layers in found for inner, state in layers.items()}


def _comparable(value: Any) -> Any:
    """A setting in a form that `==` compares; NotImplemented for what cannot be compared."""
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.generic):  # computes otherwise than a plain number: another setting
        return repr(value)
    if isinstance(value, (list, tuple)):
        return (type(value), *map(_comparable, value))
    if isinstance(value, np.ndarray):
        return (value.shape, value.dtype, value.tobytes())
    return value.shape if isinstance(value, Parameter) else NotImplemented


def _first_change(now: dict[str, Any], then: dict[str, Any]) -> str | None:
    """The first attribute or inner layer that is another one than in a fresh layer."""
    return next((name for name in then if name not in now or now[name] != then[name]), None)


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
