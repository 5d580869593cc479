"""Runs the code cells of a notebook, so that errors and places name the cell and its line."""

from __future__ import annotations

import json
import linecache
import re
from pathlib import Path
from typing import Any

_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)


def run_cells(path: Path, names: dict[str, Any]) -> None:
    """Run all code cells in order; one that fails, as a training may, does not stop the others.

    Raises:
        ImportError: not a notebook. The error of the first cell, if every cell fails.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = ["".join(c["source"]) if c["cell_type"] == "code" else "" for c in cells]
    except (ValueError, KeyError, TypeError) as error:
        raise ImportError(f"{path}: expected a notebook with cells, got {error!r}.") from error
    errors: list[Exception] = []
    for number, text in enumerate(filter(str.strip, texts), 1):
        code = _MAGIC.sub(r"\1pass", text)
        cell = f"{path} cell {number}"
        linecache.cache[cell] = (len(code), None, code.splitlines(keepends=True), cell)
        try:
            exec(compile(code, cell, "exec"), names)
        except Exception as error:
            errors.append(error)
    if errors and len(errors) == sum(bool(text.strip()) for text in texts):
        raise errors[0]
