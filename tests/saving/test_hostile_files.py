"""Hostile files, one by one: each is refused for what it is; nothing is executed or written."""

import hashlib
import json
import re
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

import minnet as mn
from minnet.saving import file_format
from minnet.saving.encoding import Decoder
from minnet.saving.errors import InvalidFile
from minnet.saving.file_format import (
    DESCRIPTION,
    TYPES,
    array_from_bytes,
    array_to_bytes,
    from_json,
    from_zip,
    to_zip,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "reliability"))

import hostile

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
        "huge shape": "not what is in the file",
        "huge BatchNorm": "more parameters than the file",
        "version 3": "version 3 of the format; this minnet reads 1 to 2",
        "NaN as a weight": "not finite",
        "a layer os.system": "hand over the class",
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
    import hashlib

    body = data[:-64]
    return body + hashlib.sha256(body).hexdigest().encode()


def test_a_member_twice():
    """As minnet would write it, if a dict could have a key twice."""
    with pytest.raises(InvalidFile, match="twice"):
        from_zip(hostile.zipped([("a.npy", b"1"), ("a.npy", b"2")]))


def test_too_many_or_too_large_members_are_not_written(monkeypatch):
    monkeypatch.setattr(file_format, "_MEMBERS", 3)
    with pytest.raises(ValueError, match="less than 2 GiB"):
        to_zip({"a": b"", "b": b"", "c": b""})
    monkeypatch.setattr(file_format, "_LARGEST", 50)
    with pytest.raises(ValueError, match="less than 2 GiB"):
        to_zip({"a": bytes(60)})


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 3), (2, 3)])
def test_arrays_of_every_type_come_back_as_numpy_writes_them(kind, shape, tmp_path):
    array = (np.random.default_rng(0).random(shape) * 3).astype(kind)
    data = array_to_bytes(array)
    (tmp_path / "a.npy").write_bytes(data)
    by_numpy = np.load(tmp_path / "a.npy", allow_pickle=False)
    again = array_from_bytes(memoryview(data))
    for found in (by_numpy, again):
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
        assert found.tobytes() == array.tobytes()
    again.flags.writeable = True


WRONG_ARRAYS = [
    b"",
    b"\x93NUMPY\1\0",
    b"\x93NUMPY\1\0\5\0abcde",
    array_to_bytes(np.zeros(3))[:-1],
    array_to_bytes(np.zeros(3)) + b"x",
    array_to_bytes(np.zeros(3)).replace(b"(3,)", b"(4,)"),
    array_to_bytes(np.zeros(3)).replace(b"(3,)", b"( 3)"),
    array_to_bytes(np.zeros(3)).replace(b"<f8", b"|f8"),
    array_to_bytes(np.zeros(3)).replace(b"False", b"True "),
    array_to_bytes(np.zeros(2, bool))[:-1] + b"\2",
]


@pytest.mark.parametrize("data", WRONG_ARRAYS)
def test_arrays_that_are_not_as_they_are_written(data):
    with pytest.raises(InvalidFile):
        array_from_bytes(memoryview(data))


