"""Values as JSON: what an Encoder has not written, a Decoder refuses."""

import numpy as np
import pytest

from minnet.saving.encoding import Decoder
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
    reader = Decoder({}, lambda *_: pytest.fail("called"))
    with pytest.raises(InvalidFile, match="unknown kind"):
        reader.decode({kind: layer})
