"""Seeds every random generator before each forward, so that a random layer has a derivative.

The same random numbers come in every *forward*. The generators are never seeded before a
backward: a layer that draws its mask a second time there gets other numbers, as in training.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.search import layers_of

_KINDS = (np.random.Generator, np.random.RandomState, random.Random)

_DEFAULT_RNG = np.random.default_rng


class Streams:
    """Every random generator that a layer can reach; seeds them, and restores them at the end."""

    def __init__(self, modules: list[dict[str, Any]]) -> None:
        self._modules = modules
        self._global = [(g, _state(g)) for g in _global_generators(modules)]
        self._fresh = 0

    def restart(self, obj: Any, own: list[Any], stream: int) -> None:
        """Seed every generator with `stream`, as is done before each forward."""
        np.random.seed(stream % 2**32)  # noqa: NPY002 - students use it
        random.seed(stream)
        self._fresh = 1000 * stream
        for number, (generator, _) in enumerate(self._global):
            _seed(generator, stream + 17 * (number + 1))
        for number, generator in enumerate(own):
            _seed(generator, stream + 29 * (number + 1))
        if isinstance(obj, Layer):
            shared = _DEFAULT_RNG([stream, 7])
            for layer in layers_of(obj):
                layer._minnet.random = shared

    def _default_rng(self, seed: Any = None) -> np.random.Generator:
        """Replaces np.random.default_rng: each call without a seed gives the next stream."""
        if seed is not None:
            return _DEFAULT_RNG(seed)
        self._fresh += 1
        return _DEFAULT_RNG([self._fresh, 11])

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside `with`: global random states are restored at the end."""
        numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
        patched: list[tuple[dict[str, Any], str]] = []
        for names in [vars(np.random), *self._modules]:
            for name, value in list(names.items()):
                if value is _DEFAULT_RNG:
                    patched.append((names, name))
                    names[name] = self._default_rng
        try:
            yield
        finally:
            for names, name in patched:
                names[name] = _DEFAULT_RNG
            for generator, state in self._global:
                _restore(generator, state)
            np.random.set_state(numpy_state)  # noqa: NPY002
            random.setstate(python_state)


def own_generators(obj: Any, depth: int = 3) -> list[Any]:
    """The generators among the attributes of an object, in a fixed order."""
    if isinstance(obj, _KINDS):
        return [obj]
    if depth == 0 or isinstance(obj, (np.ndarray, str, type, ModuleType)):
        return []
    children = getattr(obj, "__dict__", {}).values()
    if isinstance(obj, (dict, list, tuple)):
        children = obj.values() if isinstance(obj, dict) else obj
    return [found for child in children for found in own_generators(child, depth - 1)]


def _global_generators(modules: list[dict[str, Any]]) -> list[Any]:
    values = (value for names in modules for value in names.values())
    return list({id(value): value for value in values if isinstance(value, _KINDS)}.values())


def _state(generator: Any) -> Any:
    if isinstance(generator, np.random.Generator):
        return generator.bit_generator.state
    return generator.getstate() if isinstance(generator, random.Random) else generator.get_state()


def _restore(generator: Any, state: Any) -> None:
    if isinstance(generator, np.random.Generator):
        generator.bit_generator.state = state
    elif isinstance(generator, random.Random):
        generator.setstate(state)
    else:
        generator.set_state(state)


def _seed(generator: Any, stream: int) -> None:
    """Bring a generator to a state that belongs to the stream, whatever its kind."""
    if isinstance(generator, np.random.Generator):
        generator.bit_generator.state = type(generator.bit_generator)(stream).state
    else:
        generator.seed(stream % 2**32)