WRONG_VALUES = [
    {},
    {"unknown": 1},
    {"decode": 1},
    {"layer": "minnet.Linear"},
    {"layer": "minnet.Linear", "args": [], "kwargs": {}},
    {"float": 1.0},
    {"float": "1.0"},
    {"tuple": 3},
    {"dict": [[1]]},
    {"dict": [[1.5, 2]]},
    {"dict": [["a", 1], ["a", 2]]},
    {"dict": 3},
    {"array": "missing"},
    {"array": ["a"]},
    {"tuple": [{"array": "a"}, {"array": "a"}]},
    {"scalar": ["float32"]},
    {"scalar": ["object", 1]},
    {"scalar": ["int8", 300.5]},
    {"scalar": ["float32", "1"]},
    {"scalar": ["str", 1]},
    {"initializer": []},
    {"initializer": ["zeros", 1]},
    {"initializer": ["unknown"]},
    {"initializer": [["zeros"]]},
    {"generator": ["Evil", {}]},
    {"generator": [1, {}]},
    float("inf"),
]


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_values_that_are_not_as_they_are_written(value):
    with pytest.raises(InvalidFile):
        Decoder({"a": np.zeros(1)}).decode(value)


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
    (entry("history.rows", [{"dict": [["loss", "a"]]}]), "a row that is none"),
    (entry("history.interrupted", 1), "where a bool"),
    (entry("optimizer", EMPTY), "its optimizer has no"),
    (entry("optimizer.steps", -4), "steps or samples"),
    (entry("optimizer.steps", None), "where a int"),
    (entry("optimizer.beta1", 0.5), "beta1 is 0.5"),
    (entry("optimizer._learning_rate", -1.0), "_learning_rate -1.0"),
    (entry("optimizer._learning_rate", {"float": "nan"}), "_learning_rate nan"),
    (entry("optimizer._learning_rate", "x"), "does not belong"),
    (entry("optimizer.state", {"dict": [["mean", 3]]}), "where a ndarray"),
    (entry("optimizer.state", {"dict": [["speed", 3]]}), "a memory speed"),
    (entry("order", 3), "where a list"),
    (entry("order", ["MT19937", EMPTY]), "another kind than PCG64"),
    (entry("order", ["PCG64", EMPTY]), ""),
    (entry("streams", []), "0 random streams"),
    (entry("callbacks", [[1]]), "memory of a callback that is none"),
    (entry("callbacks", 3), "where a list"),
    (entry("data", 3), "where a dict"),
    (entry("position", EMPTY), "place within the epoch"),
    (entry("settings.loss", "Hinge()"), "its loss is 'Hinge()'"),
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
    from rig import fingerprint

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

    from rig import fit

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
    assert "does not belong there" in refusal(made.load_checkpoint, tmp_path / "t")


@pytest.mark.parametrize("content", [["int8", 1.5], ["float16", 0.1], ["float32", 0.1]])
def test_a_number_that_its_type_cannot_hold(content):
    """Rounded in silence it would be another number."""
    with pytest.raises(InvalidFile, match=f"a number that does not fit its type {content[0]}"):
        Decoder({}).decode({"scalar": content})


def test_a_member_that_ends_within_its_header():
    """Its digest is right, so that only the table of contents can show it."""
    whole = to_zip({"a": b"abc"})
    first = len(b"PK" + bytes(28) + b"a" + b"abc")
    body = whole[:first] + b"PK\3\4" + b"minnet sha256 "
    digest = hashlib.sha256(body).hexdigest().encode()
    with pytest.raises(InvalidFile, match="table of contents cannot be read"):
        from_zip(body + digest)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("1, " * 39 + "1", "not as minnet writes it"),
        ("9" * 700 + ",", "is not what is in the file"),
    ],
)
def test_more_axes_and_longer_axes_than_any_array_has(shape, reason):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}"
    text += " " * (-(11 + len(text)) % 64) + "\n"
    data = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode() + bytes(8)
    with pytest.raises(InvalidFile, match=reason):
        array_from_bytes(memoryview(data))


@pytest.mark.parametrize("kind", ["layer", "make", "arrays", "used", "_init__", "pair_of", ""])
def test_what_the_reader_has_beside_its_kinds_is_no_kind(kind):
    """The words of a file choose among seven decoders, and not among all attributes."""
    layer = {"layer": "minnet.ReLU", "args": [], "kwargs": {}}
    reader = Decoder({}, lambda *_: pytest.fail("called"))
    with pytest.raises(InvalidFile, match="unknown kind"):
        reader.decode({kind: layer})


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have(word):
    with pytest.raises(InvalidFile, match=f"has {word}"):
        from_json(memoryview(f'{{"not used": {word}}}'.encode()))
