"""The format of all files: a zip of arrays and one description, closed by a digest.

`numpy.load(path, allow_pickle=False)` opens such a file, and so does every zip program. The
members are `.npy` files and `description.json`, not compressed and dated 1980-01-01, so that equal
networks give equal files. The comment at the end of the zip is

    minnet sha256 <64 hexadecimal digits>

the digest of every byte before its digits: a flipped bit or a missing end is seen before anything
is looked at. A reader accepts only what this file would have written: it reads the members, writes
them again, and compares all bytes. Nothing else needs to be understood, and nothing is executed.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from minnet.saving.errors import DamagedFile, InvalidFile, checked
from minnet.utils.types import Array

DESCRIPTION = "description.json"

TYPES = {
    kind: np.dtype(kind)
    for kind in ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8")
}
"""What an array in a file may consist of: truth values, whole numbers, floats. No objects."""

_COMMENT = b"minnet sha256 "
_DIGITS = 64
_END = 22 + len(_COMMENT) + _DIGITS  # the shortest zip that there can be
_LARGEST = 2**31 - 1 - 2**25  # from 2 GiB on, a zip needs the extensions of ZIP64
_MEMBERS = 2**16 - 1
_NAME = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_.%~-]+(/[A-Za-z0-9_.%~-]+)*")
_PIECE = 2**20  # bytes read at a time
_LARGEST_DESCRIPTION = 2**26  # bytes that its values may take in memory
AXES = 32  # more than that no NumPy before 2.0 can have
_MAGIC = b"\x93NUMPY\1\0"


def to_zip(members: Mapping[str, bytes | memoryview]) -> bytes:
    """The whole file with these members.

    Raises:
        ValueError: 2 GiB or more, or more than 65,534 members.
    """
    import zipfile  # here: `import minnet` alone does not need it

    size = sum(100 + 2 * len(name) + len(content) for name, content in members.items())
    if size > _LARGEST or len(members) >= _MEMBERS:
        raise ValueError(
            f"save: expected less than 2 GiB in less than {_MEMBERS} arrays, got more. Use "
            f"float32, or save network.flat_values with numpy.save."
        )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = _COMMENT + b"0" * _DIGITS
        for name, content in members.items():
            member = zipfile.ZipInfo(name)  # dated 1980-01-01
            member.create_system, member.external_attr = 3, 0o644 << 16  # as on Unix, everywhere
            archive.writestr(member, content)
    with file.getbuffer() as data:
        data[-_DIGITS:] = _digest(data[:-_DIGITS])
    return file.getvalue()


def from_zip(data: bytes) -> dict[str, memoryview]:
    """The members of a file, as parts of `data`.

    Raises:
        DamagedFile: anything differs from what `to_zip` writes.
    """
    body = memoryview(data)[:-_DIGITS]
    _check_end(len(data), bytes(body[-len(_COMMENT) :]))
    if _digest(body) != data[-_DIGITS:]:
        raise DamagedFile("its content does not match its digest: it is damaged.")
    members = _members(data)
    if to_zip(members) != data:
        raise DamagedFile("it is not as minnet writes it: a header, a checksum or the order.")
    return members


def check_digest(file: BinaryIO, size: int) -> None:
    """Refuse a large file that is damaged or not minnet's, before it is in memory.

    Raises:
        InvalidFile: it has another digest, or none.
    """
    if size <= _PIECE:
        return
    import hashlib

    file.seek(size - _DIGITS - len(_COMMENT))
    _check_end(size, file.read(len(_COMMENT)))
    expected = file.read(_DIGITS)
    file.seek(0)
    digest, left = hashlib.sha256(), size - _DIGITS
    while left and (piece := file.read(min(left, _PIECE))):
        digest.update(piece)
        left -= len(piece)
    if digest.hexdigest().encode() != expected:
        raise DamagedFile("its content does not match its digest: it is damaged.")


def _check_end(size: int, comment: bytes) -> None:
    """The end of the file says that it is one of minnet's."""
    if size < _END:
        raise DamagedFile(f"it is too short, {size} bytes: empty, or cut off.")
    if comment != _COMMENT:
        raise InvalidFile(
            "it is not a minnet file, or its end is missing. Give the path of a file that minnet "
            "saved."
        )


def _digest(body: bytes | memoryview) -> bytes:
    """SHA-256 in hexadecimal digits."""
    import hashlib  # here: it loads OpenSSL, which `import minnet` alone does not need

    return hashlib.sha256(body).hexdigest().encode()


