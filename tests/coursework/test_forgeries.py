"""No trick earns a point: graded in processes, as `python -m minnet grade` does it."""

import os
import signal
from pathlib import Path

import pytest
from forgeries import TRICKS, WRONG
from forgeries_from_inside import INSIDE_TRICKS
from local_grading import LAYERS, written
from right_styles import DENSE, HEAD, MSE, SIGMOID

import minnet
from minnet.coursework.assignment import load_assignment
from minnet.coursework.command import grade_all
from minnet.coursework.grading import Options
from minnet.coursework.submission import Submission

ALL = TRICKS | INSIDE_TRICKS
EVERYDAY = (
    "answers on every descriptor",
    "os functions instead of open",
    "a hang that holds on",
    "the grader killed through a pidfd",
    "files made by calls without an audit event",
    "kinks hide all entries but one",
)
HONEST = 6.0
posix_only = pytest.mark.skipif(os.name == "nt", reason="written for POSIX")


def graded(folder, tricks, timeout=3.0):
    """Results for sources, each behind its name; after them a right submission gets its marks."""
    assignment = load_assignment(written(folder, LAYERS))
    handed_in = folder / "submissions"
    handed_in.mkdir()
    sources = [WRONG + ALL[name] for name in tricks] + [HEAD + DENSE + SIGMOID + MSE]
    files = [written(handed_in, text, f"s{n:02}.py") for n, text in enumerate(sources)]
    before = {path: path.read_bytes() for path in handed_in.iterdir()}
    submissions = [Submission.of(path) for path in files]
    results = grade_all(assignment, submissions[:-1], Options(timeout=timeout), jobs=2)
    (right,) = grade_all(assignment, submissions[-1:], Options(timeout=60), jobs=1)
    assert {path: path.read_bytes() for path in handed_in.iterdir()} == before
    assert not list(Path(minnet.__file__).parent.rglob("forged*"))
    assert right.score == 22
    return results


@posix_only
def test_tricks_earn_nothing(tmp_path):
    results = graded(tmp_path, EVERYDAY, 8.0)
    assert all(result.score <= HONEST for result in results)
    assert [r.status for r in results] == ["crashed", "graded", "timeout", *["graded"] * 3]
    assert results[2].seconds < 2 * 8 + 5 + 60  # the starts may take long on a busy machine


@posix_only
@pytest.mark.slow
def test_no_trick_earns_a_point(tmp_path):
    results = graded(tmp_path, list(ALL))
    forged = [name for name, r in zip(ALL, results, strict=True) if r.score > HONEST]
    assert forged == []


@posix_only
def test_a_child_process_does_not_outlive_its_submission(tmp_path):
    note = tmp_path / "pid"
    trick = f"""
import subprocess
try:
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    open({str(note)!r}, "w").write(str(child.pid))
except OSError:
    pass
"""
    assignment = load_assignment(written(tmp_path, LAYERS))
    path = written(tmp_path, WRONG + trick, "student.py")
    (result,) = grade_all(assignment, [Submission.of(path)], Options(timeout=20), 1)
    if note.exists():
        os.kill(int(note.read_text()), signal.SIGKILL)
    assert not note.exists()
    assert result.score == HONEST


@posix_only
def test_a_link_or_a_pipe_is_no_submission(tmp_path):
    assignment = load_assignment(written(tmp_path, LAYERS))
    right = written(tmp_path, HEAD + DENSE + SIGMOID + MSE, "ada.py")
    (tmp_path / "eve").mkdir()
    paths = [tmp_path / "bob.py", tmp_path / "eve" / "work.py", tmp_path / "pipe.py"]
    for path in paths[:2]:
        path.symlink_to(right)
    os.mkfifo(paths[2])
    handed_in = [Submission.of(p) for p in (paths[0], tmp_path / "eve", paths[2])]
    results = grade_all(assignment, handed_in, Options(), 1)
    assert {(r.status, r.score) for r in results} == {("cannot-import", 0)}
    assert all("got a link or a device" in r.message for r in results)
