"""Arrays lent for one training step, so that a step allocates nothing twice.

Allocating a fresh output for each layer in each step costs more than the arithmetic of a small
layer. During a training step the Trainer *opens* the network's workspace, and built-in layers
write their outputs into arrays that it keeps. Whoever calls `forward` or `predict` directly
finds the workspace closed and gets a new array, so that nothing a user holds changes later.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.utils.types import Array


class Workspace:
    """The arrays of one network, one per owner and name, each as large as was ever needed."""

    def __init__(self) -> None:
        self.open = False
        self.arrays: dict[tuple[int, str], Array] = {}

    def lend(self, owner: object, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """An array of this shape, its content undefined; a smaller last batch takes a part."""
        key = (id(owner), name)
        array = self.arrays.get(key)
        if array is not None and array.dtype == dtype:
            kept = array.shape
            if kept == shape:
                return array
            if kept[1:] == shape[1:] and kept[0] > shape[0]:
                return array[: shape[0]]
        array = self.arrays[key] = np.empty(shape, dtype)
        return array

    def __reduce__(self) -> tuple[type[Workspace], tuple[()]]:
        """A copy starts empty: its owners are other objects."""
        return (Workspace, ())

    def clear(self) -> None:
        """Give the memory back."""
        self.arrays.clear()


def lent(owner: object, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array | None:
    """For `out=`: an array of the open workspace, or None, which makes NumPy allocate one.

    >>> x = np.ones((2, 3))
    >>> y = np.tanh(x, out=lent(object(), "y", x.shape, x.dtype))
    """
    workspace: Workspace | None = getattr(owner, "_workspace", None)
    if workspace is None or not workspace.open:
        return None
    array = workspace.arrays.get((id(owner), name))
    if array is not None and array.shape == shape and array.dtype == dtype:
        return array  # as in nearly every step
    return workspace.lend(owner, name, shape, dtype)


def room(owner: object, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """An array to write into: lent in a training step, new otherwise."""
    array = lent(owner, name, shape, dtype)
    return np.empty(shape, dtype) if array is None else array
