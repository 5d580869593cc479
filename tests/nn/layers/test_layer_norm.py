"""Layer normalization: each row on its own, training and evaluation the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numeric import check_layer_gradients

from minnet.nn.layers import LayerNorm

shapes = hnp.array_shapes(min_dims=2, max_dims=4, min_side=2, max_side=4)


@given(shapes, st.integers(0, 100))
def test_values(shape, seed):
    generator = np.random.default_rng(seed)
    layer = LayerNorm(shape[-1], epsilon=1e-3)
    layer.gamma.value, layer.beta.value = generator.normal(size=(2, shape[-1]))
    x = generator.normal(2, 5, size=shape)
    expected = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-3)
    expected = expected * layer.gamma.value + layer.beta.value
    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-11, atol=1e-13)
    layer.training = True
    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-11, atol=1e-13)


@given(shapes, st.integers(0, 100))
def test_gradient(shape, seed):
    generator = np.random.default_rng(seed)
    layer = LayerNorm(shape[-1])
    layer.gamma.value, layer.beta.value = generator.normal(size=(2, shape[-1]))
    x = generator.normal(size=shape) + 2 * np.arange(shape[-1])  # no row is nearly constant
    check_layer_gradients(layer, x, generator, tolerance=1e-6)


def test_names():
    assert {name: p.shape for name, p in LayerNorm(4).parameters().items()} == {
        "gamma": (4,),
        "beta": (4,),
    }


def test_a_constant_row_is_no_division_by_0():
    layer = LayerNorm(3)
    assert not layer.forward(np.full((2, 3), 7.0)).any()
    assert np.isfinite(layer.backward(np.arange(6.0).reshape(2, 3))).all()


@pytest.mark.parametrize(
    ("keywords", "error", "parts"),
    [
        ({"features": 0}, ValueError, ("features", "got 0")),
        ({"features": "3"}, TypeError, ("features", "got '3'")),
        ({"epsilon": -1}, ValueError, ("epsilon", "> 0", "got -1")),
        ({"epsilon": float("inf")}, ValueError, ("epsilon", "got inf")),
    ],
)
def test_bad_arguments(keywords, error, parts):
    with pytest.raises(error) as info:
        LayerNorm(**{"features": 3, **keywords})
    for part in ("LayerNorm", *parts):
        assert part in str(info.value)


@pytest.mark.parametrize(
    ("shape", "part"), [((5, 4), "make this LayerNorm(4)"), ((3,), "x.reshape(1, -1)")]
)
def test_bad_input(shape, part):
    with pytest.raises(ValueError, match=r"LayerNorm\(3\): features: expected input of") as info:
        LayerNorm(3).forward(np.ones(shape))
    assert part in str(info.value)
