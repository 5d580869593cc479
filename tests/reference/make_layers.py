"""Writes `layers.npz`: what PyTorch's layers and activations give, forward and backward.

All in float64. For each case: the input x, the upstream gradient g, y, dL/dx, the parameters
and their gradients, and for batch normalization the running values afterwards. Needs PyTorch
(2.13 wrote the file that is here) and mpmath; the tests need neither PyTorch nor this script:

    python tests/reference/make_layers.py

PyTorch's own numbers are not exact everywhere: its HardSigmoid takes 1/6 in single precision in the
backward, its GELU loses digits far on the left, its Softplus becomes z beyond z = 20. For these
three the numbers come from mpmath, with 40 digits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.float64)

Z = (-1000.0, -40.0, -20.0, -10.0, -5.5, -3.1, -2.9, -1.0, -0.3, -1e-9, 1e-9, 0.4, 1.0, 2.5, 3.5)
Z = (*Z, 6.0, 12.0, 19.9, 20.1, 40.0, 1000.0)
KINKS = (-3.0, 0.0, 3.0)


class Residual(nn.Module):
    """y = x + f(x)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.f = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The sum."""
        return x + self.f(x)


MODULES: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "linear": (lambda: nn.Linear(4, 3), (5, 4)),
    "linear_rows": (lambda: nn.Linear(4, 3, bias=False), (2, 3, 4)),
    "flatten": (nn.Flatten, (2, 3, 2)),
    "conv": (lambda: nn.Conv2d(2, 3, 3), (2, 2, 6, 5)),
    "conv_stride": (lambda: nn.Conv2d(2, 3, (3, 2), stride=(2, 3), bias=False), (2, 2, 6, 8)),
    "conv_all": (
        lambda: nn.Conv2d(3, 2, (2, 3), stride=(2, 1), padding=(1, 2), dilation=(3, 2)),
        (2, 3, 7, 6),
    ),
    "conv_1x1": (lambda: nn.Conv2d(3, 4, 1, stride=2), (2, 3, 4, 5)),
    "max_pool": (lambda: nn.MaxPool2d(2), (2, 2, 5, 4)),
    "max_pool_all": (lambda: nn.MaxPool2d((3, 4), stride=(1, 2), padding=(1, 2)), (2, 2, 5, 6)),
    "average_pool": (lambda: nn.AvgPool2d(2), (2, 2, 5, 4)),
    "average_pool_all": (lambda: nn.AvgPool2d((3, 2), stride=(2, 1), padding=1), (2, 2, 5, 6)),
    "average_pool_real": (
        lambda: nn.AvgPool2d((3, 2), stride=(2, 1), padding=1, count_include_pad=False),
        (2, 2, 5, 6),
    ),
    "global_average_pool": (
        lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        (2, 3, 4, 5),
    ),
    "batch_norm": (lambda: nn.BatchNorm1d(3), (6, 3)),
    "batch_norm_images": (lambda: nn.BatchNorm2d(2, momentum=0.3, eps=1e-3), (3, 2, 4, 3)),
    "batch_norm_evaluated": (lambda: nn.BatchNorm2d(2).eval(), (3, 2, 4, 3)),
    "layer_norm": (lambda: nn.LayerNorm(5), (4, 5)),
    "layer_norm_rows": (lambda: nn.LayerNorm(3, eps=1e-2), (2, 4, 3)),
    "residual": (lambda: Residual(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 4)), (3, 4)),
}

TIES = ("max_pool", "max_pool_all")
"""Cases whose input holds many equal numbers: of equal maxima the first takes the gradient."""

ACTIVATIONS: dict[str, nn.Module] = {
    "identity": nn.Identity(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(),
    "leaky_relu_slope": nn.LeakyReLU(0.2),
    "elu": nn.ELU(),
    "elu_alpha": nn.ELU(1.5),
    "selu": nn.SELU(),
    "silu": nn.SiLU(),
    "hard_swish": nn.Hardswish(),
    "gelu_approximate": nn.GELU(approximate="tanh"),
    "softmax": nn.Softmax(dim=-1),
    "softmax_planes": nn.Softmax(dim=1),
}

EXACT: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "gelu": (lambda z: z * mpmath.ncdf(z), lambda z: mpmath.ncdf(z) + z * mpmath.npdf(z)),
    "softplus": (lambda z: mpmath.log1p(mpmath.exp(z)), lambda z: 1 / (1 + mpmath.exp(-z))),
    "hard_sigmoid": (
        lambda z: min(max((z + 3) / 6, 0), 1),
        lambda z: mpmath.mpf(1) / 6 if abs(z) < 3 else mpmath.mpf(0),
    ),
}


def module_case(name: str, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """One module on one random batch."""
    make, shape = MODULES[name]
    module = make()
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.dtype == torch.float64:
            tensor.data = torch.tensor(generator.uniform(0.2, 1.5, size=tuple(tensor.shape)))
    for parameter in module.parameters():
        parameter.data *= torch.tensor(generator.choice([-1.0, 1.0], size=tuple(parameter.shape)))
    case = {"state " + key: value.numpy().copy() for key, value in module.state_dict().items()}
    x = generator.normal(size=shape)
    if name in TIES:
        x = np.round(x)
    case.update(both(module, x, generator))
    for key, parameter in module.named_parameters():
        case["grad " + key] = parameter.grad.numpy()
    for key, buffer in module.named_buffers():
        case["after " + key] = buffer.numpy()
    return case


def both(module: nn.Module, x: np.ndarray, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """x, g, y and dL/dx."""
    tensor = torch.tensor(x, requires_grad=True)
    y = module(tensor)
    g = generator.normal(size=tuple(y.shape))
    y.backward(torch.tensor(g))
    return {"x": x, "g": g, "y": y.detach().numpy(), "dx": tensor.grad.numpy()}


def exact_case(name: str, z: np.ndarray, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """The same by a formula, with 40 digits."""
    f, derivative = EXACT[name]
    g = generator.normal(size=z.shape)
    with mpmath.workdps(40):
        y = [float(f(mpmath.mpf(v))) for v in z.ravel().tolist()]
        slopes = [derivative(mpmath.mpf(v)) for v in z.ravel().tolist()]
        dx = [float(mpmath.mpf(w) * s) for w, s in zip(g.ravel().tolist(), slopes, strict=True)]
    return {"x": z, "g": g, "y": np.reshape(y, z.shape), "dx": np.reshape(dx, z.shape)}


def main() -> None:
    """All cases, in one file next to this one."""
    generator = np.random.default_rng(2013)
    arrays: dict[str, np.ndarray] = {}
    z = np.array([*Z, *KINKS]).reshape(2, 3, 4)
    for name in MODULES:
        arrays.update({f"{name}/{k}": v for k, v in module_case(name, generator).items()})
    for name, module in ACTIVATIONS.items():
        at = generator.normal(size=z.shape) * 3 if name.startswith("softmax") else z
        arrays.update({f"{name}/{k}": v for k, v in both(module, at, generator).items()})
    for name in EXACT:
        arrays.update({f"{name}/{k}": v for k, v in exact_case(name, z, generator).items()})
    np.savez_compressed(Path(__file__).with_name("layers.npz"), **arrays)


if __name__ == "__main__":
    main()
