"""`check_layer`: the layers of minnet pass, nothing else changes, bad arguments are refused."""

import copy
import random

import numpy as np
import pytest
from registry import REGISTRY

import minnet as mn
from minnet.gradient_check import check_layer, check_loss


@pytest.mark.parametrize("part", REGISTRY, ids=[part.name for part in REGISTRY])
def test_a_layer_of_minnet_passes(part):
    check_layer(part.factory, (5, *part.shape)).assert_ok()


class Gain:
    def __init__(self):
        self.strength, self.change = np.array([1.0, 2.0, 3.0]), np.zeros(3)

    def forward(self, x):
        self.x = x
        return x * self.strength

    def backward(self, grad):
        self.change = -(grad * self.x).sum(axis=0)
        return grad * self.strength


def test_parameters_names_weights_that_no_rule_would_find():
    assert check_layer(Gain, (5, 3)).ok  # nothing says that strength is a weight
    report = check_layer(Gain, (5, 3), parameters={"strength": "change"})
    assert [(m.code, m.where) for m in report.mistakes] == [("sign-flipped", "strength")]


def test_a_path_names_the_weight_of_a_part():
    class Block(mn.Layer):
        def __init__(self):
            self.inner = mn.Linear(3, 7)

        def forward(self, x):
            return self.inner.forward(x)

        def backward(self, grad):
            dx = self.inner.backward(grad)
            self.inner.weight.grad = 2 * self.inner.weight.grad
            return dx

    assert [m.where for m in check_layer(Block, (5, 3)).mistakes] == ["inner.weight"]


def test_an_instance_is_copied_and_stays_as_it_was():
    layer = mn.Linear(3, 7)
    before = copy.deepcopy(layer.weight.value)
    assert check_layer(layer, (5, 3)).ok
    np.testing.assert_array_equal(layer.weight.value, before)
    assert type(layer.weight) is mn.Parameter
    assert layer.training is False


def test_the_input_is_not_written_to():
    x = np.random.default_rng(0).normal(size=(5, 3))
    before = x.copy()

    class Doubles(mn.Activation):
        def forward(self, z):
            z *= 2
            return z

        def backward(self, grad):
            return 2 * grad

    assert check_layer(Doubles, x).mistakes[0].code == "input-modified"
    np.testing.assert_array_equal(x, before)


def test_global_randomness_is_left_as_it_was():
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    expected = (np.random.RandomState(3).rand(), random.Random(3).random())
    original = np.random.default_rng
    check_layer(lambda: mn.Linear(3, 7), (5, 3))
    check_loss(mn.MeanSquaredError)
    assert (np.random.rand(), random.random()) == expected  # noqa: NPY002
    assert np.random.default_rng is original


def test_equal_seeds_give_equal_reports():
    one, two = (check_layer(Gain, (5, 3), parameters={"strength": "change"}) for _ in range(2))
    assert str(one) == str(two)


def test_the_range_of_a_given_array_is_the_domain():
    class Root(mn.Activation):
        def forward(self, z):
            self.y = np.sqrt(z)
            return self.y

        def backward(self, grad):
            return grad / (2 * self.y)

    assert check_layer(Root, np.linspace(0.5, 9, 15).reshape(5, 3)).ok
    assert [m.code for m in check_layer(Root, (5, 3)).mistakes] == ["not-finite"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((mn.Tanh, 5), TypeError, ["x_or_shape", "batch axis", "5 (int)"]),
        ((mn.Tanh, ()), ValueError, ["x_or_shape", "batch axis"]),
        ((mn.Tanh, (0, 3)), ValueError, ["at least 1", "(0, 3)"]),
        ((mn.Tanh, "abc"), TypeError, ["x_or_shape", "numbers"]),
        ((mn.Tanh, np.array([[np.nan, 1.0]])), ValueError, ["finite"]),
        ((mn.Tanh, np.zeros((0, 3))), ValueError, ["at least one sample"]),
        ((3, (5, 3)), TypeError, ["forward and backward", "3 (int)"]),
    ],
)
def test_check_layer_refuses(arguments, error, words):
    with pytest.raises(error) as caught:
        check_layer(*arguments)
    assert "check_layer" in str(caught.value)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("seed", [-1, 1.5, "a"])
