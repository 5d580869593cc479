"""`python -m minnet check FILE.py ...`: a table with one row per class, then the explanations.

`python -m minnet codes` lists the mistakes that have a name.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from minnet.gradient_check.command_line.checked_file import CheckedFile
from minnet.gradient_check.mistakes import explanation
from minnet.gradient_check.report import HINTS, Report, shows_cause
from minnet.utils.console import above_0, say
from minnet.utils.table import table

_CASES = """\
Inputs and constructor arguments are guessed from their names. Where that is not enough, add CASES
to the file, with a line for each class (or forward function of a pair):

  CASES = {
      Dense: (lambda: Dense(3, 4), (5, 3)),                # a shape, batch axis first, or an array
      Plain: (lambda: Plain(3), (5, 3), {"W": "dW"}),      # where the gradient of self.W is
      Column: (lambda: Column(3, 4), (3, 5), "columns"),   # samples are columns
      Gate: (Gate, ((5, 3), (5, 4))),                      # forward takes two inputs
      MyLoss: (MyLoss, prediction, target),
      affine_forward: ((5, 3), (3, 4), (4,)),              # its arguments, in order
  }
"""


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    top = argparse.ArgumentParser(prog="python -m minnet", description="minnet's tools.")
    commands = top.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="find mistakes in hand-written layers and losses")
    check.formatter_class = argparse.RawDescriptionHelpFormatter
    check.epilog = _CASES
    files = "Python files, notebooks, folders"
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help=files)
    check.add_argument("--class", dest="classes", action="append", metavar="NAME")
    check.add_argument("--json", action="store_true", help="for programs")
    check.add_argument("--hints", choices=HINTS, default="full", help="how much is said")
    for_one = "for one class (default 60)"
    check.add_argument(
        "--timeout", type=above_0(float), default=60.0, metavar="SECONDS", help=for_one
    )
    check.add_argument("--seed", type=int, default=0)
    commands.add_parser("codes", help="list the mistakes that have a name, with an example each")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all classes are right, 1 if not, 2 if the arguments are wrong."""
    given = parser().parse_args(argv)
    if given.command == "codes":
        say(explanation())
        return 0
    for path in given.files:
        if not files_in(path):
            say(f"{path}: expected a Python file, found none. Check the path.", sys.stderr)
            return 2
    results = []
    for file in [file for path in given.files for file in files_in(path)]:
        checked = CheckedFile(file, given.timeout, given.seed, given.classes, given.hints)
        reports = checked.run()
        results += [(file, report) for report in reports]
    known = {report.name for _, report in results}
    absent = [name for name in given.classes or [] if name not in known]
    if absent:
        say(f"--class: found no layer or loss {', '.join(absent)} in the files.", sys.stderr)
        return 2
    say((as_json if given.json else as_text)(results, given.hints))
    return 0 if results and all(report.ok for _, report in results) else 1


def files_in(path: Path) -> list[Path]:
    """The file itself, or the Python files and notebooks of a folder, without hidden ones."""
    if path.is_file():
        return [path]
    found = [*path.rglob("*.py"), *path.rglob("*.ipynb")] if path.is_dir() else []
    parts = {file: file.relative_to(path).parts for file in found}
    return sorted(f for f in found if not any(p.startswith((".", "__")) for p in parts[f]))


def as_json(results: list[tuple[Path, Report]], hints: str) -> str:
    """All reports as one document: ok, and classes with file, name, ok, checks, mistakes."""
    classes = [{"file": str(path), **report.to_dict(hints)} for path, report in results]
    ok = bool(results) and all(report.ok for _, report in results)
    return json.dumps({"ok": ok, "classes": classes}, indent=2)


def as_text(results: list[tuple[Path, Report]], hints: str) -> str:
    """The table, then one block per class that is not right."""
    if not results:
        return "No layer, activation or loss is defined here."
    heads = ["file", "class", "verdict"] + ([] if hints == "none" else ["where"])
    heads += ["mistake"] if shows_cause(hints) else []
    rows, blocks = [], []
    for path, report in results:
        verdict = "right" if report.ok else "not examined" if report.note else "wrong"
        first = report.mistakes[0] if report.mistakes else None
        others = len(report.mistakes) - 1
        code = first.code + (f" (and {others} more)" if others else "") if first else ""
        cells = [path.name, report.name, verdict, first.where if first else "", code]
        rows.append(cells[: len(heads)])
        if report.note:
            blocks.append(report.text())
        elif not report.ok and hints == "place":
            blocks.append(report.text("place"))
        elif not report.ok and shows_cause(hints):
            blocks += [mistake.paragraph(hints) for mistake in report.mistakes]
    return "\n\n".join([str(table(heads, rows)), *blocks])
