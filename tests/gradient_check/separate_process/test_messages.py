"""Messages come through as they were; what is no message is refused."""

import contextlib
import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minnet.gradient_check.separate_process.messages import (
    ProtocolError,
    read_message,
    write_message,
)

ARRAYS = hnp.arrays(
    st.sampled_from(["f8", "f4", "i8", "?"]), hnp.array_shapes(min_dims=0, max_side=4)
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False) | ARRAYS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.lists(inner).map(tuple),
    max_leaves=8,
)


def through(message, limit=1 << 20):
    pipe = io.BytesIO()
    write_message(pipe, message)
    return read_message(io.BytesIO(pipe.getvalue()), limit)


@given(TREES)
def test_a_message_comes_through_as_it_was(message):
    def same(a, b):
        if isinstance(a, np.ndarray):
            return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        if isinstance(a, dict):
            return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
        if isinstance(a, (list, tuple)):
            return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
        return a == b

    assert same(message, through(message))


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_read(data):
    with contextlib.suppress(EOFError, ProtocolError):
        read_message(io.BytesIO(data), 1000)


@pytest.mark.parametrize(
    "header",
    [
        {"array": ["O", [1]]},
        {"array": ["<f8", [1 << 40]]},
        {"array": ["<f8", [-1]]},
        {"array": ["<f8", ["x"]]},
        {"array": []},
        {"pickle": "x"},
        {},
        {"tuple": 5},
    ],
)
def test_headers_that_lie_are_refused(header):
    text = json.dumps(header).encode()
    with pytest.raises((ProtocolError, EOFError)):
        read_message(io.BytesIO(struct.pack(">I", len(text)) + text), 1000)
    with pytest.raises(ProtocolError, match="too long"):
        read_message(io.BytesIO(b"\xff\xff\xff\xff"), 1000)


def test_arrays_of_objects_and_other_things_do_not_leave():
    for value in (np.array([None]), object(), {1: 2}):
        with pytest.raises(TypeError, match="expected numbers, text"):
            write_message(io.BytesIO(), value)
    with pytest.raises(ProtocolError, match="too large"):
        through(np.zeros(1000), limit=100)
