"""The gradient of each layer, epoch by epoch, with what is seen in the title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet.plot import style
from minnet.plot.learning_curves import norms
from minnet.training.callbacks import GradientMonitor
from minnet.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FACTOR = 1000.0  # between the first and the last layer


@style.picture
def gradient_flow(monitor: GradientMonitor, ax: Axes | None = None) -> Axes:
    """Size of each layer's gradient by epoch, on a logarithmic axis; the title names what is seen.

    A gradient *vanishes* if the first layer gets less than a thousandth of what the last gets,
    and *explodes* if it gets a thousand times as much; units are *dead* if no step gave them any.
    Live: call it again after each epoch, with the same `ax`, which is cleared first.

    Args:
        monitor: that has seen at least one epoch. ax: where to draw; None makes a new figure.

    Raises:
        TypeError, ValueError: no monitor, or one that has seen no epoch.

    Source: Glorot and Bengio (2010), figure 7.

    >>> monitor = GradientMonitor()
    >>> monitor.layer_norms = {"0": [1e-5, 1e-6], "2": [0.5, 0.4]}
    >>> gradient_flow(monitor).get_title()
    'The gradient vanishes: layers[0] gets 2.5e-06 of what layers[2] gets'
    """
    place = "mn.plot.gradient_flow"
    hint = "Give it to fit(..., callbacks=[monitor])."
    flow = checks.instance(f"{place}: monitor", monitor, GradientMonitor, hint).layer_norms
    if not flow:
        raise ValueError(f"{place}: monitor: expected at least one epoch, got none. {hint}")
    if ax is not None:
        style.new_axes(ax).clear()
    named = {f"layers[{name}]": curve for name, curve in flow.items()}
    return norms(named, ax, title=_seen(monitor), quantity="norm of the gradient", logarithmic=True)


def _seen(monitor: GradientMonitor) -> str:
    """What the numbers of the last epoch mean."""
    (first, *_), (*_, last) = monitor.layer_norms, monitor.layer_norms
    here, there = (monitor.layer_norms[name][-1] for name in (first, last))
    dead = {name: shares[-1] for name, shares in monitor.dead.items() if shares[-1] > 0.5}
    if here < there / _FACTOR:
        share = here / there
        return (
            f"The gradient vanishes: layers[{first}] gets {share:.2g} of what layers[{last}] gets"
        )
    if here > there * _FACTOR:
        return (
            f"The gradient explodes: {here:.2g} in layers[{first}], {there:.2g} in layers[{last}]"
        )
    if dead:
        name, share = max(dead.items(), key=lambda pair: pair[1])
        return f"{share:.0%} of the units of layers[{name}] are dead"
    return "Every layer gets a gradient"
