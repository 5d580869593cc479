"""What a built-in layer does with an argument that is not an array of floats.

In a network every array has the network's dtype. A layer called by hand takes what NumPy takes:
lists, DataFrames, integers, bools, half precision. So that each layer's file shows its formulas
alone, the conversion is written once, here, around `forward` and `backward` of all built-in layers.
A network goes around it: it calls the method as it is written, under the name `_forward`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.utils.array_checks import float_array
from minnet.utils.types import Array

Method = Callable[[Any, Array], Array]

_FOLDERS = ("minnet.nn.layers.", "minnet.nn.activations.")
_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def take_all_arrays(cls: type) -> None:
    """Let forward and backward of a built-in layer take everything that is an array to NumPy."""
    if cls.__module__.startswith(_FOLDERS):
        for name in {"forward", "backward"} & vars(cls).keys():
            method = vars(cls)[name]
            setattr(cls, f"_{name}", method)
            setattr(cls, name, _converting(method))


def _converting(method: Method) -> Method:
    """The method with its argument converted."""
    argument, verb = list(inspect.signature(method).parameters)[1], method.__name__

    @functools.wraps(method)
    def converting(self: Any, x: Any = None, *, z: Any = None, grad: Any = None) -> Array:
        given: Any = next((array for array in (x, z, grad) if array is not None), None)
        if type(given) is not np.ndarray or given.dtype not in _FLOATS:
            given = float_array(f"{self!r}.{verb}", argument, given)
        try:
            return method(self, given)
        except (AttributeError, ValueError, IndexError) as error:
            if verb == "backward":
                _explain(self, given, error)
            raise

    return converting


def _explain(layer: Any, grad: Array, error: Exception) -> None:
    """For an error of NumPy or Python in a backward called by hand, the likely reason."""
    place = f"{layer!r}.backward"
    if isinstance(error, AttributeError) and error.obj is layer:
        raise RuntimeError(
            f"{place}: expected a forward first, got none. Call forward(x) before it."
        ) from error
    if "expected" not in str(error):
        raise ValueError(
            f"{place}: grad: expected the shape of the last forward's output, got {grad.shape} "
            f"({error}). It has one number for each number of the output."
        ) from error
