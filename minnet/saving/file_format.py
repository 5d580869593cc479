"""The format of all files: a zip of arrays and one description, closed by a digest.

`numpy.load(path, allow_pickle=False)` opens such a file, and so does every zip program. The
members are `.npy` files and `description.json`, not compressed and dated 1980-01-01, so that equal
networks give equal files. The comment at the end of the zip is

    minnet sha256 <64 hexadecimal digits>

the digest of every byte before its digits: a flipped bit or a missing end is seen before anything
is looked at. A zip is written and read here by three fixed structures and not by `zipfile`: a
reader that knows the one legal form refuses everything else, needs no second copy of the file, and
takes files up to 4 GiB without the extensions of ZIP64. Nothing in a file is executed.
"""

from __future__ import annotations

import json
import math
import re
import struct
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from minnet.saving.errors import InvalidFile, checked
from minnet.utils.types import Array

DESCRIPTION = "description.json"

TYPES = {
    kind: np.dtype(kind)
    for kind in ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8")
}
"""What an array in a file may consist of: truth values, whole numbers, floats. No objects."""

_LOCAL = struct.Struct("<4s5H3L2H")  # before each member
_CENTRAL = struct.Struct("<4s6H3L5H2L")  # its line in the table of contents
_END = struct.Struct("<4s4H2LH")
_DATE = 33  # 1980-01-01, as zip counts
_COMMENT = b"minnet sha256 "
_DIGITS = 64
_LARGEST = 2**32 - 1  # a zip without extensions counts in 32 bits
_MEMBERS = 2**16 - 1
_NAME = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_.%~-]+(/[A-Za-z0-9_.%~-]+)*")
_PIECE = 2**20  # bytes read at a time
_LARGEST_DESCRIPTION = 2**26  # bytes that its values may take in memory
AXES = 32  # more than that no NumPy before 2.0 can have
_MAGIC = b"\x93NUMPY\1\0"
_NPY = re.compile(
    rb"{'descr': '([<|][a-z][1248])', 'fortran_order': False, 'shape': \(([0-9, ]*)\), } *\n"
)


def to_zip(members: Mapping[str, bytes | memoryview]) -> bytes:
    """The whole file with these members.

    Raises:
        ValueError: 4 GiB or more, or more than 65,534 members.
    """
    parts: list[bytes | memoryview] = []
    contents: list[bytes] = []
    offset = 0
    for name, content in members.items():
        local, central = _headers(name, content, offset)
        parts += [local, content]
        contents.append(central)
        offset += len(local) + len(content)
        if offset > _LARGEST or len(contents) >= _MEMBERS:
            raise ValueError(
                f"save: expected less than 4 GiB in less than {_MEMBERS} arrays, got more. Use "
                f"float32, or save network.flat_values with numpy.save."
            )
    body = b"".join([*parts, *contents, _end(contents, offset)])
    return body + _digest(body)


def from_zip(data: bytes) -> dict[str, memoryview]:
    """The members of a file, as parts of `data`.

    Raises:
        InvalidFile: anything differs from what `to_zip` writes.
    """
    body = memoryview(data)[:-_DIGITS]
    _check_end(len(data), bytes(body[-len(_COMMENT) :]))
    if _digest(body) != data[-_DIGITS:]:
        raise InvalidFile("its content does not match its digest: it is damaged.")
    return _members(body)


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
        raise InvalidFile("its content does not match its digest: it is damaged.")


def _check_end(size: int, comment: bytes) -> None:
    """The end of the file says that it is one of minnet's."""
    if size < _END.size + len(_COMMENT) + _DIGITS:
        raise InvalidFile(f"it is too short, {size} bytes: empty, or cut off.")
    if comment != _COMMENT:
        raise InvalidFile("it is not a minnet file, or its end is missing.")


def _digest(body: bytes | memoryview) -> bytes:
    """SHA-256 in hexadecimal digits."""
    import hashlib  # here: it loads OpenSSL, which `import minnet` alone does not need

    return hashlib.sha256(body).hexdigest().encode()


def _members(body: memoryview) -> dict[str, memoryview]:
    """From member to member; what follows the last one can be computed from them."""
    members: dict[str, memoryview] = {}
    contents: list[bytes] = []
    offset = 0
    while bytes(body[offset : offset + 4]) == b"PK\3\4":
        name, content = _member(body, offset)
        local, central = _headers(name, content, offset)
        if bytes(body[offset : offset + len(local)]) != local:
            raise InvalidFile(
                f"its member {name!r} is not as minnet writes it: header or checksum."
            )
        if name in members:
            raise InvalidFile(f"it has the member {name!r} twice.")
        members[name] = content
        contents.append(central)
        offset += len(local) + len(content)
    if body[offset:] != b"".join([*contents, _end(contents, offset)]):
        raise InvalidFile("its table of contents is not as minnet writes it.")
    return members


