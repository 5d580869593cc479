"""Plain-text tables, used to print summaries, histories and the runs of a sweep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Table(str):
    """A string that the interactive prompt shows as lines, without `print`.

    >>> Table("a  b")
    a  b
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def cell(value: object) -> str:
    """One entry: four significant digits for a float, text for all else, `-` for None."""
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Rows under headers: columns with numbers aligned right, the others left.

    >>> table(["loss", "steps"], [["cross-entropy", 16], ["squared error", 89]])
    loss           steps
    -------------  -----
    cross-entropy     16
    squared error     89
    """
    body = [list(row) for row in rows]
    text = [list(headers)] + [[cell(value) for value in row] for row in body]
    widths = [max(len(line[column]) for line in text) for column in range(len(headers))]
    right = [
        any(isinstance(row[column], (int, float)) for row in body) for column in range(len(headers))
    ]

    def line(cells: Sequence[str]) -> str:
        padded = (
            entry.rjust(width) if to_right else entry.ljust(width)
            for entry, width, to_right in zip(cells, widths, right, strict=True)
        )
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return Table("\n".join([line(text[0]), rule, *(line(cells) for cells in text[1:])]))
