"""A submission: a .py, an .ipynb, or a folder that holds one."""

from __future__ import annotations

import json
import tokenize
from dataclasses import dataclass
from pathlib import Path

_ENDINGS = (".py", ".ipynb")


@dataclass(frozen=True)
class Submission:
    """One submission: the student's name, and the path that was given."""

    name: str
    path: Path

    @classmethod
    def of(cls, path: Path) -> Submission:
        """Of a path; the name is that of the folder, or of the file without its ending."""
        return cls(path.resolve().name if path.is_dir() else path.stem, path)

    @property
    def file(self) -> Path:
        """The file itself.

        Raises:
            ValueError: the folder does not hold exactly one.
        """
        if not self.path.is_dir():
            return self.path
        found = [f for e in _ENDINGS for f in sorted(self.path.glob(f"*{e}")) if f.is_file()]
        if len(found) != 1:
            names = ", ".join(f.name for f in found) or "none"
            raise ValueError(
                f"{self.path}: expected a folder with one .py or .ipynb, found {names}"
            )
        return found[0]

    def parts(self) -> list[str]:
        """The source; of a notebook, one text for each cell of code.

        Raises:
            OSError, ValueError, SyntaxError: it cannot be read.
        """
        if self.file.suffix != ".ipynb":
            with tokenize.open(str(self.file)) as text:
                return [text.read()]
        try:
            cells = json.loads(self.file.read_text(encoding="utf-8"))["cells"]
            code = [cell["source"] for cell in cells if cell.get("cell_type") == "code"]
            texts = [s if isinstance(s, str) else "".join(s) for s in code]
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"no notebook: {type(error).__name__}: {error}") from None
        return [_without_magic(text) for text in texts if not text.lstrip().startswith("%%")]


def _without_magic(text: str) -> str:
    """Lines for the notebook itself (%matplotlib, !pip, ?help) as empty lines."""
    lines = text.splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines)
