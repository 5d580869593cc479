"""`minnet examples`: lists the example scripts, and copies one to the current folder.

Who installs minnet has no checkout: the scripts are installed beside the package, as data.
"""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from minnet.utils.table import table

_NAME = "minnet-learn"
_FOLDER = "share/minnet/examples/"


def scripts() -> dict[str, Path]:
    """Name -> file, of the checkout or of the installed copy; `lessons/01_cost` for a subfolder.

    >>> "learning_speed" in scripts()
    True
    """
    checkout = Path(__file__).resolve().parents[1] / "examples"
    if checkout.is_dir():
        found = {
            str(file.relative_to(checkout).as_posix()): file for file in checkout.rglob("*.py")
        }
    else:
        files = importlib.metadata.files(_NAME) or []
        found = {
            str(file.as_posix()).partition(_FOLDER)[2]: Path(str(file.locate()))
            for file in files
            if _FOLDER in file.as_posix() and file.suffix == ".py"
        }
    return {name.removesuffix(".py"): found[name] for name in sorted(found)}


def main(arguments: Sequence[str]) -> int:
    """List all, or copy those that are named; 2 if a name is unknown or a file is in the way."""
    parser = argparse.ArgumentParser(
        prog="minnet examples", description="List the example scripts, or copy some to this folder."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="copied to the current folder")
    names = parser.parse_args(arguments).names
    known = scripts()
    if not names:
        rows = [[name, _first_line(path)] for name, path in known.items() if _does_something(path)]
        print(table(["name", "what it shows"], rows))
        print("\nminnet examples NAME copies one here; run it with: python NAME.py")
        return 0
    for name in names:
        file = known.get(name.removesuffix(".py"))
        if file is None:
            parser.error(f"{name}: expected a name of the list that `minnet examples` prints.")
        if Path(file.name).exists():
            parser.error(f"{file.name} is here already: rename it, or go to another folder.")
        shutil.copyfile(file, file.name)
        print(f"{file.name} copied. Run it with: {Path(sys.executable).name} {file.name}")
    return 0


def _first_line(path: Path) -> str:
    """What the script says of itself: its docstring's first line, or its first line of text."""
    text = path.read_text(encoding="utf-8")
    lines = (ast.get_docstring(ast.parse(text)) or text).splitlines()
    return next(
        (line.strip("# ") for line in lines if line.strip("# %") not in ("", "[markdown]")), ""
    )


def _does_something(path: Path) -> bool:
    """Not a module that other scripts import: a lesson in cells, or a file with a main block."""
    text = path.read_text(encoding="utf-8")
    return "# %%" in text or '__name__ == "__main__"' in text
