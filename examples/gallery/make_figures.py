"""Makes every figure of the chapter again, or only the named ones.

    python examples/gallery/make_figures.py                          # all of them
    python examples/gallery/make_figures.py sigmoid regression       # these two
    python examples/gallery/make_figures.py --output examples/figures

The gallery (`README.md` above this folder) shows and explains them. Everything in a figure is
computed when it is drawn: no number is typed in.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from minnet.plot import script_pictures

Picture = Callable[[bool], Any]

DOTS_PER_INCH, FILM_DOTS_PER_INCH = 120, 90
FILM_COLOURS = 40
COLOURS = 128  # of one figure: text, lines and tints need no more, and files stay small
FRAMES_PER_SECOND = 7


def all_pictures() -> dict[str, Picture]:
    """name -> function(quick) that returns a Figure, or films of one, in the gallery's order."""
    sources = ("headline", "losses", "neuron", "squared", "curves", "regions", "diagnostics")
    found = [import_module(source).PICTURES for source in sources]
    return {name: make for part in found for name, make in part.items()}


def save(
    picture: Any, pictures: script_pictures.Pictures, name: str, dots_per_inch: int = DOTS_PER_INCH
) -> Path:
    """Write a Figure as `name`.png, films of one as `name`.gif; close it unless it is shown."""
    import matplotlib.pyplot as plt
    from matplotlib.animation import PillowWriter

    if hasattr(picture, "savefig"):
        path = pictures.folder / f"{name}.png"
        save_small(picture, path, dots_per_inch)
    else:
        path = pictures.folder / f"{name}.gif"
        first, *others = picture  # films of one figure
        writer = PillowWriter(fps=FRAMES_PER_SECOND)
        first.save(path, writer, dpi=min(dots_per_inch, FILM_DOTS_PER_INCH), extra_anim=others)
        shrink(path)
    if not pictures.shown:
        plt.close("all")
    return path


def save_small(figure: Any, path: Path, dots_per_inch: int = DOTS_PER_INCH) -> None:
    """A PNG with a palette: a third of the size, without a visible difference."""
    from PIL import Image

    memory = io.BytesIO()
    figure.savefig(memory, format="png", dpi=dots_per_inch)
    with Image.open(memory) as image:
        plain = image.convert("RGB")
    plain.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def shrink(film: Path) -> None:
    """One small palette for all frames: half of the size, without a visible difference."""
    from PIL import Image, ImageSequence

    with Image.open(film) as file:
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(file)]
    palette = frames[-1].quantize(FILM_COLOURS, dither=Image.Dither.NONE)
    first, *others = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames)
    look: dict[str, Any] = {"duration": 1000 // FRAMES_PER_SECOND, "loop": 0, "optimize": True}
    first.save(film, save_all=True, append_images=others, **look)


def main(
    arguments: Sequence[str] | None = None,
    pictures: Mapping[str, Any] | None = None,
    description: str | None = __doc__,
) -> None:
    """Make the named pictures, or all, with a progress bar; each source runs this for its own."""
    known = all_pictures() if pictures is None else pictures
    parser = script_pictures.parser(description)
    parser.add_argument("names", metavar="NAME", nargs="*", help="a picture (default: all)")
    names = parser.parse_args(arguments).names
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"NAME: expected some of {', '.join(known)}; got {', '.join(unknown)}.")
    folder = script_pictures.read(parser, arguments)
    with tqdm(names or known, unit="picture") as bar:
        paths = [save(known[name](False), folder.pictures, name) for name in bar]
    size = sum(path.stat().st_size for path in paths) / 1e6
    print(f"{len(paths)} pictures in {folder.output}, {size:.2f} MB")
    folder.pictures.show()


if __name__ == "__main__":
    main()
