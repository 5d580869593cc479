"""The seed of a network also orders what its layers drew from `self.random` in `__init__`.

A layer is made before its network, when no seed is known: what it draws then is different in every
run. A network with a seed therefore makes such a layer once more, with a generator of its own. A
layer whose numbers have been changed since is left as it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.nn.flat_parameters import check_not_in_another_network
from minnet.nn.layer import Layer
from minnet.nn.parameter import Parameter
from minnet.nn.search import find, layers_of
from minnet.utils.random_streams import random_stream


def draw_again(network: Any) -> None:
    """Make each layer again that used `self.random` before it had a network.

    The layer object stays, and so does what was given to its constructor; its attributes are new.
    """
    if network.seed is None or _next(network) is None:
        return
    check_not_in_another_network(network, find(network))
    generator = vars(network).setdefault(
        "_constructors_random", random_stream(network.seed, "constructors")
    )
    while (layer := _next(network)) is not None:
        again = _made_again(layer, generator) if _unchanged(layer) else None
        layer._minnet.entropy = None
        if again is not None:
            kept = layer._minnet
            vars(layer).clear()
            vars(layer).update({**vars(again), "_minnet": kept})


def _next(network: Layer) -> Layer | None:
    return next((k for k in layers_of(network) if k._minnet.entropy is not None), None)


def _made_again(layer: Layer, generator: np.random.Generator) -> Layer | None:
    """Another layer by the same arguments; None if that fails."""
    args, kwargs = layer._minnet.given
    try:
        again: Any = type(layer).__new__(type(layer), *args, **kwargs)
        again._minnet.random = generator
        again.__init__(*args, **kwargs)
    except Exception:  # an argument that can be used once, such as an open file
        return None
    return again


def _unchanged(layer: Layer) -> bool:
    """True if the layer is as its constructor made it: the same random numbers make the same."""
    inner = [k for k in layers_of(layer) if k is not layer and k._minnet.entropy is not None]
    again = _made_again(layer, np.random.default_rng(layer._minnet.entropy))
    if again is None or not all(map(_unchanged, inner)):
        return False
    judged = {id(f.item) for k in inner for f in find(k)}
    here, there = layer.parameters(), again.parameters()
    return list(here) == list(there) and all(
        id(p) in judged or _same(p, there[name]) for name, p in here.items()
    )


def _same(here: Parameter, there: Parameter) -> bool:
    """The same numbers, or none chosen yet in either; a network may have cast them."""
    if not there._is_drawn:
        return not here._is_fixed()
    return here._is_drawn and np.array_equal(here._value, there._value.astype(here._value.dtype))
