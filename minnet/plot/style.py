"""The common style of all pictures: colours, lines and markers that everybody can tell apart.

The colours are Okabe and Ito's, which readers with any of the common colour deficiencies can
tell apart; each also has its own line style, marker and hatch, so that a grey print still works.
Matplotlib is imported inside the functions, so that `import minnet` does not wait for it.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from numpy.typing import ArrayLike

from minnet.utils import checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.lines import Line2D

P = ParamSpec("P")
T = TypeVar("T")

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Blue, vermilion, green, purple, orange, sky blue, black (Okabe and Ito 2008)."""

LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
MARKERS = ("o", "^", "s", "D", "v", "P", "X")
HATCHES = ("", "//", "..", "\\\\", "++", "xx", "--")

SIZE = (6.4, 4.4)
"""Width and height of one picture, in inches."""

TITLE, TEXT, TICKS = 13, 12, 11
"""Font sizes in points: still readable when a picture is printed at half its size."""

_CLASSES = (COLOURS[2], "#7A3E8E", *COLOURS[4:], *COLOURS[:2])
"""A darker purple than Okabe and Ito's, which looks like their green if one sees no red."""

_MARKERS_PER_CURVE = 10
_FEW_DECADES = 1000.0  # below this ratio, ticks also at 2 and 5


def colour(index: int) -> str:
    """The colour of the series or class with this number."""
    return COLOURS[index % len(COLOURS)]


def class_colour(index: int) -> str:
    """The colour of the class with this number: green, purple, ... (blue, vermilion are losses)."""
    return _CLASSES[index % len(_CLASSES)]


def line(index: int) -> dict[str, Any]:
    """Keyword arguments for `Axes.plot`: the colour and line style of the series."""
    return {"color": colour(index), "linestyle": LINES[index % len(LINES)]}


def marker(index: int) -> str:
    """The marker of the class with this number."""
    return MARKERS[index % len(MARKERS)]


def hatch(index: int) -> str:
    """The hatch of the region or bar with this number; the first has none."""
    return HATCHES[index % len(HATCHES)]


def tint(index: int, strength: float = 0.3) -> tuple[float, float, float]:
    """The class's colour mixed with white, for areas under points of the full colour."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 + strength * (part - 1) for part in to_rgb(class_colour(index)))
    return red, green, blue


def picture(draw: Callable[P, T]) -> Callable[P, T]:
    """Decorates a function that draws: checks the arguments that all pictures have, and cleans up.

    What is annotated as text, as True or False or as Axes must be that, before anything is
    computed. A figure that `draw` has opened is closed again if `draw` fails.
    """
    parameters = inspect.signature(draw).parameters

    @explained
    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        for name, value in {**dict(zip(parameters, args)), **kwargs}.items():  # noqa: B905
            _check_argument(f"mn.plot.{draw.__name__}", name, parameters[name].annotation, value)
        before = _open_figures()
        try:
            return draw(*args, **kwargs)
        except BaseException:
            for number in _open_figures() - before:
                sys.modules["matplotlib.pyplot"].close(number)
            raise

    return drawn


def _open_figures() -> set[int]:
    """The numbers of the figures that pyplot knows."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set() if pyplot is None else set(pyplot.get_fignums())


def _check_argument(place: str, name: str, annotation: object, value: object) -> None:
    """Refuse a value that is not of this kind of argument; other kinds are checked elsewhere."""
    kind, _, optional = str(annotation).partition(" | ")
    if value is None and optional == "None":
        return
    if kind == "bool":
        checks.boolean(place, name, value)
    elif kind == "str" and optional in ("", "None"):
        text = checks.text(place, name, value)
        if not text.isascii() and text.encode(errors="ignore").decode() != text:
            raise ValueError(
                f"{place}: {name}: expected text that can be drawn, got {text!a} with half of a "
                f"surrogate pair. Write the whole character."
            )
    elif kind == "Axes":
        from matplotlib.axes import Axes

        if not isinstance(value, Axes):
            raise TypeError(
                f"{place}: {name}: expected a Matplotlib Axes (fig, ax = plt.subplots()), got "
                f"{checks.describe(value)}."
            )


