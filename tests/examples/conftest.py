"""Runs an example as a reader does: by its path, from another folder, without a display."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from running import EXAMPLES, environment

PNG = b"\x89PNG\r\n\x1a\n"


class Run(NamedTuple):
    """What an example printed, what it showed on its progress bars, and where its pictures are."""

    text: str
    progress: str
    folder: Path

    def row(self, first: str) -> list[float]:
        """The numbers in the one printed line that begins with `first`."""
        (line,) = (line for line in self.text.splitlines() if line.startswith(first))
        return [float(cell) for cell in line[len(first) :].split() if cell[:1] in "-.0123456789"]

    def below(self, heading: str) -> list[float]:
        """The numbers of the first row of the table whose header begins with `heading`."""
        lines = self.text.splitlines()
        (at,) = (n for n, line in enumerate(lines) if line.startswith(heading))
        return [float(cell) for cell in lines[at + 2].split()]

    def pictures(self) -> dict[str, int]:
        """Name and size in bytes of each picture that was written."""
        assert all(path.read_bytes()[:8] == PNG for path in self.folder.iterdir())
        return {path.name: path.stat().st_size for path in self.folder.iterdir()}


@pytest.fixture(scope="session")
def run_example(tmp_path_factory):
    """`run_example("three_classes")`: each script runs once, and must warn of nothing."""
    finished: dict[str, Run] = {}

    def run(name: str) -> Run:
        if name not in finished:
            elsewhere = tmp_path_factory.mktemp(name)
            (script,) = [*EXAMPLES.glob(f"{name}.py"), *EXAMPLES.glob(f"studies/{name}.py")]
            command = [sys.executable, str(script)]
            done = subprocess.run(
                [*command, "--output", "new/pictures of a caf\u00e9"],
                cwd=elsewhere,
                env=environment(),
                capture_output=True,
                encoding="ascii",
                timeout=300,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert not re.search(r"\w+Warning: ", done.stderr), done.stderr
            finished[name] = Run(
                done.stdout, done.stderr, elsewhere / "new/pictures of a caf\u00e9"
            )
        return finished[name]

    return run