def _members(data: bytes) -> dict[str, memoryview]:
    """The part of `data` where each member must be; nothing is unpacked or copied."""
    members: dict[str, memoryview] = {}
    start = 0
    for info in _contents(data):
        name = info.orig_filename
        if not _NAME.fullmatch(name):
            raise DamagedFile(f"it has a member with the illegal name {name[:80]!r}.")
        if name in members:
            raise DamagedFile(f"it has the member {name!r} twice.")
        start += 30 + len(name)  # the header of a member
        if info.file_size > len(data) - start:
            raise DamagedFile(f"its member {name!r} is longer than the file.")
        members[name] = memoryview(data)[start : start + info.file_size]
        start += info.file_size
    return members


def _contents(data: bytes) -> list[Any]:
    """The table of contents at the end of the zip."""
    import zipfile

    if data.count(b"PK\1\2") >= _MEMBERS:  # each would take memory
        raise DamagedFile("it has too many members.")
    try:
        return zipfile.ZipFile(io.BytesIO(data)).infolist()
    except Exception as error:
        raise DamagedFile(f"its table of contents cannot be read: {error}.") from error


def array_to_bytes(array: Array) -> bytes:
    """The content of a `.npy` file with this array.

    >>> data = array_to_bytes(np.array([1.0, 2.0]))
    >>> array_from_bytes(memoryview(data))
    array([1., 2.])
    """
    kind = array.dtype.newbyteorder("<").str
    if kind not in TYPES:
        raise TypeError(f"save: expected numbers of a common type, got {array.dtype}.")
    return _header(kind, array.shape) + array.astype(kind, copy=False).tobytes()


def array_from_bytes(data: memoryview) -> Array:
    """The array in a `.npy` file, a copy; its size is checked before memory is taken.

    Raises:
        DamagedFile: anything differs from what `array_to_bytes` writes.
    """
    from numpy.lib import format as npy

    file = io.BytesIO(data[: 2**12])
    try:
        npy.read_magic(file)
        shape, _, dtype = npy.read_array_header_1_0(file)
        kind, start = TYPES[dtype.str], file.tell()
    except Exception as error:
        raise DamagedFile("an array has a header that cannot be read.") from error
    if len(shape) > AXES or bytes(data[:start]) != _header(kind.str, shape):
        raise DamagedFile("an array has a header that is not as minnet writes it.")
    if math.prod(shape) * kind.itemsize != len(data) - start:
        raise DamagedFile(
            f"an array's header says shape {str(shape)[:80]}, but its data have another size."
        )
    numbers = np.frombuffer(data[start:], kind)
    if kind.kind == "b" and (numbers.view(np.uint8) > 1).any():
        raise DamagedFile("an array of truth values contains bytes other than 0 and 1.")
    return numbers.reshape(shape).astype(kind.newbyteorder("="))


def _header(kind: str, shape: tuple[int, ...]) -> bytes:
    """As NumPy writes it, without the spaces that newer versions reserve for longer shapes."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(_MAGIC) + 2 + len(text) + 1) % 64) + "\n"
    return _MAGIC + len(text).to_bytes(2, "little") + text.encode("ascii")


def to_json(description: dict[str, Any]) -> bytes:
    """The description as text. Raises ValueError: it is so long that it could not be read again."""
    text = json.dumps(description, indent=1, allow_nan=False).encode("ascii")
    if _memory(text) > _LARGEST_DESCRIPTION:
        raise ValueError(
            f"save: expected fewer values in lists and dicts, got a description of {len(text)} "
            f"characters. Use arrays, or save the numbers alone with save_values(path)."
        )
    return text


def _memory(text: bytes) -> int:
    """About how many bytes the values of a description take: those of a list, a dict, a value."""
    costs = {b"[": 72, b"{": 240, b",": 40}
    return 2 * len(text) + sum(cost * text.count(sign) for sign, cost in costs.items())


def from_json(text: memoryview) -> dict[str, Any]:
    """The description in a file.

    Raises:
        DamagedFile: it is not JSON, has a key twice, NaN, or is nested too deeply.
    """
    if 2 * len(text) > _LARGEST_DESCRIPTION or _memory(bytes(text)) > _LARGEST_DESCRIPTION:
        raise DamagedFile("its description is too long.")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise DamagedFile("its description has a key twice.")
        return result

    def refuse(word: str) -> None:
        raise DamagedFile(f"its description has {word}.")

    try:
        found = json.loads(
            bytes(text).decode("ascii"), object_pairs_hook=unique, parse_constant=refuse
        )
    except (ValueError, RecursionError) as error:
        raise DamagedFile(f"its description is not JSON: {error}.") from error
    return checked(found, dict)
