"""For scripts that draw: two command-line options, and a folder for their figures.

It is in the package so that an example can be copied anywhere alone.

`--output DIR` sets the folder for the figures (default: `figures/` in the current folder), `--show`
also opens them in windows. Without `--show`, or without a display, no window is opened. In a
notebook (`%run learning_speed.py`) the figures appear below the cell.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

DOTS_PER_INCH = 150


def parser(description: str | None) -> argparse.ArgumentParser:
    """The options that every example takes; an example may add its own."""
    result = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        default=Path("figures"),
        help="the folder for the pictures (default: figures/ in the current folder)",
    )
    result.add_argument("--show", action="store_true", help="open the pictures in windows as well")
    return result


def start(description: str | None, arguments: Sequence[str] | None = None) -> Pictures:
    """Read the command line; an example starts with `pictures = start(__doc__)`."""
    pictures: Pictures = read(parser(description), arguments).pictures
    return pictures


def read(
    options: argparse.ArgumentParser, arguments: Sequence[str] | None = None
) -> argparse.Namespace:
    """The same for a parser with options of its own; the Pictures are in `.pictures`."""
    given = options.parse_args(arguments)
    try:
        given.pictures = Pictures(given.output, given.show)
    except OSError as error:
        options.error(
            f"argument --output: expected a folder that can be written, got "
            f"{str(given.output)!r} ({error.strerror}). Name another one."
        )
    return given


class Pictures:
    """Saves the figures of one example, and shows them if asked to.

    Create it before the first figure: it decides whether Matplotlib opens windows.
    """

    def __init__(self, folder: Path, show: bool = False) -> None:
        import matplotlib

        if isinstance(sys.stdout, io.TextIOWrapper):
            # An old terminal may not be able to show the folder's name; escape it then.
            sys.stdout.reconfigure(errors="backslashreplace")
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.notebook: bool = is_notebook()
        self.shown: bool = show and has_display() and not self.notebook
        if not self.shown and not self.notebook:
            matplotlib.use("Agg")
        if show and not self.shown and not self.notebook:
            print("--show: this machine has no display; the pictures are saved only.")

    def save(self, figure: Figure | SubFigure, name: str) -> Path:
        """Save one figure as `name`.png and print its path."""
        import matplotlib.pyplot as plt

        path = self.folder / f"{name}.png"
        figure = figure.figure  # the whole figure, also if a subfigure was given
        figure.savefig(path, dpi=DOTS_PER_INCH)
        print(f"picture: {path}")
        if self.notebook:
            ipython = import_module("IPython.display")
            ipython.display(ipython.Image(filename=str(path), retina=True))
        if not self.shown:
            plt.close(figure)
        return path

    def show(self) -> None:
        """With `--show`, open all figures and wait until they are closed."""
        import matplotlib
        import matplotlib.pyplot as plt

        if not self.shown:
            return
        if matplotlib.get_backend().lower() == "agg":
            print("--show: Matplotlib has no window system here; the pictures are saved only.")
        else:
            plt.show()


def opens_windows() -> bool:
    """Whether Matplotlib can open windows here: there is a display, and a back end that uses it."""
    import matplotlib.pyplot as plt

    if not has_display():
        return False
    try:
        figure = plt.figure()
    except ImportError:  # a back end was chosen that is not installed
        return False
    plt.close(figure)
    return figure.canvas.required_interactive_framework is not None


def is_notebook() -> bool:
    """Whether a Jupyter kernel runs this."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def has_display() -> bool:
    """Whether a display is available; on Windows and macOS one is assumed."""
    if sys.platform in ("win32", "cygwin", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
