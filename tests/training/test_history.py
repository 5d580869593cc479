"""The History: columns, rows, table, CSV."""

import copy
import csv
import pickle

import pytest

import minnet as mn


def filled():
    history = mn.History()
    history.append({"epoch": 1, "loss": 0.7, "seconds": 0.1})
    history.append({"epoch": 2, "loss": 1 / 3, "val_loss": 0.9, "seconds": 1e-7})
    return history


def test_columns_and_rows():
    history = filled()
    assert history.names == ["epoch", "loss", "seconds", "val_loss"]
    assert history["loss"] == [0.7, 1 / 3]
    assert history["val_loss"] == [0.9]
    assert len(history) == 2
    assert [row["epoch"] for row in history] == [1, 2]
    assert "loss" in history
    assert "accuracy" not in history


def test_what_it_hands_out_is_a_copy():
    history, row = mn.History(), {"epoch": 1, "loss": 0.5}
    history.append(row)
    row["loss"] = 9.0
    history["loss"].append(7.0)
    for handed_out in history:
        handed_out["loss"] = 8.0
    assert history["loss"] == [0.5]


def test_a_name_that_is_not_there():
    with pytest.raises(KeyError, match="expected one of epoch, loss, seconds, val_loss, got 'acc'"):
        filled()["acc"]
    with pytest.raises(KeyError, match="expected one of no epoch yet, got 'loss'"):
        mn.History()["loss"]


def test_what_users_of_other_tables_try():
    history = filled()
    with pytest.raises(KeyError, match=r"got -1. One epoch is history.rows\[-1\]"):
        history[-1]
    with pytest.raises(AttributeError, match=r'Write history\["loss"\]'):
        _ = history.loss
    with pytest.raises(AttributeError, match=r"Write mn.plot.history\(history\)"):
        history.plot()
    assert history._ipython_key_completions_() == history.names


def test_text():
    assert repr(filled()).splitlines() == [
        "epoch    loss  seconds  val_loss",
        "-----  ------  -------  --------",
        "    1     0.7      0.1         -",
        "    2  0.3333    1e-07       0.9",
    ]
    assert repr(mn.History()) == "History: no epoch yet"
    history = filled()
    history.interrupted = True
    assert repr(history).endswith("(interrupted)")
    assert str(history) == repr(history)


def test_csv_gives_the_same_floats_back(tmp_path):
    history, path = filled(), tmp_path / "history.csv"
    history.to_csv(path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == history.names
    read = [{k: float(v) for k, v in row.items() if v != ""} for row in rows]
    assert read == list(history)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3


def test_csv_of_a_training(tmp_path):
    trainer = mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    data = [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]], [1.0, 2.0, 3.0]
    history = trainer.fit(*data, epochs=3, validation_data=data, progress=False)
    history.to_csv(str(tmp_path / "h.csv"))
    with (tmp_path / "h.csv").open(encoding="utf-8", newline="") as file:
        read = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    assert read == list(history)


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda h: pickle.loads(pickle.dumps(h))])
def test_copies(clone):
    history = filled()
    other = clone(history)
    assert list(other) == list(history)
    other.append({"epoch": 3})
    assert len(history) == 2


def long_history(rows):
    history = mn.History()
    for epoch in range(1, rows + 1):
        history.append({"epoch": epoch, "loss": 1 / epoch})
    return history


def test_a_long_history_shows_its_ends():
    lines = repr(long_history(61)).splitlines()
    assert [line.split()[0] for line in lines] == [
        *("epoch", "-----", "1", "2", "3", "4", "5", "..."),
        *("57", "58", "59", "60", "61"),
    ]
    assert len(repr(long_history(60)).splitlines()) == 62
    assert len(str(long_history(61).table()).splitlines()) == 63


def test_it_is_a_mapping_of_columns_too():
    history = long_history(2)
    assert dict(history) == {"epoch": [1, 2], "loss": [1.0, 0.5]} == history.history
    assert list(history.keys()) == ["epoch", "loss"]


def test_notebooks_show_html():
    html = long_history(100)._repr_html_()
    assert html.count("<tr>") == 1 + 11
    assert '<td style="text-align: right">100</td>' in html
    history = long_history(1)
    history.interrupted = True
    assert history._repr_html_().endswith("(interrupted)")
