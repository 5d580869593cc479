"""An ordinary user's rights: a folder or a file that is read-only stays as it is.

Root may write everywhere, so that tests which run as root become nobody for a moment.
"""

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import minnet as mn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")

NOBODY = 65534
X, Y = np.arange(6.0).reshape(6, 1) / 6, np.arange(6.0)


@contextlib.contextmanager
def ordinary_user():
    """Inside `with`: the rights of an ordinary user."""
    root = os.geteuid() == 0
    if root:
        try:
            os.seteuid(NOBODY)
        except OSError:
            pytest.skip("root here has no other users")
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def folder():
    """A folder of the ordinary user's own; pytest's own folders let nobody else in."""
    made = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(made, NOBODY, NOBODY)
    yield made
    made.chmod(0o700)
    shutil.rmtree(made)


def trainer(seed=0):
    made = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.Adam(), seed=seed)
    made.fit(X, Y, 1, progress=False)
    return made


def with_the_callback(made, path):
    made.fit(X, Y, 1, progress=False, callbacks=[mn.Checkpoint(path)])


VERBS = {
    "save": lambda made, path: made.network.save(path),
    "save_values": lambda made, path: made.network.save_values(path),
    "save_checkpoint": lambda made, path: made.save_checkpoint(path),
    "Checkpoint": with_the_callback,
}
verbs = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)


def refused(verb, path, because):
    """The call fails with the path, and everything is as it was."""
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    made = trainer(1)
    with (
        pytest.raises(PermissionError, match=f"save: the file was not written: {because}") as error,
        ordinary_user(),
    ):
        verb(made, path)
    assert error.value.filename == str(path)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


@verbs
@pytest.mark.parametrize("name", ["earlier", "new"])
def test_a_read_only_folder(verb, name, folder):
    with ordinary_user():
        trainer().save_checkpoint(folder / "earlier")
        folder.chmod(0o500)
    refused(verb, folder / name, "Permission denied")


@verbs
def test_a_read_only_file(verb, folder):
    """A rename would replace it without asking."""
    with ordinary_user():
        trainer().save_checkpoint(folder / "earlier")
        (folder / "earlier").chmod(0o400)
    refused(verb, folder / "earlier", "it is read-only")
    assert stat.S_IMODE((folder / "earlier").stat().st_mode) == 0o400


@verbs
def test_a_folder_that_may_be_written_but_not_listed(verb, folder):
    """It cannot be opened and so not brought to the disk; the file is there all the same."""
    made = trainer(1)
    with ordinary_user():
        folder.chmod(0o300)
        verb(made, folder / "new")
        folder.chmod(0o700)
    assert [file.name for file in folder.iterdir()] == ["new"]
    again = mn.Network([mn.Linear(1, 1)])
    again.load_values(folder / "new")
    assert again.flat_values.tobytes() == made.network.flat_values.tobytes()


def test_a_file_that_one_may_not_read(folder):
    with ordinary_user():
        trainer().network.save(folder / "n")
        (folder / "n").chmod(0o200)
        with pytest.raises(mn.CheckpointError, match="cannot be read: Permission denied"):
            mn.load(folder / "n")
