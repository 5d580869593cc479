"""Files named like modules: the grader does not run them, and students get the real modules."""

import json
import os
import subprocess
import sys
from pathlib import Path

from local_grading import LAYERS, written
from right_styles import DENSE, HEAD, MSE, SIGMOID

import minnet

SHADOW = 'open({path!r}, "a").write("run")\nraise SystemExit("shadowed")\n'
NAMES = ("numpy", "json", "random", "typing", "tqdm", "ast")


def test_a_module_beside_a_submission_or_in_the_folder_is_not_run(tmp_path):
    note = tmp_path / "note"
    handed_in = tmp_path / "handed_in"
    handed_in.mkdir()
    written(tmp_path, LAYERS)
    for name in NAMES:
        written(tmp_path, SHADOW.format(path=str(note)), f"{name}.py")
    for name in (*NAMES, "minnet", "submission", "sitecustomize"):
        written(handed_in, SHADOW.format(path=str(note)), f"{name}.py")
    right = HEAD + "import json, random, typing\n" + DENSE + SIGMOID + MSE
    written(handed_in, right, "ada.py")
    root = str(Path(minnet.__file__).parents[1])
    files = ["handed_in/ada.py", "handed_in/numpy.py", "handed_in/minnet.py"]
    done = subprocess.run(
        [sys.executable, "-m", "minnet", "grade", "assignment.py", *files, "--json", "marks.json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "marks.json").read_text("utf-8"))["submissions"]
    assert [(s["name"], s["score"]) for s in found] == [("ada", 22), ("numpy", 0), ("minnet", 0)]
    assert not note.exists()  # even as a submission it may not write there
