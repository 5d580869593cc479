"""`python -m minnet starter SOLUTION.py`: the file that students get.

What stands between `# BEGIN SOLUTION` and `# END SOLUTION` becomes a NotImplementedError;
docstrings stay.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

_BEGIN, _END = re.compile(r"^\s*#\s*BEGIN SOLUTION\s*$"), re.compile(r"^\s*#\s*END SOLUTION\s*$")
_DEFINITION = re.compile(r"^\s*(?:async\s+)?def\s+(\w+)")


class StarterError(ValueError):
    """A solution whose marks do not match: with its line."""


def starter_text(solution: str, name: str = "SOLUTION.py") -> str:
    """The starter of a solution.

    Raises:
        StarterError: a BEGIN without an END, or the other way round, or none at all.

    >>> print(starter_text('''def forward(x):
    ...     # BEGIN SOLUTION
    ...     return 2 * x
    ...     # END SOLUTION
    ... '''), end="")
    def forward(x):
        raise NotImplementedError("Write forward.")
    """
    lines: list[str] = []
    begun, method = 0, "this"
    for number, line in enumerate(solution.splitlines(), 1):
        if _BEGIN.match(line):
            if begun:
                raise StarterError(f"{name}, line {number}: expected # END SOLUTION before this")
            begun = number
            indent = line[: len(line) - len(line.lstrip())]
            lines.append(f'{indent}raise NotImplementedError("Write {method}.")')
        elif _END.match(line):
            if not begun:
                raise StarterError(f"{name}, line {number}: expected # BEGIN SOLUTION before this")
            begun = 0
        elif not begun:
            found = _DEFINITION.match(line)
            method = found[1] if found else method
            lines.append(line)
    if begun:
        raise StarterError(f"{name}, line {begun}: expected # END SOLUTION after this")
    if len(lines) == len(solution.splitlines()):
        raise StarterError(f"{name}, line 1: expected # BEGIN SOLUTION in the file, found none")
    return "\n".join(lines) + "\n"


def as_notebook(text: str) -> str:
    """A notebook: the text of the module first, then one cell for each class or function."""
    blocks = re.split(r"\n\n\n+", text.strip())
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": block.splitlines(keepends=True),
        }
        for number, block in enumerate(blocks)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    data = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, indent=1) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the starter beside the solution; 2 if that is not possible."""
    parser = argparse.ArgumentParser(prog="minnet starter", description=__doc__)
    parser.add_argument("solution", type=Path, metavar="SOLUTION.py")
    parser.add_argument("--notebook", action="store_true", help="as a notebook")
    arguments = parser.parse_args(argv)
    path: Path = arguments.solution
    try:
        text = starter_text(path.read_text(encoding="utf-8"), str(path))
        stem = (
            path.stem.replace("solution", "starter")
            if "solution" in path.stem
            else f"{path.stem}_starter"
        )
        target = path.with_name(stem + (".ipynb" if arguments.notebook else ".py"))
        target.write_text(as_notebook(text) if arguments.notebook else text, encoding="utf-8")
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{target}\n")
    return 0
