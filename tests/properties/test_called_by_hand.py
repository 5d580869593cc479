"""Layers, activations and losses called by hand take what NumPy takes, and compute the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from registry import REGISTRY, both, close, ready

import minnet as mn
from minnet.nn import activations

every = pytest.mark.parametrize("part", REGISTRY, ids=lambda part: part.name)
ACTIVATIONS = [part for part in REGISTRY if hasattr(activations, part.name.split()[0])]


class Frame:
    """As a DataFrame with nullable columns: NumPy makes an array of objects of it."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array.astype(object)


INTEGERS = ["uint8", "uint16", "int8", "int64", "bool"]
WAYS = {
    "a list": lambda array: array.tolist(),
    "rows in a tuple": tuple,
    "a DataFrame": Frame,
    "objects": lambda array: array.astype(object),
    "the bytes the other way round": lambda array: array.astype(array.dtype.newbyteorder()),
}


@every
@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_and_bools_are_taken_as_floats(part, dtype):
    layer, generator = ready(part)
    x = generator.integers(0, 6, size=(3, *part.shape)).astype(dtype)
    shape = layer.forward(x.astype(float)).shape
    grad = generator.integers(0, 3, size=shape).astype(dtype)
    expected = both(layer, x.astype(float), grad.astype(float))
    got = both(layer, x, grad)
    assert got[0].dtype == got[1].dtype == np.float64
    close(got, expected, rtol=0, atol=0)


@every
@pytest.mark.parametrize("way", WAYS)
def test_what_numpy_takes_is_taken(part, way):
    layer, generator = ready(part)
    x = generator.normal(size=(3, *part.shape))
    grad = generator.normal(size=layer.forward(x).shape)
    expected = both(layer, x, grad)
    close(both(layer, WAYS[way](x), WAYS[way](grad)), expected, rtol=0, atol=0)


@every
def test_half_precision_computes_in_single(part):
    """Half precision has no digits to spare: a normal distribution in it would be wrong."""
    layer, generator = ready(part)
    x = generator.normal(size=(3, *part.shape)).astype(np.float16)
    grad = generator.normal(size=layer.forward(x).shape).astype(np.float16)
    expected = both(layer, x.astype(np.float32), grad.astype(np.float32))
    got = both(layer, x, grad)
    assert got[0].dtype == expected[0].dtype
    close(got, expected, rtol=0, atol=0)


@every
def test_a_matrix_is_the_array_that_it_holds(part):
    if len(part.shape) > 1:
        pytest.skip("a matrix has two axes")
    layer, generator = ready(part)
    x = generator.normal(size=(3, *part.shape))
    grad = generator.normal(size=layer.forward(x).shape)
    got = both(layer, x.view(np.matrix), grad.view(np.matrix))
    assert type(got[0]) is type(got[1]) is np.ndarray
    close(got, both(layer, x, grad), rtol=0, atol=0)


@every
@pytest.mark.parametrize(
    "bad",
    [None, "abc", [["a"]], {"a": [1.0]}, np.ma.masked_equal([[1.0, 2.0]], 1), [[1.0], [1.0, 2.0]]],
    ids=["None", "text", "text in it", "a dict", "a mask", "ragged"],
)
def test_what_is_no_array_names_the_layer(part, bad):
    layer, generator = ready(part)
    y = layer.forward(generator.normal(size=(3, *part.shape)))
    for verb in (layer.forward, layer.backward):
        with pytest.raises(TypeError, match="expected an array") as info:
            verb(bad)
        assert str(info.value).startswith(f"{layer!r}.{verb.__name__}: ")
    layer.backward(y)  # and the last forward still stands


@every
def test_arguments_may_be_named(part):
    layer, generator = ready(part)
    x = generator.normal(size=(3, *part.shape))
    name = "z" if part in ACTIVATIONS else "x"
    layer.random = np.random.default_rng(5)
    y = layer.forward(**{name: x})
    layer.random = np.random.default_rng(5)
    np.testing.assert_array_equal(y, layer.forward(x))
    np.testing.assert_array_equal(layer.backward(grad=y), layer.backward(y))


@pytest.mark.parametrize("part", ACTIVATIONS, ids=lambda part: part.name)
@given(
    z=hnp.arrays(
        st.sampled_from([*INTEGERS, "float16"]),
        hnp.array_shapes(min_dims=2, max_dims=4, max_side=3),
        elements=st.integers(0, 1),
    )
)
def test_any_shape_and_type(part, z):
    """0 and 1, which all types have; unsigned ones must not wrap around at minus one."""
    layer = part.make()
    if getattr(layer, "axis", 0) >= z.ndim:
        return
    got, slope = layer.forward(z), layer.backward(np.ones(z.shape, z.dtype))
    expected = layer.forward(z.astype(np.float64))
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(slope, layer.backward(np.ones(z.shape)), rtol=1e-6, atol=1e-7)


