"""Errors of the framework that have a code of their own: a grader compares codes, not messages."""

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check.prepare import code_of_error


class Gain(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(self.first_value())

    def first_value(self):
        return np.ones(3)

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


class IntegerGain(Gain):
    def first_value(self):
        return np.ones(3, dtype=int)


class ReservedAttribute(Gain):
    def __init__(self):
        super().__init__()
        self.random = 0.5


class ReservedMethod(Gain):
    def __init__(self):
        super().__init__()
        self.backward = None


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (IntegerGain, "integer-arithmetic"),
        (ReservedAttribute, "reserved-name"),
        (ReservedMethod, "reserved-name"),
    ],
)
def test_an_error_of_the_framework_keeps_its_code(layer, code):
    assert [mistake.code for mistake in mn.check_layer(layer, (5, 3)).mistakes] == [code]


def test_a_class_attribute_with_a_reserved_name_has_the_code_too():
    with pytest.raises(TypeError) as caught:
        type("Mine", (Gain,), {"training": True})
    assert code_of_error(caught.value) == "reserved-name"


def test_an_error_that_only_has_the_same_words_has_no_code():
    error = TypeError("the name 'training' belongs to the framework; truncated to an integer")
    assert code_of_error(error) == "raises"


def test_an_integer_array_that_numpy_refuses_is_integer_arithmetic():
    with pytest.raises(TypeError) as caught:
        np.ones(3, dtype=int)[...] += 0.5
    assert code_of_error(caught.value) == "integer-arithmetic"
