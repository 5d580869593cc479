"""Arrays as the bytes of a `.npy` file: the one header that fits, then the numbers."""

from __future__ import annotations

import math
import re
import struct

import numpy as np

from minnet.saving.errors import Flaw
from minnet.utils.types import Array

TYPES = {
    kind: np.dtype(kind)
    for kind in ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8")
}
"""What an array in a file may consist of: truth values, whole numbers, floats. No objects."""

_MAGIC = b"\x93NUMPY\1\0"
_AXES = 32
_HEADER = re.compile(
    r"\{'descr': '([|<][biuf][1248])', 'fortran_order': False, 'shape': \(([0-9, ]*)\), \} *\n"
)


def to_bytes(array: Array) -> bytes:
    """The content of a `.npy` file with this array.

    >>> data = to_bytes(np.array([1.0, 2.0]))
    >>> to_array(memoryview(data))
    array([1., 2.])
    """
    kind = array.dtype.newbyteorder("<").str
    if kind not in TYPES:
        raise TypeError(f"save: expected numbers of a common type, got {array.dtype}.")
    return _header(kind, array.shape) + array.astype(kind, copy=False).tobytes()


def to_array(data: memoryview) -> Array:
    """The array in a `.npy` file, a copy; its size is checked before memory is taken.

    Raises:
        Flaw: anything differs from what `to_bytes` writes.
    """
    if len(data) < 10 or bytes(data[:8]) != _MAGIC:
        raise Flaw("an array does not begin like one.")
    start = 10 + struct.unpack_from("<H", data, 8)[0]
    found = _HEADER.fullmatch(bytes(data[10:start]).decode("ascii", "replace"))
    if found is None or found[1] not in TYPES or len(found[2]) > 20 * _AXES:
        raise Flaw("an array has a header that is not understood.")
    shape = tuple(int(length) for length in found[2].split(",") if length.strip())
    if len(shape) > _AXES or bytes(data[:start]) != _header(found[1], shape):
        raise Flaw("an array has a header that is not as it is written.")
    dtype = TYPES[found[1]]
    if math.prod(shape) * dtype.itemsize != len(data) - start:
        raise Flaw(f"an array is said to be {shape}, which is not what is in the file.")
    numbers = np.frombuffer(data[start:], dtype)
    if dtype.kind == "b" and (numbers.view(np.uint8) > 1).any():
        raise Flaw("an array of truth values has others than 0 and 1.")
    return numbers.reshape(shape).astype(dtype.newbyteorder("="))


def _header(kind: str, shape: tuple[int, ...]) -> bytes:
    """As NumPy writes it: the whole header a multiple of 64 bytes long."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    padding = -(len(_MAGIC) + 2 + len(text) + 1) % 64
    text += " " * padding + "\n"
    return _MAGIC + struct.pack("<H", len(text)) + text.encode("ascii")
