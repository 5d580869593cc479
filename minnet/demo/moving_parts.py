"""Fast redrawing: only what moves is drawn again, over a saved image of the rest (blitting).

A figure drawn in full manages a few pictures a second, because text and ticks are slow.
"""

from __future__ import annotations

from typing import Any


class MovingParts:
    """The artists of a figure that change from picture to picture."""

    def __init__(self, figure: Any, artists: list[Any]) -> None:
        self.figure, self.canvas, self.artists = figure, figure.canvas, artists
        self.still: Any = None
        for artist in artists:
            artist.set_animated(True)  # a full drawing leaves them out
        self._connection = self.canvas.mpl_connect("draw_event", self._keep)

    def redraw(self) -> None:
        """Draw the moving parts where they are now."""
        if self.still is None:
            self.canvas.draw()  # which calls _keep
            return
        self.canvas.restore_region(self.still)
        self._draw()
        self.canvas.blit(self.figure.bbox)
        self.canvas.flush_events()

    def end(self) -> None:
        """From now on a full drawing shows everything, once."""
        self.canvas.mpl_disconnect(self._connection)
        for artist in self.artists:
            artist.set_animated(False)

    def _keep(self, _: object) -> None:
        """After a full drawing, also when the window gets another size: copy what stands still."""
        self.still = self.canvas.copy_from_bbox(self.figure.bbox)
        self._draw()

    def _draw(self) -> None:
        for artist in self.artists:
            self.figure.draw_artist(artist)
