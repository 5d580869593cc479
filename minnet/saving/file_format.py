"""The container of all files: a plain zip of arrays and one description, sealed by a digest.

`numpy.load(path, allow_pickle=False)` opens such a file, and so does every zip program. It is
written and read here by three fixed structures and not by `zipfile`, because a reader that knows
the one legal form can refuse everything else: the members stand one behind the other, not
compressed, with the date 1980-01-01, and all that can be computed from them must be in the file
exactly as this code would have written it. The comment at the end of the zip is

    minnet sha256 <64 hexadecimal digits>

the digest of every byte before its digits. A flipped bit or a cut is thus seen before anything
is looked at.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from minnet.saving.errors import Flaw

DESCRIPTION = "description.json"

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DATE = 33  # 1980-01-01, as zip counts
_SEAL = b"minnet sha256 "
_DIGITS = 64
_LARGEST = 2**32 - 1  # a zip without extensions counts in 32 bits
_MEMBERS = 2**16 - 1
_NAME = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_.%~-]+(/[A-Za-z0-9_.%~-]+)*")


def seal(members: Mapping[str, bytes]) -> bytes:
    """The whole file with these members.

    Raises:
        ValueError: more than 4 GiB, or more than 65,534 members.
    """
    parts, entries, offset = [], [], 0
    for name, content in members.items():
        local, central = _headers(name, content, offset)
        parts += [local, content]
        entries.append(central)
        offset += len(local) + len(content)
        if offset > _LARGEST or len(entries) >= _MEMBERS:
            raise ValueError(
                f"save: expected less than 4 GiB in less than {_MEMBERS} arrays, got more."
            )
    body = b"".join([*parts, *entries, _end(entries, offset), _SEAL])
    return body + _digest(body)


def unseal(data: bytes) -> dict[str, memoryview]:
    """The members of a file, without a copy.

    Raises:
        Flaw: anything differs from what `seal` writes.
    """
    if len(data) < _END.size + len(_SEAL) + _DIGITS:
        raise Flaw(f"it is too short, {len(data)} bytes: empty, or cut off.")
    body = memoryview(data)[:-_DIGITS]
    if body[-len(_SEAL) :] != _SEAL:
        raise Flaw("it is no minnet file, or its end is missing.")
    if _digest(body) != data[-_DIGITS:]:
        raise Flaw("its content does not match its digest: it is damaged.")
    return _members(body)


def _digest(body: bytes | memoryview) -> bytes:
    """SHA-256 in hexadecimal digits."""
    import hashlib  # here: it loads OpenSSL, which `import minnet` alone does not need

    return hashlib.sha256(body).hexdigest().encode()


def _members(body: memoryview) -> dict[str, memoryview]:
    """Walk from member to member; what is behind the last must be what follows from them."""
    members: dict[str, memoryview] = {}
    entries: list[bytes] = []
    offset = 0
    while bytes(body[offset : offset + 4]) == b"PK\3\4":
        name, content = _member(body, offset)
        local, central = _headers(name, content, offset)
        if bytes(body[offset : offset + len(local)]) != local:
            raise Flaw(f"the member {name!r} has a header or a checksum that is wrong.")
        if name in members:
            raise Flaw(f"it has the member {name!r} twice.")
        members[name] = content
        entries.append(central)
        offset += len(local) + len(content)
    if bytes(body[offset:]) != b"".join([*entries, _end(entries, offset), _SEAL]):
        raise Flaw("its table of contents does not match its members.")
    return members


def _member(body: memoryview, offset: int) -> tuple[str, memoryview]:
    """Name and content of the member that begins here; the content is known to be there."""
    if offset + _LOCAL.size > len(body):
        raise Flaw("a member is cut off.")
    fields = _LOCAL.unpack_from(body, offset)
    size, length = fields[8], fields[9]
    start = offset + _LOCAL.size
    if start + length + size > len(body):
        raise Flaw("a member is longer than the file.")
    name = bytes(body[start : start + length]).decode("ascii", "replace")
    if not _NAME.fullmatch(name):
        raise Flaw(f"it has a member with the illegal name {name[:80]!r}.")
    return name, body[start + length : start + length + size]


def _headers(name: str, content: Any, offset: int) -> tuple[bytes, bytes]:
    """What stands before a member, and its line in the table of contents."""
    text = name.encode("ascii")
    sizes = (0, _DATE, zlib.crc32(content), len(content), len(content), len(text), 0)
    local = _LOCAL.pack(b"PK\3\4", 20, 0, 0, *sizes) + text
    central = _CENTRAL.pack(b"PK\1\2", 0x314, 20, 0, 0, *sizes, 0, 0, 0, 0o644 << 16, offset)
    return local, central + text


def _end(entries: list[bytes], offset: int) -> bytes:
    """The record that closes a zip; its comment is the seal."""
    count, size = len(entries), sum(map(len, entries))
    return _END.pack(b"PK\5\6", 0, 0, count, count, size, offset, len(_SEAL) + _DIGITS)
