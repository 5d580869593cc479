"""Bars of many runs: the median, and how many never arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minnet.plot import style
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def filling(index: int) -> dict[str, Any]:
    """Keyword arguments for `Axes.bar`: a colour and a texture that belong together."""
    colours = {"facecolor": style.colour(index), "edgecolor": "white"}
    return {**colours, "hatch": style.hatch(index), "linewidth": 0}


def median_bar(ax: Axes, x: float, width: float, index: int, first: Array, last: float) -> None:
    """One bar with its number, and with the count of the runs that never arrived."""
    median, never = float(np.median(first)), int(np.isinf(first).sum())
    if np.isfinite(median):
        text, height = f"{median:g}", median
        ax.bar(x, height, width, **filling(index))
    else:
        text, height = f"> {last:g}", last
        outline = style.colour(index)
        ax.bar(x, height, width, facecolor="none", edgecolor=outline, linestyle="--", linewidth=1.5)
    if never:
        text += f"\n{never} of {len(first)}\nnever"
    ax.annotate(
        text,
        (x, height),
        (0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=style.TICKS,
    )
