"""A network of dense layers as units and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet.nn.network import Network
from minnet.plot import style
from minnet.plot.checks import network_of
from minnet.training.trainer import Trainer
from minnet.utils import checks
from minnet.utils.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 16  # units of a column
_POSITIVE, _NEGATIVE = "black", style.COLOURS[4]  # orange; also apart in grey
_WIDEST = 4.0  # line, in points


@style.picture
def network(
    trainer_or_network: Trainer | Network,
    ax: Axes | None = None,
    *,
    title: str = "Network",
    largest: float | None = None,
) -> Axes:
    """Units as circles and weights as lines: black above 0, orange below, wide where large.

    The inside of a circle shows the bias of its unit in the same way. Of a layer of more than 16
    units the first 16 are drawn. Draw it before and after `fit` to see what training has changed.

    Args:
        trainer_or_network: its layers with weights are dense: one weight (in, out) each.
        ax: where to draw; None makes a new figure.
        largest: the size of the weight with the widest line; None: the largest of this network.
            Give two pictures the same one, and their lines can be compared.

    Raises:
        TypeError, ValueError: naming the argument; a network with other weights than dense ones.

    >>> import minnet as mn
    >>> ax = network(mn.Network([mn.Linear(2, 3), mn.Tanh(), mn.Linear(3, 1)], seed=0))
    >>> len(ax.patches), len(ax.collections[0].get_segments())  # units, weights
    (6, 9)
    """
    place = "mn.plot.network"
    weights = _dense_weights(place, network_of(place, trainer_or_network))
    widest = max(float(np.abs(weight).max()) for weight, *_ in weights)
    if largest is not None:
        widest = checks.number(place, "largest", largest)
        if widest <= 0:
            raise ValueError(f"{place}: largest: expected a number above 0, got {widest:g}.")
    ax = style.new_axes(ax)
    _draw_weights(ax, [weight for weight, *_ in weights], widest or 1.0)
    first = weights[0][0]
    columns = [(len(first), None, "inputs"), *((w.shape[1], b, name) for w, b, name in weights)]
    for x, (count, bias, name) in enumerate(columns):
        _draw_units(ax, x, count, bias, widest or 1.0)
        what = f"{name}\nfirst {_MOST} of {count}" if count > _MOST else name
        ax.text(x, -0.04, what, ha="center", va="top", fontsize=style.TICKS, parse_math=False)
    ax.set_title(f"{title}: widest line {widest:.3g}", fontsize=style.TITLE, parse_math=False)
    ax.set(xlim=(-0.3, len(weights) + 0.3), ylim=(-0.16, 1.02))
    ax.axis("off")
    return ax


def _dense_weights(place: str, network: Network) -> list[tuple[Array, Array | None, str]]:
    """Weight, bias and name of each dense layer; refuses a network with other weights."""
    found: list[tuple[Array, Array | None, str]] = []
    for index, layer in enumerate(network.layers):
        prefix = f"{index}."
        values = [p.value for name, p in network.parameters().items() if name.startswith(prefix)]
        if not values:
            if found:  # an activation: written below the units that it belongs to
                weight, bias, name = found[-1]
                found[-1] = weight, bias, f"{name.splitlines()[0]}\n{type(layer).__name__}"
            continue
        matrices = [value for value in values if value.ndim == 2]
        before = found[-1][0].shape[1] if found else len(matrices[0]) if matrices else 0
        if len(matrices) != 1 or max(v.ndim for v in values) > 2 or len(matrices[0]) != before:
            raise ValueError(
                f"{place}: trainer_or_network: expected dense layers, with one weight (in, out) "
                f"each, got layers[{index}] {layer!r} with parameters of shapes "
                f"{', '.join(str(v.shape) for v in values)}. Filters: mn.plot.filters."
            )
        bias = next((v for v in values if v.shape == matrices[0].shape[1:]), None)
        found.append((matrices[0].astype(float), bias, f"layers[{index}]"))
    if not found:
        raise ValueError(f"{place}: trainer_or_network: expected weights, got {network!r}.")
    return found


def _heights(count: int) -> Array:
    """The centres of the units of one column, the first at the top."""
    shown = min(count, _MOST)
    return 1 - (np.arange(shown) + 0.5) / shown


def _draw_weights(ax: Axes, weights: Sequence[Array], widest: float) -> None:
    """All lines of the picture, the largest weights in front."""
    from matplotlib.collections import LineCollection

    lines: list[tuple[float, Any]] = []
    for x, weight in enumerate(weights):
        for i, left in enumerate(_heights(weight.shape[0])):
            for j, right in enumerate(_heights(weight.shape[1])):
                lines.append((float(weight[i, j]), [(x, left), (x + 1, right)]))
    lines.sort(key=lambda line: abs(line[0]))
    colours = [_POSITIVE if value > 0 else _NEGATIVE for value, _ in lines]
    widths = [_WIDEST * min(1.0, abs(value) / widest) for value, _ in lines]
    segments = [segment for _, segment in lines]
    ax.add_collection(LineCollection(segments, colors=colours, linewidths=widths, zorder=1))


def _draw_units(ax: Axes, x: int, count: int, bias: Array | None, widest: float) -> None:
    """One column of circles; the inside is the bias, from white to the colour of its sign."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Ellipse

    heights = _heights(count)
    tall = min(0.08, 0.7 / len(heights))
    for index, y in enumerate(heights):
        value = 0.0 if bias is None else float(bias[index])
        sign = to_rgb(_POSITIVE if value > 0 else _NEGATIVE)
        strength = min(1.0, abs(value) / widest)
        inside = tuple(1 + strength * (part - 1) for part in sign)
        look: dict[str, Any] = {"facecolor": inside, "edgecolor": "black", "zorder": 2}
        ax.add_patch(Ellipse((x, float(y)), 0.1, tall, **look))
