"""`python -m minnet demo NAME`: a window to play with, or a page with a scrubber."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from minnet.plot.script_pictures import opens_windows

DEMOS = {
    "neuron": "one neuron that is sure and wrong: a dot walks along the gradient curve",
    "boundary": "a decision boundary while it is learnt under both losses",
    "landscape": "the way down on the loss over weight and bias",
}


def main(arguments: Sequence[str]) -> int:
    """Open the window, or save the page; 1 where no window can be opened."""
    rows = "\n".join(f"  {name:<11}{text}" for name, text in DEMOS.items())
    parser = argparse.ArgumentParser(
        prog="minnet demo",
        description=f"Play with learning under both losses.\n\n{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=DEMOS, help="what to play with")
    parser.add_argument(
        "--save", type=Path, metavar="FILE.html", help="write a page with a scrubber, open nothing"
    )
    given = parser.parse_args(arguments)
    if given.save is not None and given.save.suffix not in (".html", ".htm"):
        parser.error(f"--save: expected a file name that ends in .html, got {given.save}.")
    import matplotlib as mpl

    if given.save is not None or not opens_windows():
        mpl.use("Agg")
        if given.save is None:
            print(
                f"No window can be opened here: write a page with a scrubber instead, with "
                f"minnet demo {given.name} --save {given.name}.html",
                file=sys.stderr,
            )
            return 1
    return _run(given.name, given.save, parser)


def _run(name: str, page: Path | None, parser: argparse.ArgumentParser) -> int:
    import matplotlib.pyplot as plt

    demo = getattr(import_module(f"minnet.demo.{name}"), name.capitalize())()
    if page is None:
        demo.play()
        plt.show()
    else:
        try:
            demo.save(page)
        except OSError as error:
            parser.error(f"--save: expected a file that can be written, got {page} ({error}).")
        print(f"page: {page}")
    plt.close(demo.figure)
    return 0
