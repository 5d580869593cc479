"""Messages between the grader and the process of a student: JSON, and plain buffers for arrays.

A message is a tree of numbers, text, lists, tuples, dicts and arrays. Nothing in it can execute: an
array is its dtype, its shape and its bytes.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

import numpy as np

_LENGTH = struct.Struct(">I")
_HEADER_LIMIT = 4 << 20
_KINDS = "biuf"


class ProtocolError(Exception):
    """What came through the pipe is not a message."""


def error_in(answer: Any) -> str:
    """The text of the error that an answer reports; empty if it is a proper answer."""
    if not isinstance(answer, dict):
        return "no answer"
    error = answer.get("error")
    return str(error.get("text")) if isinstance(error, dict) else ""


def write_message(pipe: BinaryIO, message: Any) -> None:
    """Write one message: length and JSON, then the bytes of its arrays one after the other."""
    buffers: list[bytes] = []
    header = json.dumps(_packed(message, buffers)).encode("ascii")
    pipe.write(_LENGTH.pack(len(header)) + header + b"".join(buffers))
    pipe.flush()


def read_message(pipe: BinaryIO, limit: int) -> Any:
    """Read one message whose arrays have at most `limit` bytes together.

    Raises:
        EOFError: the other side is gone. ProtocolError: not a message, or too large.
    """
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > _HEADER_LIMIT:
        raise ProtocolError("a header that is too long")
    try:
        return _unpacked(json.loads(_exactly(pipe, length)), pipe, [limit])
    except EOFError:
        raise
    except Exception as error:  # whatever bytes that are no message lead to
        raise ProtocolError(f"{type(error).__name__}: {error}") from None


def _packed(value: Any, buffers: list[bytes]) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list):
        return [_packed(item, buffers) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_packed(item, buffers) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: _packed(item, buffers) for key, item in value.items()}}
    if isinstance(value, np.ndarray) and value.dtype.kind in _KINDS:
        buffers.append(value.tobytes())
        return {"array": [value.dtype.str, list(value.shape)]}
    raise TypeError(f"expected numbers, text, lists, dicts or arrays, got {type(value).__name__}")


def _unpacked(value: Any, pipe: BinaryIO, budget: list[int]) -> Any:
    if isinstance(value, list):
        return [_unpacked(item, pipe, budget) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "tuple":
        return tuple(_unpacked(item, pipe, budget) for item in content)
    if kind == "dict":
        return {key: _unpacked(item, pipe, budget) for key, item in content.items()}
    dtype, shape = np.dtype(content[0]), tuple(content[1])
    if kind != "array" or dtype.kind not in _KINDS or any(n < 0 for n in shape):
        raise ProtocolError("an array that is none")
    size = dtype.itemsize
    for n in shape:
        size *= n
    budget[0] -= size
    if budget[0] < 0:
        raise ProtocolError("arrays that are too large")
    return np.frombuffer(_exactly(pipe, size), dtype).reshape(shape).copy()


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if data is None or len(data) < size:
        raise EOFError("the pipe was closed")
    return data
