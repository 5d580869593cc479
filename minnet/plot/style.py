"""One look for all pictures: colours and marks that are told apart by everybody.

The colours are Okabe and Ito's, which readers with any of the common colour deficiencies can
tell apart; each also has its own line style and marker, so that a grey print still works.
Matplotlib is imported by the functions, so that `import minnet` does not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minnet.checks import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Blue, vermilion, green, purple, orange, sky blue, black (Okabe and Ito 2008)."""

LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
MARKERS = ("o", "^", "s", "D", "v", "P", "X")

SIZE = (6.4, 4.4)
"""Width and height of one picture, in inches."""


def colour(index: int) -> str:
    """The colour of the series or class with this number."""
    return COLOURS[index % len(COLOURS)]


def line(index: int) -> dict[str, Any]:
    """Keyword arguments for `Axes.plot`: colour and line style that belong together."""
    return {"color": colour(index), "linestyle": LINES[index % len(LINES)]}


def marker(index: int) -> str:
    """The marker of the class with this number."""
    return MARKERS[index % len(MARKERS)]


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
    ax.set_title(title)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.grid(alpha=0.3)