def new_axes(ax: Axes | None, **kwargs: Any) -> Axes:
    """`ax` if one was given, else the axes of a new figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    kwargs.setdefault("figsize", SIZE)
    _, new = plt.subplots(layout="constrained", **kwargs)
    return new  # type: ignore[no-any-return]


def curve(
    ax: Axes, index: int, x: ArrayLike, y: Array | list[float], label: str, **look: Any
) -> Line2D:
    """Draw one line in the style of the series; further keyword arguments go to `Axes.plot`."""
    (drawn,) = ax.plot(x, y, label=named(label), **{"linewidth": 2, **line(index), **look})
    return drawn


def marked_curve(
    ax: Axes, index: int, x: ArrayLike, y: Array | list[float], label: str, **look: Any
) -> Line2D:
    """As `curve`, with markers on about ten of the points."""
    every = max(1, len(y) // _MARKERS_PER_CURVE)
    look = {"marker": marker(index), "markersize": 5, "markevery": every, **look}
    return curve(ax, index, x, y, label, **look)


def scatter_classes(
    ax: Axes, points: Array, labels: Array, names: Sequence[str], **look: Any
) -> list[Any]:
    """The points (m, 2) of each class in its own colour and marker; returns the legend handles."""
    handles = []
    for index, name in enumerate(names):
        x1, x2 = points[labels == index].T
        own: dict[str, Any] = {
            "color": class_colour(index),
            "marker": marker(index),
            "edgecolors": "white",
        }
        handles.append(ax.scatter(x1, x2, label=named(name), **own, **look))
    return handles


def named(name: str) -> str:
    """A label for the legend: Matplotlib leaves out labels that begin with an underscore."""
    return f" {name}" if name.startswith("_") else name


def name_ticks(axis: Axis, names: Sequence[str]) -> None:
    """Ticks at 0, 1, 2, ... with these names, drawn as they are: a $ begins no formula."""
    axis.set_ticks(range(len(names)), names)
    for text in axis.get_ticklabels():
        text.set_parse_math(False)


def plain_logarithmic(ax: Axes) -> None:
    """A logarithmic y axis with plain numbers instead of powers of ten: 0.02, 0.05, 0.1."""
    from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

    ax.set_yscale("log")
    low, high = ax.get_ylim()
    between = (1.0, 2.0, 5.0) if high / low < _FEW_DECADES else (1.0,)
    ax.yaxis.set_major_locator(LogLocator(subs=between))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.yaxis.set_minor_locator(NullLocator())


def label(ax: Axes, title: str, x: str, y: str) -> None:
    """Title and axis labels (with units), and a light grid. Names in labels may have a $."""
    ax.set_title(title, fontsize=TITLE)
    ax.set_xlabel(x, fontsize=TEXT, parse_math=False)
    ax.set_ylabel(y, fontsize=TEXT, parse_math=False)
    ax.tick_params(labelsize=TICKS)
    ax.grid(alpha=0.3)


def legend_below(
    ax: Axes, handles: list[Any] | None = None, columns: int = 4, handle: float = 2
) -> None:
    """A legend below the axes, where it hides no data, in rows of at most `columns` entries.

    `handle` is the length of a sample, in font sizes: 2 shows the style of a line, 1 a marker.
    """
    from matplotlib.transforms import ScaledTranslation

    handles = ax.get_legend_handles_labels()[0] if handles is None else handles
    under_the_axis_label = ScaledTranslation(0, -42 / 72, ax.figure.dpi_scale_trans)
    legend = ax.legend(
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
    for text in legend.get_texts():
        text.set_parse_math(False)
        if text.get_text().startswith(" _"):  # see `named`
            text.set_text(text.get_text()[1:])


def finish(ax: Axes, title: str, x: str, y: str, *, legend: bool = True, handle: float = 3) -> Axes:
    """Title, labels and grid, and a legend below unless `legend` is False."""
    label(ax, title, x, y)
    if legend:
        legend_below(ax, handle=handle)
    return ax
