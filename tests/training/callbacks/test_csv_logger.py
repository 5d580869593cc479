"""CSVLogger: the History on disk, epoch by epoch."""

import csv
from pathlib import Path

import pytest
from callback_runs import X, Y, linear

import minnet as mn
from minnet.training.callbacks import CSVLogger


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_file_holds_each_epoch_as_soon_as_it_ends(tmp_path):
    path, lengths = tmp_path / "run.csv", []

    class Look(mn.Callback):
        def on_epoch_end(self, trainer, row):
            lengths.append(len(read(path)))

    callbacks = [CSVLogger(path), Look()]
    history = linear(mn.SGD(0.1)).fit(X, Y, 3, callbacks=callbacks, progress=False)
    assert lengths == [1, 2, 3]
    assert [{k: float(v) for k, v in row.items()} for row in read(path)] == list(history)
    assert path.read_bytes().count(b"\n") == 4


def test_two_fits_make_one_file_and_a_new_logger_a_new_one(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("old\n1\n", encoding="utf-8")
    trainer, logger = linear(), CSVLogger(str(path))
    for _ in range(2):
        trainer.fit(X, Y, 2, callbacks=[logger], progress=False)
    assert [row["epoch"] for row in read(path)] == ["1", "2", "3", "4"]
    trainer.fit(X, Y, 1, callbacks=[CSVLogger(path, append=True)], progress=False)
    assert [row["epoch"] for row in read(path)] == ["1", "2", "3", "4", "5"]
    trainer.fit(X, Y, 1, callbacks=[CSVLogger(path)], progress=False)
    assert [row["epoch"] for row in read(path)] == ["6"]
    new = tmp_path / "new.csv"
    trainer.fit(X, Y, 1, callbacks=[CSVLogger(new, append=True)], progress=False)
    assert [row["epoch"] for row in read(new)] == ["7"]


def test_a_column_that_comes_later(tmp_path):
    class Late(mn.Callback):
        def on_epoch_end(self, trainer, row):
            if trainer.epochs == 2:
                row["late"] = 0.5

    path = tmp_path / "run.csv"
    linear().fit(X, Y, 3, callbacks=[Late(), CSVLogger(path)], progress=False)
    assert [row["late"] for row in read(path)] == ["", "0.5", ""]
    assert [row["epoch"] for row in read(path)] == ["1", "2", "3"]


def test_a_file_that_cannot_be_written(tmp_path):
    path, trainer = tmp_path / "nowhere" / "run.csv", linear()
    with pytest.raises(FileNotFoundError, match=r"CSVLogger: path: .*nowhere"):
        trainer.fit(X, Y, 1, callbacks=[CSVLogger(path)], progress=False)
    assert trainer.epochs == 0
    with pytest.raises(TypeError, match=r"CSVLogger: path: expected a path .*got 3"):
        CSVLogger(3)
    with pytest.raises(TypeError, match=r"CSVLogger: append: expected True or False"):
        CSVLogger(path, append="yes")


HEADING = "epoch,loss,seconds,learning_rate\r\n"


def appended(path, content):
    """The rows after one more epoch on a file with this content."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    history = linear(mn.SGD(0.1)).fit(
        X, Y, 1, callbacks=[CSVLogger(path, append=True)], progress=False
    )
    return history["loss"][0], path.read_bytes().decode("utf-8-sig").splitlines()


def test_a_last_line_without_newline_is_ended_first(tmp_path):
    loss, lines = appended(tmp_path / "run.csv", HEADING + "1,0.5,0.1,0.01")
    assert lines[1] == "1,0.5,0.1,0.01"
    assert lines[2].startswith(f"1,{loss!r},")


def test_a_byte_order_mark_is_kept_and_is_no_part_of_a_name(tmp_path):
    path = tmp_path / "run.csv"
    _, lines = appended(path, "\ufeff" + HEADING + "1,0.5,0.1,0.01\r\n")
    assert lines[0] == HEADING.strip()
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    appended(path, "\ufeffepoch,accuracy\r\n1,0.5\r\n")  # written anew, with more columns
    assert path.read_bytes().count(b"\xef\xbb\xbf") == 1


@pytest.mark.parametrize(("heading", "row"), [("epoch,accuracy", "1,0.9"), ("epoch,loss", "1,0.5")])
def test_other_columns_are_continued(heading, row, tmp_path):
    loss, _ = appended(tmp_path / "run.csv", f"{heading}\r\n{row}\r\n")
    first, last = read(tmp_path / "run.csv")
    assert [first[name] for name in heading.split(",")] == row.split(",")
    assert last["loss"] == repr(loss)


@pytest.mark.parametrize(
    "content",
    [
        "epoch;loss;seconds\r\n1;0,5;0,1\r\n",
        "epoch\tloss\n1\t0.5\n",
        "epoch, loss\n1, 0.5\n",
        "1,0.5\n2,0.4\n",
        "epoch,loss\r\n1,0.5\r\n2,0.4,9\r\n3,0.3\r\n",
        "epoch,loss\r\n1\r\n2,0.4\r\n",
        HEADING + "1,0.5,0.1,0.01\r\n2,0.4,0.",
        'epoch,loss\r\n1,"0.5\r\n',
        "epoch,loss\r\n1,0.5\r\n2,",
        "epoch,loss\r\n1,low\r\n",
        "epoch,loss\r\n1,0.5\r\nepoch,loss\r\n",
        "epoch,loss,loss\r\n1,0.5,0.4\r\n",
        "epoch,loss\r\n1,0.5\r\n".encode("utf-16"),
    ],
)
def test_a_table_that_cannot_be_continued_is_refused_before_the_first_step(content, tmp_path):
    path, trainer = tmp_path / "run.csv", linear(mn.SGD(0.1))
    content = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(content)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"CSVLogger: path: .*run\.csv.* append=False"):
            trainer.fit(X, Y, 1, callbacks=[CSVLogger(path, append=True)], progress=False)
    assert path.read_bytes() == content
    assert trainer.optimizer.steps == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no devices as Linux has them")
def test_nothing_is_read_from_a_device_or_a_folder(tmp_path):
    (tmp_path / "device").symlink_to("/dev/zero")  # endless
    for path in (tmp_path / "device", tmp_path):
        loggers, trainer = [CSVLogger(path, append=True)], linear(mn.SGD(0.1))
        with pytest.raises((ValueError, IsADirectoryError), match=r"CSVLogger: path"):
            trainer.fit(X, Y, 1, callbacks=loggers, progress=False)


def test_a_resumed_fit_writes_a_torn_table_again(tmp_path):
    path, state = tmp_path / "run.csv", tmp_path / "t"
    logger = CSVLogger(path, append=True)
    linear(mn.SGD(0.1)).fit(X, Y, 2, callbacks=[logger, mn.Checkpoint(state)], progress=False)
    path.write_bytes(path.read_bytes() + b"3,0.")
    trainer = linear(mn.SGD(0.1))
    trainer.load_checkpoint(state)
    trainer.fit(X, Y, until=3, callbacks=[CSVLogger(path, append=True)], progress=False)
    assert [row["epoch"] for row in read(path)] == ["1", "2", "3"]