def test_gelu_of_half_precision():
    z = np.array([[-3.0, -1.0, 0.5, 2.0]], np.float16)
    np.testing.assert_allclose(
        mn.GELU().forward(z), [[-0.00404969, -0.15865525, 0.34573123, 1.95449974]], rtol=2e-6
    )


@every
def test_backward_without_forward(part):
    layer = part.factory()
    if part.name in ("Identity", "Step"):
        pytest.skip("its backward needs nothing of the forward")
    with pytest.raises((RuntimeError, ValueError), match="expected") as info:
        layer.backward(np.ones((3, *part.shape)))
    inside = ["Linear", "SiLU"] if part.name.startswith("Residual") else [type(layer).__name__]
    assert any(name in str(info.value) for name in inside)


PREDICTIONS = np.array([[0.25, 0.75], [0.5, 0.5], [0.125, 0.875]])
LOSSES = [
    (mn.MeanSquaredError(), [[0, 1], [1, 1], [2, 0]]),
    (mn.MeanAbsoluteError(), [[0, 1], [1, 1], [2, 0]]),
    (mn.Huber(), [[0, 1], [1, 1], [2, 0]]),
    (mn.Hinge(), [[0, 1], [1, 1], [1, 0]]),
    (mn.BinaryCrossEntropy(), [[0, 1], [1, 1], [1, 0]]),
    (mn.CategoricalCrossEntropy(), [[0, 1], [1, 0], [1, 0]]),
    (mn.CategoricalCrossEntropy(), [0, 1, 0]),
    (mn.KullbackLeibler(), [[0, 1], [1, 0], [1, 0]]),
]


def value_and_gradient(loss, prediction, target, weight=None):
    more = () if weight is None else (weight,)
    value = loss.forward(prediction, target, *more)
    return value, loss.backward()


@pytest.mark.parametrize(("loss", "target"), LOSSES)
@pytest.mark.parametrize("kind", ["uint8", "int8", "bool", "float16", "list", "frame", "matrix"])
def test_losses_take_what_numpy_takes(loss, target, kind):
    target = np.array(target, float)
    if kind == "bool":
        target = np.minimum(target, 1)
    ways = {
        "list": np.ndarray.tolist,
        "frame": Frame,
        "matrix": lambda array: array.view(np.matrix),
    }
    convert = ways.get(kind, lambda array: array.astype(kind))
    if kind == "matrix" and target.ndim == 1:
        pytest.skip("a matrix has two axes")
    weight = np.array([1.0, 2.0, 1.0])
    for s, weights in ((None, None), (weight, np.ndarray.tolist(weight))):
        expected = value_and_gradient(loss, PREDICTIONS, target, s)
        got = value_and_gradient(loss, PREDICTIONS.tolist(), convert(target), weights)
        np.testing.assert_allclose(got[0], expected[0], rtol=1e-12)
        np.testing.assert_allclose(got[1], expected[1], rtol=1e-12)
        half = value_and_gradient(loss, PREDICTIONS.astype(np.float16), convert(target), weights)
        assert half[1].dtype == np.float32
        np.testing.assert_allclose(half[0], expected[0], rtol=1e-6)
        np.testing.assert_allclose(half[1], expected[1], rtol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "bool", "int8"])
def test_predictions_that_are_whole_numbers(dtype):
    scores, target = np.array([[1], [0], [1]]), np.array([[1], [0], [0]])
    got = value_and_gradient(mn.Hinge(), scores.astype(dtype), target.astype(dtype))
    assert got[0] == pytest.approx((0 + 1 + 2) / 3)
    np.testing.assert_allclose(got[1], [[0], [1 / 3], [1 / 3]])
    assert mn.Hinge().as_probabilities(scores.astype(dtype)).tolist()[1] == [0.5]


@pytest.mark.parametrize(("loss", "target"), LOSSES)
@pytest.mark.parametrize("bad", [None, "abc", np.ma.masked_equal([[1.0, 2.0]], 1), {}])
def test_losses_name_the_argument(loss, target, bad):
    with pytest.raises(TypeError, match="prediction: expected an array"):
        loss.forward(bad, target)
    with pytest.raises(TypeError, match="target: expected an array"):
        loss.forward(PREDICTIONS, bad)
