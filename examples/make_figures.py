"""Makes every figure of the chapter again, or only the named ones.

    python examples/make_figures.py                          # all of them
    python examples/make_figures.py sigmoid regression       # these two
    python examples/make_figures.py --output examples/figures

The gallery (`README.md` next to this script) shows and explains them. Everything in a figure is
computed when it is drawn: no number is typed in.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import common
from tqdm.auto import tqdm

DOTS_PER_INCH = 120
COLOURS = 128  # of one figure: text, lines and tints need no more, and files stay small
FRAMES_PER_SECOND = 7


def pictures() -> dict[str, Callable[[bool], Any]]:
    """name -> function(quick) that returns a Figure, or an animation, in the gallery's order."""
    import figures_curves
    import figures_diagnostics
    import figures_losses
    import figures_neuron
    import figures_regions
    import figures_speed
    import figures_squared

    lessons: list[Any] = [
        figures_speed,
        figures_losses,
        figures_neuron,
        figures_squared,
        figures_curves,
        figures_regions,
        figures_diagnostics,
    ]
    return {name: make for lesson in lessons for name, make in lesson.PICTURES.items()}


def save(picture: Any, folder: Path, name: str, dots_per_inch: int = DOTS_PER_INCH) -> Path:
    """Write a Figure as `name`.png, an animation as `name`.gif; close it; return the path."""
    import matplotlib.pyplot as plt
    from matplotlib.animation import PillowWriter

    if hasattr(picture, "savefig"):
        path = folder / f"{name}.png"
        save_small(picture, path, dots_per_inch)
    else:
        path = folder / f"{name}.gif"
        picture.save(path, PillowWriter(fps=FRAMES_PER_SECOND), dpi=dots_per_inch)
    plt.close("all")
    return path


def save_small(figure: Any, path: Path, dots_per_inch: int) -> None:
    """A PNG with a palette: a third of the size, without a visible difference."""
    from PIL import Image

    memory = io.BytesIO()
    figure.savefig(memory, format="png", dpi=dots_per_inch)
    with Image.open(memory) as image:
        plain = image.convert("RGB")
    plain.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def make(names: Sequence[str], folder: Path) -> list[Path]:
    """Make and save the figures of these names, with a progress bar."""
    every = pictures()
    paths = []
    with tqdm(names, unit="picture") as bar:
        for name in bar:
            bar.set_postfix_str(name)
            paths.append(save(every[name](False), folder, name))
    return paths


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the names, make the figures, print their paths."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="a picture (default: all)")
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        default=Path("figures"),
        help="the folder for the pictures (default: figures/ in the current folder)",
    )
    given = parser.parse_args(arguments)
    known = list(pictures())
    unknown = [name for name in given.names if name not in known]
    if unknown:
        parser.error(f"NAME: expected some of {', '.join(known)}; got {', '.join(unknown)}.")
    try:
        folder = common.Pictures(given.output).folder
    except OSError as error:
        parser.error(
            f"argument --output: expected a folder that can be written, got "
            f"{str(given.output)!r} ({error.strerror}). Name another one."
        )
    paths = make(given.names or known, folder)
    size = sum(path.stat().st_size for path in paths) / 1e6
    print(f"{len(paths)} pictures in {folder}, {size:.2f} MB")


if __name__ == "__main__":
    main()
