"""The sliders and buttons below a demonstration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.widgets import Button, Slider

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Span = tuple[str, float, float, float]
"""A slider: its text, its ends, and where it begins."""


class _Slider(Slider):
    """It does not draw the whole figure when it moves: it is one of the moving parts."""

    drawon = False


class Controls:
    """Sliders one above the other, and buttons on their right."""

    def __init__(
        self, figure: Figure, spans: Mapping[str, Span], actions: Mapping[str, Callable[[Any], Any]]
    ) -> None:
        """`actions`: what to call for each slider, with its value, and for each button."""
        self.sliders: dict[str, Slider] = {}
        self.buttons: dict[str, Button] = {}
        for name, action in actions.items():
            if name in spans:
                text, low, high, first = spans[name]
                ax = figure.add_axes((0.2, 0.155 - 0.04 * len(self.sliders), 0.42, 0.03))
                self.sliders[name] = _Slider(ax, text, low, high, valinit=first, color="0.6")
                self.sliders[name].vline.set_visible(False)
                self.sliders[name].on_changed(action)
            else:
                ax = figure.add_axes((0.76, 0.15 - 0.042 * len(self.buttons), 0.16, 0.036))
                self.buttons[name] = Button(ax, name)
                self.buttons[name].on_clicked(action)

    def value(self, name: str) -> float:
        """Where a slider is."""
        return float(self.sliders[name].val)

    def write(self, name: str, text: str, value: float | None = None) -> None:
        """Write next to a slider; put it at a value without calling anything."""
        slider = self.sliders[name]
        if value is not None:
            slider.eventson = False
            slider.set_val(value)
            slider.eventson = True
        slider.valtext.set_text(text)

    def moving(self) -> list[Any]:
        """What changes when a slider moves."""
        sliders = self.sliders.values()
        return [part for s in sliders for part in (s.poly, *s.ax.lines, s.valtext)]

    def hide(self) -> None:
        """Leave all controls out of the picture."""
        for control in (*self.sliders.values(), *self.buttons.values()):
            control.ax.set_visible(False)
