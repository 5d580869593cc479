"""Writing and reading as on Windows: simulated here, by a system that answers as Windows does.

Loaded again under the name that Windows has, `disk` meets an `os` that opens no folder, renames
and removes nothing that somebody has open, knows no fchmod, and in which `os.kill` with any
number, 0 included, would do harm. What is simulated is what Microsoft documents of these calls;
that it is so is shown by the whole test suite on Windows only.
"""

import errno
import importlib.util
import os
import pathlib
import time

import pytest

from minnet.saving import atomic_write as as_it_is

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows itself need not be simulated")


class Windows:
    """Which files are held open by others, and how often one must wait until they are not."""

    def __init__(self):
        self.held, self.waits, self.refusals = {}, 0, 0

    def hold(self, name, waits):
        """A file whose name ends so is held open until so many waits are over."""
        self.held[name] = waits

    def sleep(self, seconds):
        assert 0 < seconds < 0.1
        self.waits += 1

    def ask(self, path):
        """As Windows: whatever is open elsewhere can be neither renamed nor removed."""
        for name, waits in self.held.items():
            if os.fspath(path).endswith(name) and self.waits < waits:
                self.refusals += 1
                raise PermissionError(errno.EACCES, "Access is denied", os.fspath(path))


@pytest.fixture
def windows(monkeypatch):
    made = Windows()
    real_open, real_replace, real_unlink = os.open, os.replace, pathlib.Path.unlink

    def open_(path, flags, *mode):
        if os.path.isdir(path):  # noqa: PTH112 (pathlib may not be asked while it is patched)
            raise PermissionError(errno.EACCES, "Permission denied", os.fspath(path))
        made.ask(path)
        return real_open(path, flags, *mode)

    def replace(old, new):
        made.ask(old)
        made.ask(new)
        real_replace(old, new)

    def unlink(path, missing_ok=False):
        made.ask(path)
        real_unlink(path, missing_ok)

    def kill(*_):
        raise AssertionError("os.kill ends the process on Windows")

    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(pathlib.Path, "unlink", unlink)
    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setattr(time, "sleep", made.sleep)
    for name in ("fchmod", "O_DIRECTORY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"):
        monkeypatch.delattr(os, name, raising=False)
    return made


@pytest.fixture
def disk(monkeypatch):
    """The module as Windows loads it."""
    spec = importlib.util.spec_from_file_location("disk_on_windows", as_it_is.__file__)
    module = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as patch:
        patch.setattr(os, "name", "nt")
        spec.loader.exec_module(module)
    return module


def test_without_synchronizing_a_folder(disk, windows, tmp_path):
    disk.write(tmp_path / "n", b"first")
    disk.write(tmp_path / "n", b"second")
    assert disk.read(tmp_path / "n") == b"second"
    assert list(tmp_path.iterdir()) == [tmp_path / "n"]
    assert windows.waits == 0


def test_a_reader_that_has_the_earlier_file_open_is_waited_for(disk, windows, tmp_path):
    disk.write(tmp_path / "n", b"first")
    windows.hold("/n", 3)
    disk.write(tmp_path / "n", b"second")
    assert windows.waits == windows.refusals == 3
    assert disk.read(tmp_path / "n") == b"second"


def test_a_writer_that_is_about_to_rename_is_waited_for(disk, windows, tmp_path):
    disk.write(tmp_path / "n", b"first")
    windows.hold("/n", 2)
    assert disk.read(tmp_path / "n") == b"first"
    assert windows.waits == 2


def test_who_never_lets_go_is_an_error_and_nothing_stays(disk, windows, tmp_path):
    disk.write(tmp_path / "earlier", b"first")
    windows.hold("earlier", 10**9)
    with pytest.raises(PermissionError, match="not written: Access is denied") as caught:
        disk.write(tmp_path / "earlier", b"second")
    assert caught.value.filename == str(tmp_path / "earlier")
    assert 10 <= windows.waits < 200  # a second, not a minute
    windows.held.clear()
    assert disk.read(tmp_path / "earlier") == b"first"
    assert list(tmp_path.iterdir()) == [tmp_path / "earlier"]


def test_a_temporary_file_that_a_scanner_looks_at_is_removed_when_it_lets_go(
    disk, windows, tmp_path, monkeypatch
):
    def full(number):
        windows.hold(".tmp", 2)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="not written: No space left"):
        disk.write(tmp_path / "n", b"first")
    assert windows.refusals == 2
    assert list(tmp_path.iterdir()) == []


def test_stale_temporary_files_are_removed_after_an_hour(disk, windows, tmp_path):
    """Windows has no harmless way to ask whether a process lives."""
    old = tmp_path / f".minnet-{disk._HOST}-123-00ff.tmp"
    young = tmp_path / f".minnet-{disk._HOST}-456-00ff.tmp"
    for file, age in ((old, 3700), (young, 3500)):
        file.touch()
        os.utime(file, (time.time() - age,) * 2)
    disk.write(tmp_path / "n", b"first")
    assert [old.exists(), young.exists()] == [False, True]


def test_a_read_only_file_is_refused_without_waiting(disk, windows, tmp_path, monkeypatch):
    """Windows would refuse the rename as if somebody had the file open."""
    disk.write(tmp_path / "n", b"first")
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    with pytest.raises(PermissionError, match="it is read-only"):
        disk.write(tmp_path / "n", b"second")
    assert windows.waits == 0
    assert disk.read(tmp_path / "n") == b"first"
