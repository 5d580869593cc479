"""CSVLogger: the History on disk, epoch by epoch."""

import csv

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
