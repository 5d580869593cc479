"""Writing is whole or not at all, reading is of regular files only."""

import errno
import os
import stat
import sys

import pytest

import minnet as mn
from minnet.saving import atomic_write as disk
from minnet.saving.errors import InvalidFile

POSIX = pytest.mark.skipif(os.name != "posix", reason="only where there are such files")
OPERATIONS = ["open", "fsync", "replace", "fdopen"]


def network(seed=0):
    return mn.Network([mn.Linear(3, 2)], seed=seed)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_whatever_fails_the_earlier_file_stays(operation, error, tmp_path, monkeypatch):
    path = tmp_path / "n"
    network().save(path)
    before = path.read_bytes()
    real = getattr(os, operation)

    def fail(*args, **kwargs):
        if operation == "fdopen":
            os.close(args[0])
        raise error

    monkeypatch.setattr(os, operation, fail)
    with pytest.raises(type(error)) as caught:
        network(1).save(path)
    monkeypatch.setattr(os, operation, real)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    if isinstance(error, OSError):
        assert caught.value.filename == str(path)
        assert caught.value.errno == errno.ENOSPC


def test_a_folder_that_cannot_be_synchronized(tmp_path, monkeypatch):
    real = os.fsync

    def fail_for_folders(number):
        if stat.S_ISDIR(os.fstat(descriptor := number).st_mode):
            raise OSError(code, "no")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fail_for_folders)
    code = errno.EINVAL
    network().save(tmp_path / "n")
    code = errno.EIO
    if os.name == "posix":
        with pytest.raises(OSError, match="written, but a loss of power may still undo") as caught:
            network(1).save(tmp_path / "n")
        assert caught.value.errno == errno.EIO
        assert caught.value.filename == str(tmp_path / "n")
        assert mn.load(tmp_path / "n").flat_values.tobytes() == network(1).flat_values.tobytes()


@POSIX
def test_file_then_name_then_folder_are_brought_to_the_disk(tmp_path, monkeypatch):
    """In this order, or a loss of power leaves an empty file, or the earlier one as if new."""
    done = []

    def spy(name, kind):
        real = getattr(os, name)

        def call(first, *rest):
            done.append(kind(first))
            return real(first, *rest)

        monkeypatch.setattr(os, name, call)

    def synchronized(number):
        found = os.fstat(number)
        return "sync folder" if stat.S_ISDIR(found.st_mode) else f"sync {found.st_size} bytes"

    spy("fsync", synchronized)
    spy("replace", lambda _: "rename")
    network().save(tmp_path / "n")
    size = (tmp_path / "n").stat().st_size
    assert done == [f"sync {size} bytes", "rename", "sync folder"]


@POSIX
def test_permissions_of_the_earlier_file_are_kept(tmp_path):
    network().save(tmp_path / "n")
    (tmp_path / "n").chmod(0o600)
    network(1).save(tmp_path / "n")
    assert stat.S_IMODE((tmp_path / "n").stat().st_mode) == 0o600


@POSIX
def test_stale_temporary_files_are_removed_by_the_next_save(tmp_path):
    process = os.fork()
    if process == 0:
        os._exit(0)
    os.waitpid(process, 0)
    dead = tmp_path / f".minnet-{disk._HOST}-{process}-00ff.tmp"
    alive = tmp_path / f".minnet-{disk._HOST}-{os.getpid()}-00ff.tmp"
    other = tmp_path / f".minnet-00000000-{process}-00ff.tmp"
    huge = tmp_path / f".minnet-{disk._HOST}-{10**30}-00ff.tmp"
    for file in (dead, alive, other, huge):
        file.touch()
    network().save(tmp_path / "n")
    assert [file.exists() for file in (dead, alive, other, huge)] == [False, True, True, True]


@POSIX
@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "missing folder"])
def test_what_is_no_file_is_neither_written_nor_read(kind, tmp_path):
    good, path = tmp_path / "good", tmp_path / "x"
    network().save(good)
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(good)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path = path / "y"
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OSError, match="not written") as caught:
        network(1).save(path)
    assert caught.value.filename == str(path)
    with pytest.raises(mn.CheckpointError) as refused:
        mn.load(path)
    assert refused.value.path == path
    reasons = {"link": "symbolic link", "missing folder": "no such file"}
    assert reasons.get(kind, "not a regular file") in refused.value.reason
    assert sorted(tmp_path.iterdir()) == before
    assert mn.load(good).flat_values.tobytes() == network().flat_values.tobytes()


@POSIX
def test_a_file_that_is_exchanged_between_two_looks(tmp_path, monkeypatch):
    network().save(tmp_path / "n")
    os.mkfifo(tmp_path / "pipe")
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, flags: real(tmp_path / "pipe", flags))
    with pytest.raises(InvalidFile, match="not a regular file"):
        disk.read(tmp_path / "n")


def test_too_large_a_file(tmp_path):
    with (tmp_path / "n").open("wb") as file:
        if sys.platform == "win32":
            pytest.skip("no sparse files")
        file.truncate(2**33)
    with pytest.raises(mn.CheckpointError, match="too large"):
        mn.load(tmp_path / "n")


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    network().save(tmp_path / "n")

    def refuse(*args):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(mn.CheckpointError, match="cannot be read: Permission denied"):
        mn.load(tmp_path / "n")


def test_a_temporary_file_is_always_a_new_one(tmp_path, monkeypatch):
    """An existing file of that name, perhaps somebody else's link, is not written to."""
    (tmp_path / "precious").write_bytes(b"precious")
    monkeypatch.setattr(disk.os, "urandom", lambda _: b"\x00\xff")
    name = f".minnet-{disk._HOST}-{os.getpid()}-00ff.tmp"
    (tmp_path / name).hardlink_to(tmp_path / "precious")
    with pytest.raises(FileExistsError, match="not written"):
        network().save(tmp_path / "n")
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert not (tmp_path / "n").exists()


def test_files_of_another_container_are_left_for_a_day(tmp_path):
    """Its process numbers mean nothing here: the same number may live, or may be dead."""
    young = tmp_path / ".minnet-00c0ffee-1-00ff.tmp"
    old = tmp_path / ".minnet-00c0ffee-2-00ff.tmp"
    for file in (young, old):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    disk.write(tmp_path / "n", b"whole")
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([young.name, "n"])
