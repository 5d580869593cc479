"""The format of the files: zip, arrays and JSON are read only as they are written."""

import hashlib
import struct

import hostile
import numpy as np
import pytest

from minnet.saving import file_format
from minnet.saving.errors import InvalidFile
from minnet.saving.file_format import (
    TYPES,
    array_from_bytes,
    array_to_bytes,
    from_json,
    from_zip,
    to_zip,
)


def test_a_member_twice():
    """As minnet would write it, if a dict could have a key twice."""
    with pytest.raises(InvalidFile, match="twice"):
        from_zip(hostile.zipped([("a.npy", b"1"), ("a.npy", b"2")]))


def test_too_many_or_too_large_members_are_not_written(monkeypatch):
    monkeypatch.setattr(file_format, "_MEMBERS", 3)
    with pytest.raises(ValueError, match="less than 2 GiB"):
        to_zip({"a": b"", "b": b"", "c": b""})
    monkeypatch.setattr(file_format, "_LARGEST", 50)
    with pytest.raises(ValueError, match="less than 2 GiB"):
        to_zip({"a": bytes(60)})


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 3), (2, 3)])
def test_arrays_of_every_type_come_back_as_numpy_writes_them(kind, shape, tmp_path):
    array = (np.random.default_rng(0).random(shape) * 3).astype(kind)
    data = array_to_bytes(array)
    (tmp_path / "a.npy").write_bytes(data)
    by_numpy = np.load(tmp_path / "a.npy", allow_pickle=False)
    again = array_from_bytes(memoryview(data))
    for found in (by_numpy, again):
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
        assert found.tobytes() == array.tobytes()
    again.flags.writeable = True


WRONG_ARRAYS = [
    b"",
    b"\x93NUMPY\1\0",
    b"\x93NUMPY\1\0\5\0abcde",
    array_to_bytes(np.zeros(3))[:-1],
    array_to_bytes(np.zeros(3)) + b"x",
    array_to_bytes(np.zeros(3)).replace(b"(3,)", b"(4,)"),
    array_to_bytes(np.zeros(3)).replace(b"(3,)", b"( 3)"),
    array_to_bytes(np.zeros(3)).replace(b"<f8", b"|f8"),
    array_to_bytes(np.zeros(3)).replace(b"False", b"True "),
    array_to_bytes(np.zeros(2, bool))[:-1] + b"\2",
]


@pytest.mark.parametrize("data", WRONG_ARRAYS)
def test_arrays_that_are_not_as_they_are_written(data):
    with pytest.raises(InvalidFile):
        array_from_bytes(memoryview(data))


def test_a_member_that_ends_within_its_header():
    """Its digest is right, so that only the table of contents can show it."""
    whole = to_zip({"a": b"abc"})
    first = len(b"PK" + bytes(28) + b"a" + b"abc")
    body = whole[:first] + b"PK\3\4" + b"minnet sha256 "
    digest = hashlib.sha256(body).hexdigest().encode()
    with pytest.raises(InvalidFile, match="table of contents cannot be read"):
        from_zip(body + digest)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("1, " * 39 + "1", "not as minnet writes it"),
        ("9" * 700 + ",", "but its data have another size"),
    ],
)
def test_more_axes_and_longer_axes_than_any_array_has(shape, reason):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}"
    text += " " * (-(11 + len(text)) % 64) + "\n"
    data = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode() + bytes(8)
    with pytest.raises(InvalidFile, match=reason):
        array_from_bytes(memoryview(data))


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have(word):
    with pytest.raises(InvalidFile, match=f"has {word}"):
        from_json(memoryview(f'{{"not used": {word}}}'.encode()))


def test_a_description_that_is_too_long(monkeypatch):
    monkeypatch.setattr("minnet.saving.file_format._LARGEST_DESCRIPTION", 3)
    with pytest.raises(InvalidFile, match="too long"):
        from_json(memoryview(b"{   }"))


def test_numbers_of_another_byte_order_are_written_alike(tmp_path):

    assert array_to_bytes(np.arange(3, dtype=">f4")) == array_to_bytes(np.arange(3, dtype="<f4"))
    with pytest.raises(TypeError, match="complex"):
        array_to_bytes(np.ones(2, complex))


def test_large_files_are_checked_before_they_are_in_memory(tmp_path):
    path = tmp_path / "n"
    for content, reason in (
        (bytes(2**21), "not a minnet file"),
        (to_zip({"a": bytes(2**21)})[:-1] + b"x", "digest"),
        (b"x" + to_zip({"a": bytes(2**21)}), "digest"),
    ):
        path.write_bytes(content)
        with path.open("rb") as file, pytest.raises(InvalidFile, match=reason):
            file_format.check_digest(file, len(content))
    path.write_bytes(to_zip({"a": bytes(2**21)}))
    with path.open("rb") as file:
        file_format.check_digest(file, path.stat().st_size)


def test_a_description_that_takes_more_memory_than_its_length_tells():
    with pytest.raises(InvalidFile, match="too long"):
        from_json(memoryview(b'{"a": [' + b"[]," * 2_000_000 + b"1]}"))
    with pytest.raises(ValueError, match="expected fewer values"):
        file_format.to_json({"a": [[]] * 2_000_000})
