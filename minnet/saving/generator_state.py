"""The state of a random generator, checked before NumPy sees it.

NumPy takes a state as it comes: with a position outside of its buffer it reads memory that is not
its own, and may crash. So a state from a file must look exactly like one that NumPy returned.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.saving.errors import InvalidFile, checked

STREAMS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")

_LARGEST = {
    "has_uint32": 1,
    "uinteger": 2**32 - 1,
    "pos": 624,  # of the 624 numbers that MT19937 draws at a time
    "buffer_pos": 4,  # of the 4 of Philox
    "state": 2**128 - 1,
    "inc": 2**128 - 1,
}


def checked_state(kind: str, state: Any) -> dict[str, Any]:
    """The state of a stream of this kind. Raises InvalidFile: it is not one that NumPy returns."""
    if kind not in STREAMS:
        raise InvalidFile("its description has a random stream of an unknown kind.")
    _compare(checked(state, dict), getattr(np.random, kind)(0).state, "")
    return state


def new_stream(kind: str, state: Any) -> np.random.BitGenerator:
    """A stream with this state. Raises InvalidFile: it is not one that NumPy returns."""
    state = checked_state(kind, state)
    stream: np.random.BitGenerator = getattr(np.random, kind)(0)
    stream.state = state
    return stream


def _compare(state: Any, model: Any, name: str) -> None:
    """Each entry of the type, size and range that those of `model` have."""
    fits = type(state) is type(model)
    if fits and isinstance(model, dict):
        fits = set(state) == set(model)
        for key in model if fits else ():
            _compare(state[key], model[key], key)
    elif fits and isinstance(model, np.ndarray):
        fits = state.shape == model.shape and state.dtype == model.dtype
    elif fits and isinstance(model, int):
        fits = 0 <= state <= _LARGEST[name] and (name != "inc" or state % 2 == 1)
    elif fits:
        fits = state == model
    if not fits:
        raise InvalidFile(f"its state of a random stream has a wrong {name or 'form'}.")
