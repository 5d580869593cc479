"""Hostile files, one by one: each is refused for what it is; nothing is executed or written."""

import hashlib
import json
import re

import hostile
import numpy as np
import pytest

import minnet as mn
from minnet.saving.file_format import (
    DESCRIPTION,
    array_to_bytes,
    from_zip,
    to_zip,
)

BY_ACCIDENT = re.compile(r"^\w*(Error|Exception): ")


def network():
    return mn.Network([mn.Linear(2, 2), mn.ReLU(), mn.Linear(2, 1)], seed=0)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "n"
    network().save(path)
    return path.read_bytes()


def refusal(verb, path):
    with pytest.raises(mn.CheckpointError) as caught:
        verb(path)
    assert str(caught.value) == f"{path}: {caught.value.reason}"
    return caught.value.reason


def test_all_hostile_files(good, tmp_path):
    mark = tmp_path / "executed"
    target = network()
    before = target.flat_values.tobytes()
    reasons = {}
    for i, (case, data) in enumerate(hostile.files(good, mark).items()):
        path = tmp_path / str(i)
        path.write_bytes(data)
        reasons[case] = refusal(mn.load, path)
        refusal(hostile.trainer().load_checkpoint, path)
        path.unlink()
    assert list(tmp_path.iterdir()) == []
    assert target.flat_values.tobytes() == before
    accidents = {c: r for c, r in reasons.items() if BY_ACCIDENT.match(r)}
    assert accidents == {}
    assert len(reasons) > 60
    for case, part in {
        "empty": "too short",
        "a pickle": "not a minnet file",
        "duplicate members": "twice",
        "names by our own writer: ../": "illegal name",
        "huge shape": "but its data have another size",
        "huge BatchNorm": "more parameters than the file",
        "huge Conv2d": "more parameters than the file",
        "version 3": "version 3 of the format; this minnet reads 1 to 2",
        "NaN as a weight": "not finite",
        "a layer os.system": "pass its class",
        "a layer minnet.os": "does not know",
        "a key twice": "a key twice",
        "deep nesting": "too deeply",
    }.items():
        assert part in reasons[case], (case, reasons[case])


def test_places_that_are_no_files(good, tmp_path):
    for path in hostile.places(tmp_path, good).values():
        refusal(mn.load, path)
        refusal(network().load_values, path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d[:-64] + b"0" * 64, "does not match its digest"),
        (lambda d: hostile.sealed(d[:100] + d[-78 - 22 : -78]), ""),
        (lambda d: resealed(d[:29] + b"\xff" + d[30:]), ""),
        (
            lambda d: resealed(d.replace(b"values/0.weight.npy", b"values/0.wEight.npy", 1)),
            "not as minnet writes it",
        ),
        (
            lambda d: resealed(b"PK\3\4" + d[4:20] + b"\xff\xff\xff\x7f" + d[24:]),
            "not as minnet writes it",
        ),
        (lambda d: resealed(d[:-100]), ""),
        (
            lambda d: to_zip({}) and resealed(b"PK\3\4" + b"\0" * 10 + d[-78:]),
            "cut off",
        ),
    ],
)
def test_forged_zips(change, reason, good, tmp_path):
    (tmp_path / "n").write_bytes(change(good))
    assert reason in refusal(mn.load, tmp_path / "n")


def resealed(data):

    body = data[:-64]
    return body + hashlib.sha256(body).hexdigest().encode()


def forged(data, change):
    """A checkpoint whose description says something else; all checksums are right."""
    members = {name: bytes(content) for name, content in from_zip(data).items()}
    description = json.loads(members[DESCRIPTION])
    change(description)
    members[DESCRIPTION] = json.dumps(description).encode()
    return to_zip(members)


def entry(name, value):
    """Set `name`, `a.b` or `a.b.c` of the training to this."""

    def change(description):
        pairs = description["training"]["dict"]
        *way, last = name.split(".")
        for word in way:
            pairs = next(v for k, v in pairs if k == word)["dict"]
        pairs[:] = [
            [k, value if k == last else v] for k, v in pairs if value is not ... or k != last
        ]

    return change


