"""The code cells of a notebook, as Python."""

from __future__ import annotations

import json
import re
from pathlib import Path

_FOR_THE_NOTEBOOK = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)


def code_cells(path: Path) -> list[str]:
    """The text of each cell of code; lines for the notebook itself (%matplotlib, !pip) as `pass`.

    Raises:
        ValueError: not a notebook. OSError: it cannot be read.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        texts = [source if isinstance(source, str) else "".join(source) for source in code]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{path}: expected a notebook with cells, got {error!r}.") from error
    texts = ["" if text.lstrip().startswith("%%") else text for text in texts]
    return [_FOR_THE_NOTEBOOK.sub(r"\1pass", text) for text in texts]
