"""Tables: columns that line up, numbers to the right."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.utils.table import Table, cell, table


def test_the_layout():
    assert table(
        ["name", "n", "loss"], [["a", 1, 0.123456], ["longer", 20, None]]
    ).splitlines() == [
        "name     n    loss",
        "------  --  ------",
        "a        1  0.1235",
        "longer  20       -",
    ]


def test_a_table_without_rows_has_its_headers():
    assert table(["a", "loss"], []) == "a  loss\n-  ----"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0"),
        (1 / 3, "0.3333"),
        (123456.0, "1.235e+05"),
        (1e-9, "1e-09"),
        (float("nan"), "nan"),
        (12345678, "12345678"),
        ("text", "text"),
        (True, "True"),
        ((2, 3), "(2, 3)"),
    ],
)
def test_cells(value, text):
    assert cell(value) == text


CELLS = st.one_of(st.none(), st.integers(), st.floats(), st.text("abcdef", min_size=1))


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1)
    )
)
def test_every_entry_is_in_its_column(rows):
    headers = [f"h{i}" for i in range(len(rows[0]))]
    lines = table(headers, rows).split("\n")
    assert len(lines) == len(rows) + 2
    edges, start = [], 0
    for rule in lines[1].split("  "):
        edges.append(slice(start, start + len(rule)))
        start += len(rule) + 2
    for row, line in zip([headers, *rows], [lines[0], *lines[2:]], strict=True):
        padded = line.ljust(start)
        assert [padded[edge].strip() for edge in edges] == [cell(value).strip() for value in row]
    for column, edge in enumerate(edges):
        if any(isinstance(row[column], (int, float)) for row in rows):
            for row, line in zip(rows, lines[2:], strict=True):
                assert line[edge].endswith(cell(row[column]).rstrip())


def test_rows_may_be_any_iterable():
    assert table(["a"], ([i] for i in range(3))).splitlines()[2:] == ["0", "1", "2"]


def test_a_table_is_text_that_shows_its_lines():
    shown = Table("a\nb")
    assert (str(shown), repr(shown), shown) == ("a\nb", "a\nb", "a\nb")
    assert pickle.loads(pickle.dumps(shown)) == shown
    assert isinstance(pickle.loads(pickle.dumps(shown)), Table)