EMPTY = {"dict": []}
WRONG_TRAININGS = [
    (entry("epochs", -1), "where a number of epochs"),
    (entry("epochs", "3"), "a str where a int"),
    (entry("epochs", ...), "entries"),
    (entry("history", 3), "where a dict"),
    (entry("history.rows", [3]), "where a dict"),
    (entry("history.rows", [{"dict": [["loss", "a"]]}]), "a row that is not a dict of numbers"),
    (entry("history.interrupted", 1), "where a bool"),
    (entry("optimizer", EMPTY), "its optimizer has no"),
    (entry("optimizer.steps", -4), "steps or samples"),
    (entry("optimizer.steps", None), "where a int"),
    (entry("optimizer.beta1", 0.5), "optimizer.beta1 = 0.5"),
    (entry("optimizer._learning_rate", -1.0), "_learning_rate -1.0"),
    (entry("optimizer._learning_rate", {"float": "nan"}), "_learning_rate nan"),
    (entry("optimizer._learning_rate", "x"), "unexpected attribute"),
    (entry("optimizer.state", {"dict": [["mean", 3]]}), "where a ndarray"),
    (entry("optimizer.state", {"dict": [["speed", 3]]}), "the state 'speed'"),
    (entry("order", 3), "where a list"),
    (entry("order", ["MT19937", EMPTY]), "another kind than PCG64"),
    (entry("order", ["PCG64", EMPTY]), ""),
    (entry("streams", []), "0 random generators"),
    (entry("callbacks", [[1]]), "state of a callback that is not"),
    (entry("callbacks", 3), "where a list"),
    (entry("data", 3), "where a dict"),
    (entry("position", EMPTY), "progress within the epoch"),
    (entry("settings.parts.loss", ["Hinge", EMPTY]), "the checkpoint has loss = "),
    (lambda d: d.update(training=3), "where a dict"),
    (lambda d: d["training"]["dict"].append(["more", 3]), "entries"),
]


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    path = tmp_path_factory.mktemp("training") / "t"
    made = hostile.trainer("AdamW")
    made.save_checkpoint(path)
    return path.read_bytes()


@pytest.mark.parametrize(("change", "reason"), WRONG_TRAININGS)
def test_trainings_that_cannot_be(change, reason, training, tmp_path):
    from reliability_helpers import fingerprint

    made = hostile.trainer("AdamW")
    made.step(np.ones((4, 4)), [0, 1, 2, 0])
    before = fingerprint(made)
    (tmp_path / "t").write_bytes(forged(training, change))
    found = refusal(made.load_checkpoint, tmp_path / "t")
    assert reason in found
    assert fingerprint(made) == before


def test_positions_that_cannot_be(tmp_path):
    class Stop(mn.Callback):
        def on_step_end(self, trainer, loss):
            trainer.stop = True

    from reliability_helpers import fit

    made = hostile.trainer("AdamW")
    fit(made, 1, mn.Checkpoint(tmp_path / "t"), Stop())
    data = (tmp_path / "t").read_bytes()
    for name, value in [("batch", -1), ("total", 3), ("predictions", 3)]:
        (tmp_path / "t").write_bytes(forged(data, entry(f"position.{name}", value)))
        refusal(hostile.trainer("AdamW").load_checkpoint, tmp_path / "t")


def test_an_optimizers_memory_of_another_length(tmp_path):
    made = hostile.trainer("AdamW")
    made.step(np.ones((4, 4)), [0, 1, 2, 0])
    made.save_checkpoint(tmp_path / "t")
    members = {n: bytes(c) for n, c in from_zip((tmp_path / "t").read_bytes()).items()}
    name = "training/optimizer.state.mean.npy"
    for wrong in (np.zeros(3, np.float32), np.zeros(made.network.flat_values.size)):
        members[name] = array_to_bytes(wrong)
        (tmp_path / "t").write_bytes(to_zip(members))
        assert "does not fit" in refusal(made.load_checkpoint, tmp_path / "t")
    members["training/more.npy"] = members[name] = array_to_bytes(made.optimizer.state["mean"])
    (tmp_path / "t").write_bytes(to_zip(members))
    assert "the unexpected a" in refusal(made.load_checkpoint, tmp_path / "t")