def _member(body: memoryview, offset: int) -> tuple[str, memoryview]:
    """Name and content of the member that begins here."""
    if offset + _LOCAL.size > len(body):
        raise InvalidFile("a member is cut off, and its table of contents cannot be read.")
    fields = _LOCAL.unpack_from(body, offset)
    size, length = fields[8], fields[9]
    start = offset + _LOCAL.size
    name = bytes(body[start : start + length]).decode("ascii", "replace")
    if not _NAME.fullmatch(name):
        raise InvalidFile(f"it has a member with the illegal name {name[:80]!r}.")
    if start + length + size > len(body):
        raise InvalidFile(
            f"its member {name!r} is longer than the file, which is not as minnet writes it."
        )
    return name, body[start + length : start + length + size]


def _headers(name: str, content: bytes | memoryview, offset: int) -> tuple[bytes, bytes]:
    """What is before a member, and its line in the table of contents."""
    text = name.encode("ascii")
    sizes = (0, _DATE, zlib.crc32(content), len(content), len(content), len(text), 0)
    local = _LOCAL.pack(b"PK\3\4", 20, 0, 0, *sizes) + text
    central = _CENTRAL.pack(b"PK\1\2", 0x314, 20, 0, 0, *sizes, 0, 0, 0, 0o644 << 16, offset)
    return local, central + text


def _end(contents: list[bytes], offset: int) -> bytes:
    """The end of the zip up to the digits of the digest, which end its comment."""
    count, size = len(contents), sum(map(len, contents))
    end = _END.pack(b"PK\5\6", 0, 0, count, count, size, offset, len(_COMMENT) + _DIGITS)
    return end + _COMMENT


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
        InvalidFile: anything differs from what `array_to_bytes` writes.
    """
    length = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 2], "little")
    start = len(_MAGIC) + 2 + length
    found = _NPY.fullmatch(bytes(data[len(_MAGIC) + 2 : start])) if length < 2**12 else None
    if found is None or found[1].decode() not in TYPES:
        raise InvalidFile("an array has a header that cannot be read.")
    kind = TYPES[found[1].decode()]
    lengths = found[2].decode().rstrip(",").split(", ") if found[2] else []
    if len(lengths) > AXES or not all(n.isdigit() for n in lengths):
        raise InvalidFile("an array has a header that is not as minnet writes it.")
    shape = tuple(map(int, lengths))
    if bytes(data[:start]) != _header(kind.str, shape):
        raise InvalidFile("an array has a header that is not as minnet writes it.")
    if math.prod(shape) * kind.itemsize != len(data) - start:
        raise InvalidFile(f"an array said to be {str(shape)[:80]} is not what is in the file.")
    numbers = np.frombuffer(data[start:], kind)
    if kind.kind == "b" and (numbers.view(np.uint8) > 1).any():
        raise InvalidFile("an array of truth values has others than 0 and 1.")
    return numbers.reshape(shape).astype(kind.newbyteorder("="))


def _header(kind: str, shape: tuple[int, ...]) -> bytes:
    """As NumPy writes it, without the spaces that newer versions reserve for longer shapes."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(_MAGIC) + 2 + len(text) + 1) % 64) + "\n"
    return _MAGIC + len(text).to_bytes(2, "little") + text.encode("ascii")


def to_json(description: dict[str, Any]) -> bytes:
    """The description as text.

    Raises:
        ValueError: it is so long that it could not be read again.
    """
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
        InvalidFile: it is not JSON, has a key twice, NaN, or is nested too deeply.
    """
    if 2 * len(text) > _LARGEST_DESCRIPTION or _memory(bytes(text)) > _LARGEST_DESCRIPTION:
        raise InvalidFile("its description is too long.")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise InvalidFile("its description has a key twice.")
        return result

    def refuse(word: str) -> None:
        raise InvalidFile(f"its description has {word}.")

    try:
        found = json.loads(
            bytes(text).decode("ascii"), object_pairs_hook=unique, parse_constant=refuse
        )
    except (ValueError, RecursionError) as error:
        raise InvalidFile(f"its description is not JSON: {error}.") from error
    result: dict[str, Any] = checked(found, dict)
    return result
