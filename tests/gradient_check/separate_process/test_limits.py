"""The audit hook by itself: what it refuses, and what it lets through."""

import os
from pathlib import Path

import pytest

from minnet.gradient_check.separate_process.limits import make_hook

pytestmark = pytest.mark.skipif(os.name == "nt", reason="written with paths of POSIX")
HOOK = make_hook("/tmp/own", ["/home/me/course/ada.py", "/venv/"])
READ, WRITE = os.O_RDONLY, os.O_WRONLY | os.O_CREAT

ALLOWED = [
    ("open", ("/tmp/own/file", "w", WRITE)),
    ("open", ("file", "w", WRITE)),
    ("open", (b"file", "w", WRITE)),
    ("open", ("/home/me/course/ada.py", "r", READ)),
    ("open", ("/venv/lib/numpy/core.py", "r", READ)),
    ("open", ("/dev/null", "w", WRITE)),
    ("open", (3, "w", WRITE)),
    ("os.rename", ("one", "/tmp/own/other", -1, -1)),
    ("os.listdir", (None,)),
    ("import", ("numpy",)),
]
REFUSED = [
    ("open", ("/home/me/course/ada.py", "w", WRITE)),
    ("open", ("/tmp/other", "w", WRITE)),
    ("open", ("/tmp/own/../other", "w", WRITE)),
    ("open", ("../other", "w", WRITE)),
    ("open", ("/home/me/course/bob.py", "r", READ)),
    ("open", ("/proc/1/mem", "r", READ)),
    ("open", (b"/home/me/x", "w", WRITE)),
    ("open", ("/usr", None, READ)),
    ("os.remove", ("/home/me/course/ada.py", -1)),
    ("os.rename", ("file", "/home/me/course/ada.py", -1, -1)),
    ("os.listdir", ("/home/me/course",)),
    ("os.symlink", ("/", "here", -1)),
    ("os.kill", (1, 9)),
    ("os.fork", ()),
    ("subprocess.Popen", ("sh", ["sh"], None, None)),
    ("ctypes.dlopen", (None,)),
    ("gc.get_objects", (-1,)),
]


@pytest.mark.parametrize(("event", "arguments"), ALLOWED)
def test_what_a_submission_may_do(event, arguments):
    HOOK(event, arguments)


@pytest.mark.parametrize(("event", "arguments"), REFUSED)
def test_what_is_refused(event, arguments):
    with pytest.raises(PermissionError, match="refused"):
        HOOK(event, arguments)


def test_text_that_lies_about_itself_is_refused():
    class Liar(str):
        def startswith(self, *arguments):
            return True

        def encode(self, *arguments):
            return b"/tmp/own/file"

    with pytest.raises(PermissionError, match="refused"):
        HOOK("open", (Liar(Path("/etc/passwd")), "w", WRITE))
