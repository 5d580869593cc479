"""How many steps it took, as bars with their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minnet.plot import style
from minnet.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def step_counts(
    counts: Mapping[str, int],
    ax: Axes | None = None,
    *,
    title: str = "Steps to the goal",
    quantity: str = "update steps",
) -> Axes:
    """One bar for each name, as high as its count, which stands on it.

    For many runs under each name take `mn.plot.median_steps`.

    Args:
        counts: name -> number of steps >= 0; a name may have several lines.
        ax: where to draw; None makes a new figure.
        quantity: the label of the upright axis.

    Raises:
        TypeError, ValueError: no counts, or what is no whole number >= 0.

    >>> ax = step_counts({"squared error": 89, "cross-entropy": 16})
    >>> [float(bar.get_height()) for bar in ax.patches]
    [89.0, 16.0]
    """
    place = "mn.plot.step_counts"
    if not isinstance(counts, Mapping):
        raise TypeError(
            f"{place}: counts: expected a dict, name -> number of steps, got "
            f"{checks.describe(counts)}."
        )
    if not counts:
        raise ValueError(f"{place}: counts: expected at least one name, got an empty dict.")
    heights = {
        str(name): checks.whole_number(place, f"counts[{name!r}]", count, minimum=0)
        for name, count in counts.items()
    }
    ax = style.new_axes(ax, "step_counts")
    for index, height in enumerate(heights.values()):
        look: dict[str, Any] = {"facecolor": style.colour(index), "hatch": style.hatch(index)}
        ax.bar(index, height, 0.7, edgecolor="white", linewidth=0, **look)
        ax.annotate(
            f"{height}",
            (index, height),
            (0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=style.TITLE,
        )
    ax.set_xticks(range(len(heights)), list(heights))
    ax.set_ylim(0, 1.15 * max(1, *heights.values()))
    ax.set_axisbelow(True)
    style.label(ax, title, "", quantity)
    ax.grid(visible=False, axis="x")
    return ax
