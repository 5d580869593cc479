"""A network has one dtype, float32 or float64: here everything that enters it is converted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.utils import array_checks
from minnet.utils.array_checks import numeric_array
from minnet.utils.checks import describe
from minnet.utils.types import Array


def checked_dtype(dtype: object) -> np.dtype[Any]:
    """The dtype of a network: float32 or float64."""
    try:
        # np.dtype takes more: None, and every object that has an attribute dtype
        name = np.dtype(dtype).name if isinstance(dtype, (str, np.dtype, type)) else ""
    except (TypeError, ValueError):
        name = ""
    if name not in ("float32", "float64"):
        raise ValueError(
            f'Network: dtype: expected "float32" or "float64", got {describe(dtype)}. '
            f'Write dtype="float32".'
        )
    return np.dtype(name)


def checked_samples(
    place: str, x: ArrayLike, dtype: np.dtype[Any], takes_indices: bool, looked_at: int = 1024
) -> Array:
    """Samples of which the network's dtype keeps what distinguishes them.

    `looked_at`: rows, evenly spaced, that are compared before and after the cast.
    """
    inputs = array_checks.samples(place, "x", x, dtype=dtype)
    if not (takes_indices and inputs.dtype.kind in "iu"):
        array_checks.survives_cast(place, "x", inputs, dtype, looked_at)
    return inputs


def convert_input(x: ArrayLike, dtype: np.dtype[Any], takes_indices: bool) -> Array:
    """The argument of `forward`; whole numbers stay as they are where they are indices."""
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        x = numeric_array("Network.forward", "x", x)
    if x.dtype == dtype or (takes_indices and x.dtype.kind in "iu"):
        return x
    return x.astype(dtype)


def convert_gradient(grad: ArrayLike, dtype: np.dtype[Any], shapes: list[tuple[int, ...]]) -> Array:
    """The argument of `backward`; `shapes` are those of the last forward, the output's at the end.

    Raises:
        RuntimeError: no forward yet. ValueError: not the shape of the output.
    """
    array = numeric_array("Network.backward", "grad", grad)
    if not shapes:
        raise RuntimeError(
            "Network.backward: expected a forward first, got none. Call forward(x) before it."
        )
    if array.shape != shapes[-1]:
        raise ValueError(
            f"Network.backward: grad: expected the shape of the output, {shapes[-1]}, "
            f"got {array.shape}. It has one number for each number of the output."
        )
    return array.astype(dtype, copy=False)


def convert_output(returned: Any, method: str, dtype: np.dtype[Any]) -> Array:
    """What a layer's forward or backward returned, as an array of this dtype, if it is a float."""
    if returned is None:
        raise TypeError(f"expected {method} to return an array, got None. Is a return missing?")
    array = numeric_array(method, "returned value", returned)
    return array.astype(dtype, copy=False) if dtype.kind == "f" else array
