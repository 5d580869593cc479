"""A Parameter keeps its place in memory, refuses what would not fit, and is no array."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minnet as mn
from minnet.utils.array_messages import likely_fix

SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, max_side=4)


@given(shape=SHAPES, dtype=st.sampled_from(["float16", "float32", "float64"]))
def test_value_and_grad_have_one_shape_and_one_type(shape, dtype):
    parameter = mn.Parameter(np.ones(shape, dtype))
    assert parameter.value.shape == parameter.grad.shape == parameter.shape == shape
    assert parameter.size == parameter.value.size
    assert parameter.value.dtype == parameter.grad.dtype
    assert parameter.value.dtype == ("float64" if dtype == "float64" else "float32")
    assert not parameter.grad.any()


@given(shape=SHAPES)
def test_assignment_copies_into_place(shape):
    generator = np.random.default_rng(0)
    parameter = mn.Parameter(np.zeros(shape))
    value, grad = parameter.value, parameter.grad
    new, slope = generator.normal(size=shape), generator.normal(size=shape)
    parameter.value, parameter.grad = new, slope
    assert parameter.value is value
    assert parameter.grad is grad
    np.testing.assert_array_equal(value, new)
    np.testing.assert_array_equal(grad, slope)
    assert not np.shares_memory(value, new)
    assert not np.shares_memory(grad, slope)
    parameter.value -= 1.0
    parameter.grad += slope
    assert parameter.value is value
    np.testing.assert_array_equal(value, new - 1.0)
    np.testing.assert_array_equal(grad, 2 * slope)


def test_the_value_that_was_given_is_copied():
    given_array = np.ones(3)
    parameter = mn.Parameter(given_array)
    parameter.value[0] = 5.0
    assert given_array[0] == 1.0
    np.testing.assert_array_equal(mn.Parameter([1.0, 2.0]).value, [1.0, 2.0])


@given(expected=SHAPES, got=SHAPES)
def test_every_other_shape_is_refused_and_changes_nothing(expected, got):
    parameter = mn.Parameter(np.ones(expected))
    if got == expected:
        return
    for name in ("value", "grad"):
        before = getattr(parameter, name).copy()
        with pytest.raises(ValueError, match="expected shape") as caught:
            setattr(parameter, name, np.full(got, 7.0))
        assert f"Parameter.{name}" in str(caught.value)
        assert str(expected) in str(caught.value)
        assert str(got) in str(caught.value)
        np.testing.assert_array_equal(getattr(parameter, name), before)


@pytest.mark.parametrize(
    ("expected", "got", "fix"),
    [
        ((3,), (5, 3), ".sum(axis=0)"),
        ((3,), (1, 3), "keepdims"),
        ((4, 3), (3, 4), ".T"),
        ((3,), (), "sum over the batch only"),
        ((3,), (5, 6, 3), ".sum(axis=(0, 1))"),
        ((3,), (4,), "nothing is broadcast"),
        ((), (2, 2), "nothing is broadcast"),
    ],
)
def test_the_likely_fix_follows_from_the_two_shapes(expected, got, fix):
    assert fix in likely_fix(expected, got)


def test_the_message_names_layer_and_attribute():
    layer = mn.Linear(2, 3)
    with pytest.raises(
        ValueError, match=r"Linear\.bias\.grad: expected shape \(3,\), got \(5, 3\)"
    ):
        layer.bias.grad = np.ones((5, 3))


@pytest.mark.parametrize("bad", [None, "text", object(), [[1.0], [1.0, 2.0]], np.ones(3) * 1j])
@pytest.mark.parametrize("name", ["value", "grad"])
def test_what_is_no_array_of_numbers_is_refused(bad, name):
    parameter = mn.Parameter(np.ones(3))
    with pytest.raises(TypeError, match=f"Parameter.{name}: .*expected an array"):
        setattr(parameter, name, bad)
    with pytest.raises(TypeError, match=r"Take its \.value"):
        setattr(parameter, name, mn.Parameter(np.zeros(3)))
    np.testing.assert_array_equal(parameter.value, 1.0)


@pytest.mark.parametrize(
    ("arguments", "kind", "parts"),
    [
        ({}, ValueError, ["neither", "Parameter(np.zeros(3))"]),
        ({"value": [1.0], "shape": 1}, ValueError, ["both"]),
        ({"value": [1.0], "initializer": "ones"}, ValueError, ["both"]),
        ({"value": [1, 2]}, TypeError, ["floats", "int", "1.0"]),
        ({"value": np.array([True])}, TypeError, ["floats", "bool"]),
        ({"value": []}, ValueError, ["empty"]),
        ({"value": [1.0, np.nan]}, ValueError, ["finite", "value[1] = nan"]),
        ({"value": np.inf}, ValueError, ["finite", "inf"]),
        ({"value": "abc"}, TypeError, ["array of numbers"]),
        ({"value": [1.0], "trainable": 1}, TypeError, ["trainable", "True or False"]),
        ({"shape": 0}, ValueError, ["shape", ">= 1"]),
        ({"shape": (2, -1)}, ValueError, ["shape", ">= 1"]),
        ({"shape": (2, 2.5)}, ValueError, ["shape", "whole number"]),
        ({"shape": 3, "initializer": "glorot"}, ValueError, ["glorot_uniform", "'glorot'"]),
        ({"shape": 3, "initializer": 5}, TypeError, ["a function", "5 (int)"]),
    ],
)
def test_bad_arguments_are_refused(arguments, kind, parts):
    with pytest.raises(kind) as caught:
        mn.Parameter(**arguments)
    assert all(part in str(caught.value) for part in ["expected", "got", *parts])


def test_a_parameter_cannot_be_made_of_a_parameter():
    with pytest.raises(TypeError, match=r"Take its \.value"):
        mn.Parameter(mn.Parameter([1.0]))


def _iadd(p):
    p += 1


def _setitem(p):
    p[0] = 1.0


def _assign_part(p):
    np.ones((2, 3))[0] = p


def _into_array(p):
    x = np.ones((2, 3))
    x *= p


X = np.ones((2, 3))
MISUSES = {
    "x * p": lambda p: X * p,
    "p * x": lambda p: p * X,
    "x @ p": lambda p: X @ p,
    "p @ x": lambda p: p @ X.T,
    "x + p": lambda p: X + p,
    "p + x": lambda p: p + X,
    "x - p": lambda p: X - p,
    "p - 1": lambda p: p - 1,
    "1 - p": lambda p: 1 - p,
    "2 * p": lambda p: 2 * p,
    "np.float64 * p": lambda p: np.float64(2) * p,
    "x / p": lambda p: X / p,
    "p / x": lambda p: p / X,
    "p // 2": lambda p: p // 2,
    "p % 2": lambda p: p % 2,
    "p ** 2": lambda p: p**2,
    "2 ** p": lambda p: 2**p,
    "-p": lambda p: -p,
    "+p": lambda p: +p,
    "abs(p)": abs,
    "p += 1": _iadd,
    "x *= p": _into_array,
    "x[0] = p": _assign_part,
    "p[0]": lambda p: p[0],
    "p[0] = 1": _setitem,
    "x[p]": lambda p: X[p],
    "p < x": lambda p: p < X,
    "p >= 0": lambda p: p >= 0,
    "p == x": lambda p: p == X,
    "x == p": lambda p: X == p,  # noqa: SIM300
    "p == 0": lambda p: p == 0,
    "p != 0": lambda p: p != 0,
    "len(p)": len,
    "list(p)": list,
    "for": lambda p: [v for v in p],  # noqa: C416
    "sum(p)": sum,
    "max(p, 0)": lambda p: max(p, 0),
    "bool(p)": bool,
    "if p": lambda p: 1 if p else 0,
    "float(p)": float,
    "int(p)": int,
    "math.exp(p)": math.exp,
    "np.add": lambda p: np.add(X, p),
    "np.add out=": lambda p: np.add(X[0], 1, out=p),
    "np.add.reduce": np.add.reduce,
    "np.exp": np.exp,
    "np.maximum": lambda p: np.maximum(p, 0),
    "np.dot": lambda p: np.dot(X, p),
    "x.dot": lambda p: X.dot(p),
    "np.matmul": lambda p: np.matmul(X, p),
    "np.einsum": lambda p: np.einsum("ij,j->i", X, p),
    "np.sum": np.sum,
    "np.mean": np.mean,
    "np.zeros_like": np.zeros_like,
    "np.concatenate": lambda p: np.concatenate([p, p]),
    "np.where": lambda p: np.where(X[0] > 0, p, 0),
    "np.linalg.norm": np.linalg.norm,
    "np.asarray": np.asarray,
    "np.array": np.array,
    "np.array of list": lambda p: np.array([p, p]),
    "np.float32": np.float32,
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_a_parameter_where_its_value_was_meant_says_so(misuse):
    parameter = mn.Parameter(np.ones(3))
    with pytest.raises(TypeError, match=r"is a Parameter, not an array: write \.value"):
        misuse(parameter)
    np.testing.assert_array_equal(parameter.value, 1.0)


@pytest.mark.parametrize("name", ["T", "sum", "dot", "dtype", "ndim", "mean", "reshape", "copy"])
def test_an_array_s_attribute_says_where_it_is(name):
    with pytest.raises(AttributeError, match=rf"write \.value\.{name}"):
        getattr(mn.Parameter(np.ones(3)), name)


def test_other_attributes_are_missing_as_usual():
    parameter = mn.Parameter(np.ones(3))
    with pytest.raises(AttributeError, match="no attribute 'weights'"):
        parameter.weights  # noqa: B018
    assert not hasattr(parameter, "__len_hint__")


@pytest.mark.parametrize("name", ["gradient", "grads", "values", "data", "weight"])
def test_a_mistyped_attribute_is_refused_because_it_would_train_nothing(name):
    parameter = mn.Parameter(np.ones(3))
    with pytest.raises(AttributeError, match=rf"expected \.value, .*got \.{name}"):
        setattr(parameter, name, np.ones(3))


def test_parameters_are_compared_as_objects():
    first, second = mn.Parameter(np.ones(3)), mn.Parameter(np.ones(3))
    assert first == first
    assert first != second
    assert first != None  # noqa: E711
    assert second in [first, second]
    assert len({first, second}) == 2


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))]
)
def test_a_copy_owns_its_numbers(duplicate):
    network = mn.Network([mn.Linear(2, 3)], seed=0)
    parameter = network.layers[0].weight
    other = duplicate(parameter)
    np.testing.assert_array_equal(other.value, parameter.value)
    other.value += 1.0
    assert (other.value != parameter.value).all()
    assert other.trainable is parameter.trainable
    layer = mn.Linear(2, 3)
    layer.weight = other  # belongs to no network: free for another one
    assert mn.Network([layer], seed=1).flat_values.size == 9
    np.testing.assert_array_equal(layer.weight.value, other.value)


def test_a_draw_is_made_once_and_an_initializer_is_checked():
    parameter = mn.Parameter(shape=(30, 40), initializer="he_normal")
    np.testing.assert_array_equal(parameter.value, parameter.value.copy())
    assert parameter.value.std() == pytest.approx((2 / 30) ** 0.5, rel=0.1)
    assert (mn.Parameter(shape=3).value == 0).all()
    wrong = mn.Parameter(shape=(2, 3), initializer=lambda shape, generator: np.ones(3))
    with pytest.raises(ValueError, match=r"expected an array of shape \(2, 3\), got .*\(3,\)"):
        wrong.value  # noqa: B018


def test_a_value_is_fixed_once_it_is_chosen():
    assert mn.Parameter([1.0])._is_fixed()
    parameter = mn.Parameter(shape=(2, 2), initializer="he_normal")
    assert not parameter._is_fixed()
    parameter._draw(np.random.default_rng(0))
    assert not parameter._is_fixed()
    parameter.value[0, 0] += 1.0
    assert parameter._is_fixed()


def test_repr():
    assert repr(mn.Parameter(np.ones((2, 3)))) == "Parameter(shape=(2, 3))"
    assert "trainable=False" in repr(mn.Parameter([1.0], trainable=False))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("way", ["alone", "in a network"])
def test_a_value_that_is_not_finite_is_refused_as_by_the_constructor(bad, way):
    layer = mn.Linear(2, 1)
    if way == "in a network":
        network = mn.Network([layer], seed=0)
        with pytest.raises(ValueError, match=r"Network: flat_values: expected finite numbers"):
            network.flat_values = [1.0, bad, 1.0]
    before = layer.weight.value.copy()
    with pytest.raises(ValueError, match=r"weight: value: expected finite .*, got value\[1, 0"):
        layer.weight.value = [[1.0], [bad]]
    np.testing.assert_array_equal(layer.weight.value, before)


@pytest.mark.filterwarnings("error")
def test_a_value_out_of_range_in_float32_is_refused():
    network = mn.Network([mn.Linear(2, 1)], seed=0)
    before = network.flat_values.copy()
    with pytest.raises(ValueError, match=r"numbers that fit into float32, got value\[0, 0"):
        network.layers[0].weight.value = [[1e39], [0.0]]
    with pytest.raises(ValueError, match=r"expected numbers that fit into float32"):
        network.flat_values = np.full(3, -1e39)
    np.testing.assert_array_equal(network.flat_values, before)
    network.dtype = "float64"
    network.layers[0].weight.value = [[1e39], [0.0]]


@pytest.mark.parametrize("bad", ["False", "no", [0], np.array([0, 0]), 0, 1, None])
def test_trainable_is_true_or_false(bad):
    weight = mn.Linear(3, 1).weight
    with pytest.raises(TypeError, match=r"trainable: expected True or False, got"):
        weight.trainable = bad
    assert weight.trainable is True
    weight.trainable = np.bool_(False)
    assert weight.trainable is False


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (np.full((2, 1), np.nan), ValueError),
        (None, TypeError),
        ([["a"], ["b"]], TypeError),
        (np.ones(3), ValueError),
    ],
)
def test_what_an_initializer_returns_is_checked(result, error):
    with pytest.raises(error, match=r"initializer: .*expected"):
        mn.Network([mn.Linear(2, 1, weight_init=lambda shape, generator: result)], seed=0)
