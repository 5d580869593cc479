"""Tables that show summaries, histories and the runs of a sweep: text, HTML in notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_MOST_ROWS, _ENDS = 60, 5  # of a longer table only the two ends are shown


class Table(str):
    """A string that the interactive prompt shows as lines, without `print`.

    >>> Table("a  b")
    a  b
    """

    html: str

    def __new__(cls, text: str, html: str = "") -> Table:
        """`html` is what a notebook shows; without it, the text."""
        self = super().__new__(cls, text)
        self.html = html or f"<pre>{escape(text)}</pre>"
        return self

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return self.html


def cell(value: object) -> str:
    """One entry: four significant digits for a float, text for all else, `-` for None."""
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table(
    headers: Sequence[str], rows: Iterable[Sequence[object]], *, shortened: bool = False
) -> Table:
    """Rows under headers: columns with numbers aligned right, the others left.

    Args:
        shortened: of more than 60 rows show the first and the last five.

    >>> table(["loss", "steps"], [["cross-entropy", 16], ["squared error", 89]])
    loss           steps
    -------------  -----
    cross-entropy     16
    squared error     89
    """
    body = [list(row) for row in rows]
    right = [
        any(isinstance(row[column], (int, float)) for row in body) for column in range(len(headers))
    ]
    text = [[cell(value) for value in row] for row in body]
    if shortened and len(text) > _MOST_ROWS:
        text[_ENDS:-_ENDS] = [["..."] * len(headers)]
    return Table(_as_text(headers, text, right), _as_html(headers, text, right))


def _as_text(headers: Sequence[str], rows: list[list[str]], right: list[bool]) -> str:
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            entry.rjust(width) if to_right else entry.ljust(width)
            for entry, width, to_right in zip(cells, widths, right, strict=True)
        )
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(headers), rule, *map(line, rows)])


def _as_html(headers: Sequence[str], rows: list[list[str]], right: list[bool]) -> str:
    def line(tag: str, cells: Sequence[str]) -> str:
        sides = ("right" if to_right else "left" for to_right in right)
        inside = (
            f'<{tag} style="text-align: {side}">{escape(entry)}</{tag}>'
            for entry, side in zip(cells, sides, strict=True)
        )
        return f"<tr>{''.join(inside)}</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return f"<table>\n<thead>{line('th', headers)}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
