"""Networks as PyTorch modules, to compare with or to go on with: `to_torch(network)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minnet.nn import activations as a
from minnet.nn import layers as l
from minnet.nn.built_in import computes_like, missing_package
from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.utils import checks

try:
    import torch
    from torch import nn
except ImportError as error:
    raise missing_package("minnet.torch", "torch", "torch") from error


def to_torch(network: Network) -> nn.Sequential:
    """A torch.nn.Sequential with the same layers, numbers and dtype, in evaluation mode.

    The numbers are copies. Frozen Parameters have requires_grad=False. A custom layer may have a
    method `to_torch()` that returns its module.

    Raises:
        TypeError: a layer that has no counterpart, by its place. ImportError: no package torch.
    """
    checks.instance("to_torch: network", network, Network, "Give trainer.network.")
    dtype = getattr(torch, network.dtype.name)
    return _sequential(network.layers, "layers").to(dtype).eval()


def _sequential(layers: list[Layer], place: str) -> nn.Sequential:
    return nn.Sequential(*(_module(layer, f"{place}[{i}]") for i, layer in enumerate(layers)))


def _module(layer: Layer, place: str) -> nn.Module:
    if callable(own := getattr(layer, "to_torch", None)):
        return checks.instance(f"{place} {layer!r}.to_torch", own(), nn.Module, "Return a module.")
    cls: Any = computes_like(layer, {Network, l.Residual, *_MODULES})
    if cls is Network:
        return _sequential(layer.layers, f"{place}.layers")
    if cls is l.Residual:
        return _Residual(_sequential(layer.layers, f"{place}.layers"))
    if cls not in _MODULES:
        raise TypeError(
            f"to_torch: {place} {layer!r}: expected a built-in layer or one with a method "
            f"to_torch(), got a {type(layer).__name__}. Write in its class: def to_torch(self): "
            f"return the torch.nn.Module that computes the same."
        )
    module = _MODULES[cls](layer)
    with torch.no_grad():
        for name, parameter in layer.parameters().items():
            value = torch.tensor(parameter.value.T if cls is l.Linear else parameter.value)
            target = getattr(module, _NAMES.get(name, name))
            target.data = value
            if parameter.is_frozen:
                target.requires_grad_(False)
    return module


class _Residual(nn.Module):
    """y = x + f(x)."""

    def __init__(self, f: nn.Sequential) -> None:
        super().__init__()
        self.f = f

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.f(x)


class _BatchNorm(nn.modules.batchnorm._BatchNorm):
    """Of any number of axes; PyTorch has one class for each."""

    def _check_input_dim(self, input: torch.Tensor) -> None:
        pass


class _Step(nn.Module):
    """a = 1 where z > 0, else 0."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return (z > 0).to(z.dtype)


class _HardSigmoid(nn.Module):
    """a = (z + 3) / 6, clipped; the gradient of PyTorch's own has only the digits of float32."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return (z.clamp(-3, 3) + 3) / 6


class _Reshape(nn.Module):
    """Each sample in another shape."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(len(x), *self.shape)


class _Embedding(nn.Embedding):
    """Takes whole numbers of every type."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return super().forward(input.long())


def _conv(layer: l.Conv2d) -> nn.Module:
    return nn.Conv2d(
        layer.in_channels,
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        layer.dilation,
        bias=layer.bias is not None,
    )


_NAMES = {"gamma": "weight", "beta": "bias", "running_variance": "running_var"}
"""Parameters that PyTorch calls otherwise."""

_MODULES: dict[Any, Callable[[Any], nn.Module]] = {
    l.Linear: lambda x: nn.Linear(x.in_features, x.out_features, bias=x.bias is not None),
    l.Conv2d: _conv,
    l.MaxPool2d: lambda x: nn.MaxPool2d(x.kernel_size, x.stride, x.padding),
    l.AveragePool2d: lambda x: nn.AvgPool2d(
        x.kernel_size, x.stride, x.padding, count_include_pad=x.count_padding
    ),
    l.GlobalAveragePool2d: lambda _: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    l.BatchNorm: lambda x: _BatchNorm(x.features, eps=x.epsilon, momentum=x.momentum),
    l.LayerNorm: lambda x: nn.LayerNorm(x.features, eps=x.epsilon),
    l.Dropout: lambda x: nn.Dropout(x.rate),
    l.Flatten: lambda _: nn.Flatten(),
    l.Reshape: lambda x: _Reshape(x.shape),
    l.Embedding: lambda x: _Embedding(x.count, x.features),
    a.Identity: lambda _: nn.Identity(),
    a.Step: lambda _: _Step(),
    a.Sigmoid: lambda _: nn.Sigmoid(),
    a.HardSigmoid: lambda _: _HardSigmoid(),
    a.Tanh: lambda _: nn.Tanh(),
    a.Softmax: lambda x: nn.Softmax(dim=x.axis),
    a.ReLU: lambda _: nn.ReLU(),
    a.LeakyReLU: lambda x: nn.LeakyReLU(x.slope),
    a.ELU: lambda x: nn.ELU(x.alpha),
    a.SELU: lambda _: nn.SELU(),
    a.Softplus: lambda _: nn.Softplus(threshold=40.0),  # at its own 20 it drops exp(-20) = 2e-9
    a.GELU: lambda x: nn.GELU(approximate="tanh" if x.approximate else "none"),
    a.SiLU: lambda _: nn.SiLU(),
    a.HardSwish: lambda _: nn.Hardswish(),
}