def test_seeds_are_whole_numbers(seed):
    with pytest.raises((TypeError, ValueError), match="seed: expected a whole number >= 0"):
        check_layer(mn.Tanh, (5, 3), seed=seed)
    with pytest.raises((TypeError, ValueError), match="seed: expected a whole number >= 0"):
        check_loss(mn.MeanSquaredError, seed=seed)


def test_parameters_must_be_names():
    with pytest.raises(TypeError, match="parameters: expected names"):
        check_layer(Gain, (5, 3), parameters={"strength": 3})


def test_only_half_of_a_layer_is_refused():
    class NoBackward:
        def forward(self, x):
            return x

    with pytest.raises(TypeError, match="no backward"):
        check_layer(NoBackward, (5, 3))


def test_an_unknown_mistake_is_said_honestly():
    class Odd(mn.Layer):
        def __init__(self):
            self.W, self.b = mn.Parameter(np.ones((3, 7))), mn.Parameter(np.zeros(7))

        def forward(self, x):
            self.x = x
            return x @ self.W.value + self.b.value

        def backward(self, grad):
            self.W.grad = self.x.T @ grad
            self.W.grad[2, 4] += 0.3
            self.b.grad = grad.sum(axis=0)
            return grad @ self.W.value.T

    (mistake,) = check_layer(Odd, (5, 3)).mistakes
    assert mistake.code in ("unknown", "not-linear-in-upstream", "upstream-added")
    assert mistake.where == "W"


def test_an_error_that_hides_at_equal_sizes_says_so():
    class Product(mn.Layer):
        def __init__(self):
            self.gain = mn.Parameter(np.ones(3))

        def forward(self, x):
            self.x = x
            return x * self.gain.value

        def backward(self, grad):
            self.gain.grad = np.diag(grad @ self.x)
            return grad @ np.diag(self.gain.value)

    (mistake,) = [m for m in check_layer(Product, (5, 3)).mistakes if m.code == "raises"]
    assert "With 3 samples it runs" in mistake.message


class PlainDense:
    def forward(self, x):
        self.x = x
        return x @ np.ones((3, 7))

    def backward(self, grad):
        return grad @ np.ones((7, 3))


class Rowwise:
    def forward(self, x):
        return x.sum(axis=1, keepdims=True)

    def backward(self, grad):
        return grad


@pytest.mark.parametrize("kind", [PlainDense, Rowwise])
def test_a_shape_of_one_length_has_a_hint(kind):
    message = check_layer(kind, (3,)).mistakes[0].message
    assert "read as 3 samples without features" in message
    assert "give (5, 3)" in message
    assert "without features" not in check_layer(Rowwise, (5, 3)).mistakes[0].message


@pytest.mark.parametrize("check", [lambda f: check_layer(f, (5, 3)), check_loss])
@pytest.mark.parametrize(
    ("made", "words"),
    [
        (3, "gives 3 (int), without forward and backward"),
        (None, "Return the object"),
        (mn.Tanh, "gives the class Tanh. Write Tanh(...)"),
    ],
)
def test_a_function_that_makes_no_layer_is_refused(check, made, words):
    with pytest.raises(TypeError, match="expected a function that makes an object") as caught:
        check(lambda: made)
    assert words in str(caught.value)


def test_a_rare_nan_is_no_stale_value():
    class FarOut(mn.Activation):
        """Not a number beyond 2.4, where few of the drawn numbers are."""

        def forward(self, z):
            self.z = z
            return z**2

        def backward(self, grad):
            return grad * 2 * self.z * (0 * np.sqrt(6 - self.z**2) + 1)

    (mistake,) = check_layer(FarOut, (5, 3), seed=1).mistakes
    assert mistake.code == "not-finite"
    assert "for ordinary inputs" in mistake.message


def test_an_exit_in_forward_is_an_error_of_forward():
    class Leaves(mn.Activation):
        def forward(self, z):
            raise SystemExit(2)

        def backward(self, grad):
            return grad

    (mistake,) = check_layer(Leaves, (5, 3)).mistakes
    assert (mistake.code, mistake.where) == ("raises", "forward")
