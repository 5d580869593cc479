"""Values as JSON: what an Encoder has not written, a Decoder refuses."""

import json

import numpy as np
import pytest

from minnet.saving.encoding import Decoder, Encoder
from minnet.saving.errors import InvalidFile

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


@pytest.mark.parametrize("content", [["int8", 1.5], ["float16", 0.1], ["float32", 0.1]])
def test_a_number_that_its_type_cannot_hold(content):
    """Rounded in silence it would be another number."""
    with pytest.raises(InvalidFile, match=f"a number that does not fit its type {content[0]}"):
        Decoder({}).decode({"scalar": content})


@pytest.mark.parametrize("kind", ["layer", "make", "arrays", "used", "_init__", "pair_of", ""])
def test_only_the_seven_kinds_can_be_decoded(kind):
    """The words of a file choose among seven decoders, and not among all attributes."""
    layer = {"layer": "minnet.ReLU", "args": [], "kwargs": {}}
    reader = Decoder({}, {"initializer": lambda *_: pytest.fail("called")})
    with pytest.raises(InvalidFile, match="unknown kind"):
        reader.decode({kind: layer})


def test_long_lists_are_kept_as_arrays_and_come_back_as_lists():
    numbers = [0.5, float("nan"), float("-inf")] * 400
    rows = [{"epoch": n, "loss": n / 3, "word": "a"} for n in range(1500)]
    mixed = [1, 2.0, None, "a"] * 300
    value = {"f": numbers, "i": list(range(2000)), "rows": rows, "mixed": mixed, "b": [True] * 1200}
    writer = Encoder("there")
    text = writer.encode("save: x", value)
    assert len(writer.arrays) == 4
    again = Decoder(writer.arrays).decode(json.loads(json.dumps(text)))
    assert repr(again) == repr(value)
    huge = [2**70] * 1000
    assert Decoder({}).decode(Encoder("there").encode("save: x", huge)) == huge


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({2**61: 0}, "below 2"),
        (10**4000, "3,000 digits"),
    ],
    ids=["key", "digits"],
)
def test_what_could_not_be_read_again_is_not_written(value, message):
    with pytest.raises(TypeError, match=message):
        Encoder("there").encode("save: x", value)


def test_lists_that_hold_one_another_over_and_over(monkeypatch):
    monkeypatch.setattr("minnet.saving.encoding._MOST", 10_000)
    value = [1]
    for _ in range(40):
        value = [value, value]
    with pytest.raises(TypeError, match="fewer values"):
        Encoder("there").encode("save: x", value)


def test_keys_of_one_hash_are_refused():
    pairs = [[n * (2**61 - 1), 0] for n in range(3)]
    with pytest.raises(InvalidFile, match="dict that is not understood"):
        Decoder({}).decode({"dict": pairs})


@pytest.mark.parametrize("text", [{"numbers": "a"}, {"rows": [["x"], [[1], [2]]]}, {"rows": [1]}])
def test_lists_that_were_not_written_so(text):
    with pytest.raises(InvalidFile):
        Decoder({"a": np.zeros((2, 2))}).decode(text)


def test_a_network_is_given_no_random_stream():
    text = Encoder("there").encode("x", np.random.default_rng(0))
    with pytest.raises(InvalidFile, match="can be none"):
        Decoder({}, make=lambda *_: None).decode(text)
