"""IDX files: what is in them comes out, and nothing else is taken for one."""

import gzip
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from minnet.data.datasets import read_idx

CODES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def as_idx(array):
    """The bytes of an IDX file, by the definition of the format and not by our reader."""
    header = bytes([0, 0, CODES[array.dtype.name], array.ndim])
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    letter = {"uint8": "B", "int8": "b", "int16": "h", "int32": "i", "float32": "f", "float64": "d"}
    numbers = array.ravel().tolist()
    return header + sizes + struct.pack(f">{len(numbers)}{letter[array.dtype.name]}", *numbers)


@pytest.fixture
def write(tmp_path):
    def to(content, name="some-file"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return to


@st.composite
def any_array(draw):
    dtype = draw(st.sampled_from(sorted(CODES)))
    shape = draw(arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4))
    return draw(arrays.arrays(dtype, shape))


@given(array=any_array(), zipped=st.booleans())
def test_any_array_comes_back(tmp_path_factory, array, zipped):
    path = tmp_path_factory.mktemp("idx") / "numbers"
    content = as_idx(array)
    path.write_bytes(gzip.compress(content) if zipped else content)
    read = read_idx(path)
    assert read.shape == array.shape
    assert read.dtype == array.dtype
    assert read.dtype.isnative
    np.testing.assert_array_equal(read, array)


def test_the_name_decides_nothing(write):
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    packed, plain = gzip.compress(as_idx(array)), as_idx(array)
    np.testing.assert_array_equal(read_idx(write(packed, "packed")), array)
    np.testing.assert_array_equal(read_idx(str(write(plain, "plain.gz"))), array)


def test_the_highest_byte_comes_first(write):
    content = bytes([0, 0, 11, 1, 0, 0, 0, 2, 1, 2, 255, 254])
    assert read_idx(write(content)).tolist() == [258, -2]


def test_more_than_one_piece(write):
    array = np.random.default_rng(0).integers(0, 256, (1500, 1000), dtype=np.uint8)
    np.testing.assert_array_equal(read_idx(write(gzip.compress(as_idx(array), 1))), array)


def test_a_byte_too_many_is_seen_also_where_the_pieces_come_out_even(write):
    content = as_idx(np.ones((1024, 1024), np.uint8))
    for more in (b"", b"\0"):
        packed = write(gzip.compress(content + more, 1))
        if more:
            refused(packed, ["expected 1048576 bytes", "got more"])
        else:
            assert read_idx(packed).sum() == 1024 * 1024


def test_the_result_may_be_written_to(write):
    read = read_idx(write(as_idx(np.zeros((2, 2), np.uint8))))
    read += 1
    assert read.sum() == 4


def test_dimensions_and_type_may_be_asked_for(write):
    path = write(as_idx(np.zeros((2, 3), np.int32)))
    assert read_idx(path, dimensions=2, dtype="int32").shape == (2, 3)
    assert read_idx(path, dtype=np.int32).shape == (2, 3)


def refused(path, parts, error=ValueError, **asked):
    with pytest.raises(error) as caught:
        read_idx(path, **asked)
    for part in parts:
        assert part in str(caught.value)


def test_other_dimensions_or_another_type_are_refused(write):
    path = write(as_idx(np.zeros((2, 3), np.int16)), "labels")
    refused(path, ["labels", "expected 3 dimensions", "got 2", "(2, 3)"], dimensions=3)
    refused(path, ["expected 1 dimension,", "got 2"], dimensions=1)
    refused(path, ["labels", "expected numbers of type uint8", "got int16"], dtype="uint8")


GOOD = as_idx(np.arange(12, dtype=np.uint8).reshape(3, 4))


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"", ["expected an IDX file", "got b''", "Download"]),
        (b"\0\0\x08", ["expected an IDX file"]),
        (b"<!DOCTYPE html><html>", ["b'<!DO'", "web page"]),
        (b"PK\3\4 and so on", ["ZIP archive"]),
        (b"version https://git-lfs", ["Git LFS"]),
        (b"\1\0\x08\2" + GOOD[4:], ["two bytes 0"]),
        (b"\0\1\x08\2" + GOOD[4:], ["two bytes 0"]),
        (b"\0\0\x0a\2" + GOOD[4:], ["a type (8, 9, 11, 12, 13, 14)"]),
        (b"\0\0\x08\0", ["expected 1 to 32 dimensions", "got 0"]),
        (b"\0\0\x08\xff" + bytes(2000), ["expected 1 to 32 dimensions", "got 255"]),
        (GOOD[:9], ["2 sizes of 4 bytes", "got 5 bytes", "incomplete"]),
        (GOOD[:12], ["expected 12 bytes", "(3, 4)", "only 0 bytes", "again"]),
        (GOOD[:-1], ["expected 12 bytes", "uint8", "only 11 bytes", "again"]),
        (GOOD + b"\0", ["expected 12 bytes", "got more", "again"]),
    ],
    ids=range(14),
)
@pytest.mark.parametrize("zipped", [False, True])
def test_what_is_not_an_idx_file_is_refused(write, content, parts, zipped):
    path = write(gzip.compress(content) if zipped else content, "odd-one")
    refused(path, ["read_idx: odd-one", *parts])


def test_a_header_that_lies_costs_no_memory(write):
    content = b"\0\0\x0e\4" + b"\xff" * 16 + b"\0" * 8
    refused(write(content), ["only 8 bytes", "4294967295"])
    refused(write(gzip.compress(content)), ["only 8 bytes"])


def test_a_bomb_is_not_unpacked_further_than_the_header_says(write):
    bomb = gzip.compress(GOOD + bytes(50_000_000))
    refused(write(bomb), ["expected 12 bytes", "got more"])


def test_damaged_gzip_files_are_refused(write):
    packed = gzip.compress(as_idx(np.arange(200, dtype=np.uint8)), mtime=0)
    refused(write(packed[:-10]), ["whole gzip file", "incomplete or damaged", "Download"])
    refused(write(packed[:5]), ["whole gzip file"])
    refused(write(packed[:-8] + bytes(4) + packed[-4:]), ["whole gzip file"])  # the checksum
    no_such_block = packed[:10] + b"\xff" + packed[11:]
    refused(write(no_such_block), ["read_idx: some-file", "whole gzip file", "invalid block"])


def test_the_checksum_is_read(write):
    """One changed number inside a gzip file of the right length is found."""
    content = as_idx(np.zeros(30, np.uint8))
    other = gzip.compress(content[:-1] + b"\7", mtime=0)
    forged = other[:-8] + struct.pack("<II", zlib.crc32(content), len(content))
    refused(write(forged), ["whole gzip file", "CRC"])


def test_paths_that_lead_nowhere(tmp_path):
    refused(tmp_path / "none", ["read_idx: path", "found none at", "none"], FileNotFoundError)
    refused(tmp_path, ["expected a file, got the folder"], IsADirectoryError)
    refused(3, ["read_idx: path: expected a path", "got 3 (int)"], TypeError)
    refused(b"bytes", ["expected a path"], TypeError)


@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (1.5, ValueError), ("3", TypeError)])
def test_dimensions_must_be_a_count(write, value, error):
    refused(write(GOOD), ["read_idx: dimensions: expected a whole"], error, dimensions=value)
