"""Layers and activations against numbers computed by others: PyTorch 2.13 in float64, and mpmath.

`layers.npz` was written by `make_layers.py`, which needs PyTorch; this comparison does not.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import minnet as mn
from minnet.nn import activations as a
from minnet.nn import layers as l

RTOL, ATOL = 1e-10, 1e-14

with np.load(Path(__file__).with_name("layers.npz")) as file:
    ARRAYS = {key: file[key] for key in file.files}

OURS: dict[str, Callable[[], mn.Layer]] = {
    "linear": lambda: l.Linear(4, 3),
    "linear_rows": lambda: l.Linear(4, 3, bias=False),
    "flatten": l.Flatten,
    "conv": lambda: l.Conv2d(2, 3, 3),
    "conv_stride": lambda: l.Conv2d(2, 3, (3, 2), stride=(2, 3), bias=False),
    "conv_all": lambda: l.Conv2d(3, 2, (2, 3), stride=(2, 1), padding=(1, 2), dilation=(3, 2)),
    "conv_1x1": lambda: l.Conv2d(3, 4, 1, stride=2),
    "max_pool": lambda: l.MaxPool2d(2),
    "max_pool_all": lambda: l.MaxPool2d((3, 4), stride=(1, 2), padding=(1, 2)),
    "average_pool": lambda: l.AveragePool2d(2),
    "average_pool_all": lambda: l.AveragePool2d((3, 2), stride=(2, 1), padding=1),
    "average_pool_real": lambda: l.AveragePool2d((3, 2), (2, 1), 1, count_padding=False),
    "global_average_pool": l.GlobalAveragePool2d,
    "batch_norm": lambda: l.BatchNorm(3),
    "batch_norm_images": lambda: l.BatchNorm(2, momentum=0.3, epsilon=1e-3),
    "batch_norm_evaluated": lambda: l.BatchNorm(2),
    "layer_norm": lambda: l.LayerNorm(5),
    "layer_norm_rows": lambda: l.LayerNorm(3, epsilon=1e-2),
    "residual": lambda: l.Residual([l.Linear(4, 6), a.Tanh(), l.Linear(6, 4)]),
    "identity": a.Identity,
    "sigmoid": a.Sigmoid,
    "tanh": a.Tanh,
    "relu": a.ReLU,
    "leaky_relu": a.LeakyReLU,
    "leaky_relu_slope": lambda: a.LeakyReLU(0.2),
    "elu": a.ELU,
    "elu_alpha": lambda: a.ELU(1.5),
    "selu": a.SELU,
    "silu": a.SiLU,
    "hard_swish": a.HardSwish,
    "gelu": a.GELU,
    "gelu_approximate": lambda: a.GELU(approximate=True),
    "softplus": a.Softplus,
    "hard_sigmoid": a.HardSigmoid,
    "softmax": a.Softmax,
    "softmax_planes": lambda: a.Softmax(axis=1),
}

NORM = {"weight": "gamma", "bias": "beta", "running_var": "running_variance"}
"""PyTorch's names in normalization layers, and ours."""


def pairs(name, layer):
    """(our Parameter, PyTorch's name, whether PyTorch's array is the transposed one)."""
    for ours, parameter in layer.parameters().items():
        theirs = ours.replace("layers.", "f.")
        if "norm" in name:
            theirs = {new: old for old, new in NORM.items()}.get(ours, ours)
        yield parameter, theirs, parameter.value.ndim == 2


def load(name):
    """Our layer with PyTorch's parameters."""
    layer = OURS[name]()
    layer.training = f"{name}/after running_mean" in ARRAYS and not name.endswith("evaluated")
    for parameter, theirs, transposed in pairs(name, layer):
        value = ARRAYS[f"{name}/state {theirs}"]
        parameter.value = value.T if transposed else value
    return layer


def test_every_case_is_compared():
    assert {key.partition("/")[0] for key in ARRAYS} == set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_forward_and_backward(name):
    layer = load(name)
    y = layer.forward(ARRAYS[f"{name}/x"])
    dx = layer.backward(ARRAYS[f"{name}/g"])
    np.testing.assert_allclose(y, ARRAYS[f"{name}/y"], rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(dx, ARRAYS[f"{name}/dx"], rtol=RTOL, atol=ATOL)
    for parameter, theirs, transposed in pairs(name, layer):
        if parameter.trainable:
            expected, got = ARRAYS[f"{name}/grad {theirs}"], parameter.grad
        else:
            expected, got = ARRAYS[f"{name}/after {theirs}"], parameter.value
        np.testing.assert_allclose(
            got, expected.T if transposed else expected, rtol=RTOL, atol=ATOL, err_msg=theirs
        )


@pytest.mark.parametrize("name", ["gelu", "softplus", "hard_sigmoid"])
def test_tails_keep_their_digits(name):
    """Relative to the exact value, without an absolute allowance for the small ones."""
    layer = OURS[name]()
    y = layer.forward(ARRAYS[f"{name}/x"])
    np.testing.assert_allclose(y, ARRAYS[f"{name}/y"], rtol=1e-15, atol=1e-300)
    expected = ARRAYS[f"{name}/dx"]
    dx = layer.backward(ARRAYS[f"{name}/g"])
    np.testing.assert_allclose(dx, expected, rtol=4e-15, atol=1e-300)
