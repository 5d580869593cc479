"""The constructor's arguments by which a layer is made as it is now.

An attribute may have been changed since: `dropout.rate = 0.1`. Such a layer is made a second time
from its arguments and compared with the first. Of a built-in layer the current values then replace
the arguments; where no arguments give the layer as it is, saving it is refused.
"""

from __future__ import annotations

import contextvars
import copy
import inspect
from typing import Any

import numpy as np

from minnet.nn.config import Unsavable
from minnet.nn.search import is_layer
from minnet.utils.checks import describe, is_built_in

Arguments = tuple[tuple[Any, ...], dict[str, Any]]

_for_comparison = contextvars.ContextVar("_for_comparison", default=False)
_PLAIN = (type(None), bool, int, float, str)
_DEEPEST = 64


def is_for_comparison() -> bool:
    """True while layers are made only to be compared: a network then draws no weights."""
    return _for_comparison.get()


def current_arguments(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """The arguments that make the layer as it is now; `args` and `kwargs` are those it was given.

    Raises:
        TypeError: an attribute was changed, and no arguments make such a layer.
    """
    if _holds_unsavable([args, kwargs]):  # refused by the Encoder, by name
        return args, kwargs
    if not is_built_in(layer):
        _check_custom(layer, args, kwargs)
        return args, kwargs
    if "layers" in vars(layer):  # the list as it is now
        return (list(layer.layers),), {}
    fresh = _made_again(layer, args, kwargs)
    if _first_difference(layer, fresh) is None:
        return args, kwargs
    args, kwargs = _replaced(layer, fresh, args, kwargs)
    difference = _first_difference(layer, _made_again(layer, args, kwargs))
    if difference is not None:
        raise _changed(layer, difference)
    return args, kwargs


def _replaced(layer: Any, fresh: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """The arguments with the current value of each attribute of their names that was changed."""
    known = dict(list(inspect.signature(type(layer).__init__).parameters.items())[1:])
    changed = {
        name: _plain(vars(layer)[name])
        for name in known
        if name in vars(fresh)
        and type(vars(fresh)[name]).__name__ != "Parameter"  # the bias of a layer
        and not _equal(vars(layer).get(name), vars(fresh)[name])
    }
    if any(p.kind is p.VAR_POSITIONAL for p in known.values()):  # Reshape(2, 3): one name for all
        return next((tuple(value) for value in changed.values()), args), kwargs
    positional = list(known)[: len(args)]
    now = tuple(changed.get(name, given) for name, given in zip(positional, args, strict=True))
    return now, {**kwargs, **{n: v for n, v in changed.items() if n not in positional}}


def _made_again(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A second layer from these arguments."""
    token = _for_comparison.set(True)
    try:
        return type(layer)(*args, **kwargs)
    except Exception as error:
        raise TypeError(
            f"save: {type(layer).__name__}: expected a layer that can be made again from its "
            f"current settings, got {type(error).__name__}: {error} Give it settings that its "
            f"constructor takes, or save the numbers alone: save_values(path)."
        ) from error
    finally:
        _for_comparison.reset(token)


def _first_difference(layer: Any, fresh: Any) -> str | None:
    """The first attribute that the constructor sets and that is another one now."""
    for name, value in vars(fresh).items():
        if name != "_minnet" and not _equal(vars(layer).get(name), value):
            return str(name)
    return None


def _equal(now: Any, fresh: Any) -> bool:
    """Whether two attributes mean the same; of Parameters only the shape is an argument's."""
    if type(now) is not type(fresh):
        return {type(now), type(fresh)} <= {bool, int, float} and bool(now == fresh)
    if type(now).__name__ == "Parameter":
        return bool(now.shape == fresh.shape)
    if isinstance(now, np.ndarray):
        return now.shape == fresh.shape and bool((now == fresh).all())
    if isinstance(now, (*_PLAIN, list, tuple)):
        return bool(now == fresh)
    return now == fresh or repr(now) == repr(fresh)  # the windows of a convolution


def _plain(value: Any) -> Any:
    """NumPy numbers as plain ones."""
    if isinstance(value, (tuple, list)):
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, np.generic) else value


def _check_custom(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse a custom layer whose settings or inner layers are not those of its arguments."""
    given = _given(layer, args, kwargs)
    suspects = [name for name, value in vars(layer).items() if _may_differ(name, value, given)]
    passed = {id(part) for part in _layers_in([args, kwargs], "").values()}
    if not suspects and all(id(part) in passed for part in _layers_in(vars(layer), "").values()):
        return
    fresh = _custom_again(layer, args, kwargs)
    if fresh is None:
        return
    for name in suspects:
        if name in vars(fresh) and not _equal(vars(layer)[name], vars(fresh)[name]):
            raise _changed(layer, name)
    now = _layers_in(vars(layer), "")
    for place, inner in _layers_in(vars(fresh), "").items():
        if place not in now or _described(now[place]) != _described(inner):
            raise _changed(layer, place)


def _given(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by name, with the defaults."""
    try:
        bound = inspect.signature(type(layer).__init__).bind(layer, *args, **kwargs)
    except (TypeError, ValueError):
        return {}
    bound.apply_defaults()
    return bound.arguments


def _may_differ(name: str, value: Any, given: dict[str, Any]) -> bool:
    """True for a number, text or array of an argument's name that is not what was given."""
    argument = name.strip("_")
    plain = isinstance(value, (*_PLAIN, list, tuple, np.generic, np.ndarray))
    if argument not in given or not plain or _layers_in([value], ""):
        return False
    try:
        return not _equal(value, given[argument])
    except Exception:  # of a student's __eq__
        return False


def _custom_again(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A second one of a custom layer; None if its constructor fails. Draws nothing from NumPy."""
    state = np.random.get_state()  # noqa: NPY002 (a student's constructor may draw from it)
    try:
        return _made_again(layer, *copy.deepcopy((args, kwargs)))
    except Exception:
        return None
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _layers_in(container: Any, place: str) -> dict[str, Any]:
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
    inner = {place: _described(part) for place, part in _layers_in(vars(layer), "").items()}
    plain = [argument for argument in args if not _layers_in([argument], "")]
    return [type(layer).__name__, repr(plain), repr(kwargs), inner]


def _holds_unsavable(value: Any, depth: int = 0) -> bool:
    """True if one of the arguments is none that a file can hold, or a list that holds itself."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return depth > _DEEPEST or any(_holds_unsavable(item, depth + 1) for item in value)
    return isinstance(value, Unsavable)


def _changed(layer: Any, name: str) -> TypeError:
    return TypeError(
        f"save: {type(layer).__name__}: expected {name} as its constructor makes it, got "
        f"{describe(vars(layer).get(name.partition('[')[0]))}: it was changed afterwards, and a "
        f"file keeps only the constructor's arguments. Make a new layer with the value as an "
        f"argument, or save the numbers alone: save_values(path)."
    )
