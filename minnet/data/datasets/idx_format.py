"""Reads IDX files, the format in which MNIST and similar data sets are distributed.

A file is a header of a few bytes, and then only numbers. The header and the length are checked, so
that an incomplete download, or labels in place of images, is an error here and not a network that
learns nothing.
"""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import DTypeLike

from minnet.utils import checks
from minnet.utils.types import Array

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}
_GZIP = b"\x1f\x8b"
_MOST_DIMENSIONS = 32  # the limit of NumPy 1
_BEST_RATIO = 1032  # gzip compresses no data better


def read_idx(
    path: str | os.PathLike[str],
    *,
    dimensions: int | None = None,
    dtype: DTypeLike | None = None,
) -> Array:
    """The numbers of an IDX file, gzipped or not; its name does not matter.

    The file is, without gaps: two bytes 0; one byte for the type of the numbers (8: uint8, 9:
    int8, 11: int16, 12: int32, 13: float32, 14: float64); one byte d, the number of
    dimensions; d sizes, 4 bytes each; the numbers, the last index changing fastest. Sizes and
    numbers are big-endian.

    Args:
        path: the file.
        dimensions: the expected number (3 for grey images, 1 for labels); None: any.
        dtype: the expected type of the numbers, such as "uint8"; None: any.

    Returns:
        A new array of the sizes and the type in the header, in this machine's byte order.

    Raises:
        FileNotFoundError, IsADirectoryError: there is no such file.
        ValueError: it is not an IDX file, is too short or too long, or has other dimensions or
            another type than expected. TypeError: path is not a path, dtype not a type.

    Source: Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "two-rows"
    ...     _ = path.write_bytes(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]))
    ...     read_idx(path)
    array([[1, 2, 3],
           [4, 5, 6]], dtype=uint8)
    """
    file, expected = _existing(path), None if dtype is None else _checked_dtype(dtype)
    place = f"read_idx: {file.name}"
    if dimensions is not None:
        dimensions = checks.whole_number("read_idx", "dimensions", dimensions)
    with file.open("rb") as raw:
        zipped = raw.read(2) == _GZIP
    try:
        with cast("BinaryIO", gzip.open(file) if zipped else file.open("rb")) as stream:
            shape, stored = _header(place, stream)
            _check_expected(place, shape, stored, dimensions, expected)
            size = math.prod(shape) * stored.itemsize
            # One byte more, to see that the file ends here, but no memory for a wrong size.
            content = stream.read(min(size, _BEST_RATIO * file.stat().st_size) + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(
            f"{place}: expected a whole gzip file, got one that is incomplete or damaged "
            f"({error}). Download it again."
        ) from error
    if len(content) != size:
        got = "more" if len(content) > size else f"only {len(content)} bytes"
        raise ValueError(
            f"{place}: expected {size} bytes after the header, for sizes {shape} and type "
            f"{stored.name}, got {got}. Download the file again."
        )
    return np.frombuffer(content, stored).reshape(shape).astype(stored.newbyteorder("="))


def _existing(path: str | os.PathLike[str]) -> Path:
    """The path, if there is such a file."""
    file = checks.path("read_idx", path)
    if file.is_dir():
        raise IsADirectoryError(f"read_idx: path: expected a file, got the folder '{file}'.")
    if not file.exists():
        raise FileNotFoundError(
            f"read_idx: path: expected an IDX file, found none at '{file}' (a relative path "
            f"starts from '{Path.cwd()}')."
        )
    return file


def _checked_dtype(dtype: Any) -> np.dtype[Any]:
    """A type as NumPy knows it."""
    try:
        result: np.dtype[Any] = np.dtype(dtype)
    except Exception:  # NumPy raises many kinds, an object of the user's any
        raise TypeError(
            f'read_idx: dtype: expected a type of numbers such as "uint8", got '
            f"{checks.describe(dtype)}."
        ) from None
    return result


def _header(place: str, stream: BinaryIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The sizes, and the type of the numbers as stored."""
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES:
        raise ValueError(
            f"{place}: expected an IDX file, which begins with two bytes 0 and a type "
            f"({', '.join(map(str, _TYPES))}), got {magic!r}. Is it the data file itself, and not "
            f"a web page, a ZIP archive or a Git LFS pointer? Download it again."
        )
    d = magic[3]
    if not 1 <= d <= _MOST_DIMENSIONS:
        raise ValueError(
            f"{place}: expected 1 to {_MOST_DIMENSIONS} dimensions in the header, got {d}. Is it "
            f"an IDX file?"
        )
    sizes = stream.read(4 * d)
    if len(sizes) < 4 * d:
        raise ValueError(
            f"{place}: expected a header with {d} sizes of 4 bytes, got {len(sizes)} bytes. The "
            f"file is incomplete: download it again."
        )
    return tuple(np.frombuffer(sizes, ">u4").tolist()), np.dtype(f">{_TYPES[magic[2]]}")


def _check_expected(
    place: str,
    shape: tuple[int, ...],
    stored: np.dtype[Any],
    dimensions: int | None,
    dtype: np.dtype[Any] | None,
) -> None:
    """Refuse other dimensions or another type than the caller expects."""
    if dimensions is not None and len(shape) != dimensions:
        raise ValueError(
            f"{place}: expected {dimensions} dimension{'s' * (dimensions > 1)}, got "
            f"{len(shape)}, of sizes {shape}. Images have 3 and labels 1: is it the other file?"
        )
    if dtype is not None and stored.newbyteorder("=") != dtype:
        raise ValueError(
            f"{place}: expected numbers of type {dtype}, got {stored.name}. Is it the "
            f"file of another data set?"
        )
