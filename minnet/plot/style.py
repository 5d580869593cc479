"""One look for all pictures: colours and marks that are told apart by everybody.

The colours are Okabe and Ito's, which readers with any of the common colour deficiencies can
tell apart; each also has its own line style, marker and hatch, so that a grey print still works.
Matplotlib is imported by the functions, so that `import minnet` does not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minnet.utils.checks import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Blue, vermilion, green, purple, orange, sky blue, black (Okabe and Ito 2008)."""

LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
MARKERS = ("o", "^", "s", "D", "v", "P", "X")
HATCHES = ("", "//", "..", "\\\\", "++", "xx", "--")

SIZE = (6.4, 4.4)
"""Width and height of one picture, in inches."""

TITLE, TEXT, TICKS = 13, 12, 11
"""Sizes of letters in points: still readable when a picture is printed at half its size."""


def colour(index: int) -> str:
    """The colour of the series or class with this number."""
    return COLOURS[index % len(COLOURS)]


def line(index: int) -> dict[str, Any]:
    """Keyword arguments for `Axes.plot`: colour and line style that belong together."""
    return {"color": colour(index), "linestyle": LINES[index % len(LINES)]}


def marker(index: int) -> str:
    """The marker of the class with this number."""
    return MARKERS[index % len(MARKERS)]


def hatch(index: int) -> str:
    """The hatch of the region or bar with this number; the first has none."""
    return HATCHES[index % len(HATCHES)]


def tint(index: int, strength: float = 0.3) -> tuple[float, float, float]:
    """The same colour mixed with white: for areas under points of the full colour."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 + strength * (part - 1) for part in to_rgb(colour(index)))
    return red, green, blue


def new_axes(ax: Axes | None, place: str, **kwargs: Any) -> Axes:
    """`ax` if one was given, else the axes of a new figure.

    Raises:
        TypeError: ax is not a Matplotlib Axes.
    """
    from matplotlib.axes import Axes

    if ax is None:
        import matplotlib.pyplot as plt

        kwargs.setdefault("figsize", SIZE)
        _, new = plt.subplots(layout="constrained", **kwargs)
        return new  # type: ignore[no-any-return]
    if not isinstance(ax, Axes):
        raise TypeError(
            f"mn.plot.{place}: ax: expected a Matplotlib Axes (fig, ax = plt.subplots()), got "
            f"{describe(ax)}."
        )
    return ax


def label(ax: Axes, title: str, x: str, y: str) -> None:
    """Title and axis labels (with units), and a light grid."""
    ax.set_title(title, fontsize=TITLE)
    ax.set_xlabel(x, fontsize=TEXT)
    ax.set_ylabel(y, fontsize=TEXT)
    ax.tick_params(labelsize=TICKS)
    ax.grid(alpha=0.3)


def legend_below(
    ax: Axes, handles: list[Any] | None = None, columns: int = 4, handle: float = 2
) -> None:
    """A legend under the axes, where it hides no data, in rows of at most `columns` entries.

    `handle` is the length of a sample, in letters: 2 shows the style of a line, 1 a marker.
    """
    from matplotlib.transforms import ScaledTranslation

    handles = ax.get_legend_handles_labels()[0] if handles is None else handles
    under_the_axis_label = ScaledTranslation(0, -42 / 72, ax.figure.dpi_scale_trans)
    ax.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        bbox_transform=ax.transAxes + under_the_axis_label,
        ncol=max(1, min(columns, len(handles))),
        fontsize=TICKS,
        frameon=False,
        borderaxespad=0,
        columnspacing=1.2,
        handlelength=handle,
        handletextpad=0.5,
    )
