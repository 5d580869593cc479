"""`minnet examples`: lists the example scripts, and copies one to the current folder.

Who installs minnet has no checkout: the scripts are installed beside the package, as data.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib.metadata
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from minnet.utils.table import table

_NAME = "minnet-learn"
_FIRST = "share/minnet/examples/learning_speed.py"


def scripts() -> dict[str, Path]:
    """Name -> file; `lessons/01_what_it_costs` for one in a subfolder.

    >>> "learning_speed" in scripts()
    True
    """
    folder = _folder()
    files = sorted(folder.rglob("*.py"))
    return {file.relative_to(folder).with_suffix("").as_posix(): file for file in files}


def _folder() -> Path:
    """Where the scripts are: in a checkout, in `pip install --target`, in another installation."""
    beside = Path(__file__).resolve().parents[2]
    recorded = importlib.metadata.files(_NAME) or []
    installed = [Path(str(f.locate())).parent for f in recorded if f.as_posix().endswith(_FIRST)]
    folders = [beside / "examples", beside / Path(_FIRST).parent, *installed]
    return next((f for f in folders if (f / "learning_speed.py").is_file()), folders[0])


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
            likely = difflib.get_close_matches(name, known, n=1)
            parser.error(
                f"{name}: expected a name of the list that `minnet examples` prints."
                + (f" Did you mean {likely[0]}?" if likely else "")
            )
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
