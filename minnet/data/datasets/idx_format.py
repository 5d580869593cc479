"""Reads IDX files: the format in which MNIST and its relatives are passed on.

A file is a header of a few bytes and then nothing but numbers. Whether it is what one thinks it
is shows in the header and in the length, and both are checked: half a download, a web page saved
under the name of the data, or labels taken for images end here, with a sentence, and not in a
network that learns nothing.
"""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike

from minnet.utils import checks
from minnet.utils.types import Array

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}
_GZIP = b"\x1f\x8b"
_MOST_DIMENSIONS = 32  # what every version of NumPy takes
_PIECE = 1 << 20  # bytes read at once: a header that lies about the size costs no memory


def read_idx(
    path: str | os.PathLike[str],
    *,
    dimensions: int | None = None,
    dtype: DTypeLike | None = None,
) -> Array:
    """The numbers of an IDX file, gzipped or not, whatever its name ends in.

    The file is, without gaps: two bytes 0; one byte for the type of the numbers (8: uint8, 9:
    int8, 11: int16, 12: int32, 13: float32, 14: float64); one byte d, the number of
    dimensions; d sizes, 4 bytes each; the numbers, the last index changing fastest. All that is
    longer than a byte has its highest byte first.

    Args:
        path: the file.
        dimensions: how many there must be (3 for grey images, 1 for labels); None: any.
        dtype: the type that the numbers must have, such as "uint8"; None: any.

    Returns:
        A new array of the sizes and the type in the header, in this machine's order of bytes.

    Raises:
        FileNotFoundError, IsADirectoryError: there is no such file.
        ValueError: it is no IDX file, is cut off or too long, or has other dimensions or
            another type than asked for. TypeError: path is not a path, dtype not a type.

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
    file = _existing(path)
    place = f"read_idx: {file.name}"
    wanted = dimensions
    if dimensions is not None:
        wanted = checks.whole_number("read_idx", "dimensions", dimensions)
    wanted_type = None if dtype is None else np.dtype(dtype)
    with file.open("rb") as raw:
        zipped = raw.read(2) == _GZIP
        raw.seek(0)
        stream: Any = gzip.GzipFile(fileobj=raw) if zipped else raw
        try:
            type_on_disk, shape = _header(place, stream)
            _check_kind(place, shape, type_on_disk, wanted, wanted_type)
            content = _content(place, stream, shape, type_on_disk)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(
                f"{place}: expected a whole gzip file, got one that breaks off or is damaged "
                f"({error}). Download it again."
            ) from error
    array: Array = np.ndarray(shape, type_on_disk, buffer=content)
    return array.astype(type_on_disk.newbyteorder("="), copy=False)


def _existing(path: str | os.PathLike[str]) -> Path:
    """The path, if a file is there."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"read_idx: path: expected a path, got {checks.describe(path)}.")
    file = Path(path)
    if file.is_dir():
        raise IsADirectoryError(f"read_idx: path: expected a file, got the folder '{file}'.")
    if not file.exists():
        raise FileNotFoundError(
            f"read_idx: path: expected an IDX file, found none at '{file}' (a relative path "
            f"starts from '{Path.cwd()}')."
        )
    return file


def _header(place: str, stream: BinaryIO) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """The type of the numbers as it is in the file, and the sizes."""
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES:
        raise ValueError(
            f"{place}: expected an IDX file, which begins with two bytes 0 and a type "
            f"({', '.join(map(str, _TYPES))}), got {_first_bytes(magic)}."
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
            f"file is cut off: download it again."
        )
    shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
    return np.dtype(f">{_TYPES[magic[2]]}"), shape


def _first_bytes(magic: bytes) -> str:
    """The bytes that came, and what they tell."""
    if not magic:
        return "an empty file. Download it again"
    kinds = {
        b"<": "a web page? Download the file itself and not the page that links to it",
        b"PK": "a ZIP archive? Unpack it first",
        b"vers": "a pointer of Git LFS? Fetch the file itself with `git lfs pull`",
    }
    seen = next((kind for start, kind in kinds.items() if magic.startswith(start)), "")
    return f"{magic!r}" + (f": {seen}" if seen else "")


def _check_kind(
    place: str,
    shape: tuple[int, ...],
    type_on_disk: np.dtype[Any],
    dimensions: int | None,
    dtype: np.dtype[Any] | None,
) -> None:
    """Refuse other dimensions or another type than the caller asked for."""
    if dimensions is not None and len(shape) != dimensions:
        raise ValueError(
            f"{place}: expected {dimensions} dimension{'s' * (dimensions > 1)}, got "
            f"{len(shape)}, of sizes {shape}. Images have 3 and labels 1: is it the other file?"
        )
    if dtype is not None and type_on_disk.newbyteorder("=") != dtype:
        raise ValueError(
            f"{place}: expected numbers of type {dtype}, got {type_on_disk.name}. Is it the file "
            f"of another data set?"
        )


def _content(
    place: str, stream: BinaryIO, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> bytearray:
    """All bytes after the header: exactly as many as the sizes say."""
    expected = math.prod(shape) * dtype.itemsize
    content = bytearray()
    while len(content) <= expected:
        piece = stream.read(min(_PIECE, expected + 1 - len(content)))
        if not piece:
            break
        content += piece
    if len(content) == expected:
        return content
    got, mend = f"only {len(content)} bytes", "The file is cut off: download it again"
    if len(content) > expected:
        got, mend = "more", "The header does not belong to these data: download the file again"
    raise ValueError(
        f"{place}: expected {expected} bytes after the header, for sizes {shape} and type "
        f"{dtype.name}, got {got}. {mend}."
    )
