"""A kill at every file operation of a save, by the package ckpt-chaos (`pip install ckpt-chaos`).

It runs `chaos_job.py` once undisturbed and writes down every file that is created, renamed or
removed; then it kills a fresh run at each of these operations, starts it again, and compares.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from reliability_helpers import Report, size


def main() -> None:
    share = size(__doc__)
    report = Report("a kill at every file operation")
    job = Path(__file__).with_name("chaos_job.py")
    epochs = max(1, round(5 * share))
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "ckpt_chaos", "run", "--result-file", "{out}/final"),
            *("--step-regex", r"resumed from step (\d+)", "--fail-on"),
            *("HARD_FAIL,SILENT_DIVERGENCE,LOST_WORK", "--timeout", "120"),
            *("--", sys.executable, str(job), "{out}", str(epochs)),
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "No module named" in done.stderr:
        report.line("ckpt-chaos", "not installed")
        report.end()
    print(done.stdout[-4000:])
    report.must("ckpt-chaos ends with 0", done.returncode == 0, done.stderr[-2000:])
    report.end()


if __name__ == "__main__":
    main()
