"""A submission: a .py, an .ipynb, or a folder that holds one."""

from __future__ import annotations

import tokenize
from dataclasses import dataclass
from pathlib import Path

from minnet.gradient_check.notebook import code_cells

_ENDINGS = (".py", ".ipynb")
_LARGEST_FILE, _MOST_CODE = 32 << 20, 1 << 19  # a notebook also holds pictures


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
            ValueError: the folder does not hold exactly one, or it is no file of its own.
        """
        file = self.path
        if self.path.is_dir():
            found = [f for f in self.path.iterdir() if f.suffix in _ENDINGS and f.name[0] != "."]
            if len(found) != 1:
                names = ", ".join(sorted(f.name for f in found)) or "none"
                raise ValueError(
                    f"{self.path}: expected a folder with one .py or .ipynb, found {names}"
                )
            file = found[0]
        if self.path.is_symlink() or file.is_symlink() or not file.is_file():
            raise ValueError(f"{file}: expected a file, got a link or a device; hand in a copy")
        if file.stat().st_size > _LARGEST_FILE:
            raise ValueError(f"{file}: expected at most {_LARGEST_FILE >> 20} MiB")
        return file

    def parts(self) -> list[str]:
        """The source; of a notebook, one text for each cell of code.

        Raises:
            OSError, ValueError, SyntaxError: it cannot be read.
        """
        if self.file.suffix == ".ipynb":
            parts = code_cells(self.file)
        else:
            with tokenize.open(str(self.file)) as text:
                parts = [text.read()]
        if sum(map(len, parts)) > _MOST_CODE:
            raise ValueError(f"{self.file}: expected at most {_MOST_CODE} characters of code")
        return parts
