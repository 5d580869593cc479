"""Networks as ONNX files, which other tools run and draw: `minnet.onnx.export(network, path, x)`.

An ONNX file is a graph: each node takes arrays by name and gives one. Here every built-in layer
becomes one node or a few; a custom layer may write its own in a method `to_onnx`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn import activations as a
from minnet.nn import layers as l
from minnet.nn.built_in import computes_like, missing_package
from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.saving import atomic_write
from minnet.utils import array_checks, checks

try:
    import onnx
except ImportError as error:
    raise missing_package("minnet.onnx", "onnx", "onnx") from error

_OPSET = 20  # of March 2024, the first with Gelu


def export(network: Network, path: str | os.PathLike[str], sample: ArrayLike) -> None:
    """Write the network in evaluation mode as an ONNX file; the batch may have any length.

    The input is called `input`, the output `output`; types are those of the network (whole numbers
    enter as int64). What a custom layer computes is written by its method
    `to_onnx(graph, x)`: x is the name of its input, `graph.add("Relu", x)` adds a node and returns
    the name of its output, `graph.constant(array)` the name of a constant.

    Args:
        sample: one input or a few, (m, ...), from which the shapes are read.

    Raises:
        TypeError: a layer that cannot be exported, by its place. ImportError: no package onnx.
        OSError: with the path.

    Source: onnx.ai/onnx/operators.
    """
    checks.instance("onnx.export: network", network, Network, "Give trainer.network.")
    x = array_checks.samples("onnx.export", "sample", sample)
    whole = network.takes_indices and x.dtype.kind in "iu"
    graph = Graph()
    last = _layers(graph, network.layers, "input", "layers")
    graph.nodes.append(onnx.helper.make_node("Identity", [last], ["output"], "output"))
    shapes = x.shape[1:], network.predict(x).shape[1:]
    types = np.dtype(np.int64) if whole else network.dtype, network.dtype
    ends = [
        onnx.helper.make_tensor_value_info(
            name, onnx.helper.np_dtype_to_tensor_dtype(dtype), ["batch", *shape]
        )
        for name, shape, dtype in zip(("input", "output"), shapes, types, strict=True)
    ]
    model = onnx.helper.make_model(
        onnx.helper.make_graph(graph.nodes, "network", ends[:1], ends[1:], graph.constants),
        opset_imports=[onnx.helper.make_opsetid("", _OPSET)],
        producer_name="minnet",
        ir_version=10,  # of the same time as the operators; older runtimes refuse newer files
    )
    onnx.checker.check_model(model, full_check=True)
    atomic_write.write(Path(path), model.SerializeToString())


class Graph:
    """The nodes and constants of a file while it is made.

    Attributes:
        nodes, constants: in the order in which they were added.
    """

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add one node; returns the name of its output. Operators: onnx.ai/onnx/operators."""
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(onnx.helper.make_node(operator, inputs, [name], name, **attributes))
        return name

    def constant(self, array: ArrayLike) -> str:
        """Add the numbers of a Parameter or others; returns their name."""
        name = f"constant_{len(self.constants)}"
        values = np.array(array, order="C")  # a copy: a view of the flat vector is not contiguous
        self.constants.append(onnx.numpy_helper.from_array(values, name))
        return name


def _layers(graph: Graph, layers: list[Layer], x: str, place: str) -> str:
    """Add layers that follow one another; returns the name of the output of the last."""
    for index, layer in enumerate(layers):
        x = _layer(graph, layer, x, f"{place}[{index}]")
    return x


def _layer(graph: Graph, layer: Layer, x: str, place: str) -> str:
    if callable(own := getattr(layer, "to_onnx", None)):
        return checks.instance(f"{place} {layer!r}.to_onnx", own(graph, x), str, _NAME)
    cls = computes_like(layer, {Network, l.Residual, *_EXPORTS, *_OPERATORS})
    if cls is Network:
        return _layers(graph, layer.layers, x, f"{place}.layers")
    if cls is l.Residual:
        f = _layers(graph, layer.layers, x, f"{place}.layers")
        return graph.add("Add", x, f)
    if cls in _OPERATORS:
        operator, attributes = _OPERATORS[cls]
        return graph.add(operator, x, **{n: getattr(layer, v) for n, v in attributes.items()})
    if cls not in _EXPORTS:
        raise TypeError(
            f"onnx.export: {place} {layer!r}: expected a built-in layer or one with a method "
            f"to_onnx(graph, x), got a {type(layer).__name__}. Write in its class: "
            f'def to_onnx(self, graph, x): return graph.add("Relu", x), with its own operators.'
        )
    return _EXPORTS[cls](graph, layer, x)


_NAME = "Return what graph.add(...) returned, the name of the output."


def _linear(graph: Graph, layer: Any, x: str) -> str:
    y = graph.add("MatMul", x, graph.constant(layer.weight.value))
    return y if layer.bias is None else graph.add("Add", y, graph.constant(layer.bias.value))


def _windows(layer: Any) -> dict[str, Any]:
    """kernel, stride and padding as ONNX has them: the padding of each side."""
    return {
        "kernel_shape": layer.kernel_size,
        "strides": layer.stride,
        "pads": [*layer.padding, *layer.padding],
    }


def _convolution(graph: Graph, layer: Any, x: str) -> str:
    parameters = [layer.weight] if layer.bias is None else [layer.weight, layer.bias]
    constants = [graph.constant(parameter.value) for parameter in parameters]
    return graph.add("Conv", x, *constants, dilations=layer.dilation, **_windows(layer))


def _average_pool(graph: Graph, layer: Any, x: str) -> str:
    counts = int(layer.count_padding)
    return graph.add("AveragePool", x, count_include_pad=counts, **_windows(layer))


def _batch_norm(graph: Graph, layer: Any, x: str) -> str:
    parameters = (layer.gamma, layer.beta, layer.running_mean, layer.running_variance)
    constants = [graph.constant(parameter.value) for parameter in parameters]
    return graph.add("BatchNormalization", x, *constants, epsilon=layer.epsilon)


def _layer_norm(graph: Graph, layer: Any, x: str) -> str:
    constants = [graph.constant(parameter.value) for parameter in (layer.gamma, layer.beta)]
    return graph.add("LayerNormalization", x, *constants, epsilon=layer.epsilon)


def _embedding(graph: Graph, layer: Any, x: str) -> str:
    indices = graph.add("Cast", x, to=onnx.TensorProto.INT64)
    return graph.add("Gather", graph.constant(layer.weight.value), indices)


def _step(graph: Graph, _layer: Any, x: str) -> str:
    """(sign(z) + 1) / 2 would be 1/2 at z = 0; relu(sign(z)) is 0 there."""
    return graph.add("Relu", graph.add("Sign", x))


_EXPORTS: dict[Any, Callable[[Graph, Any, str], str]] = {
    l.Linear: _linear,
    l.Conv2d: _convolution,
    l.MaxPool2d: lambda graph, layer, x: graph.add("MaxPool", x, **_windows(layer)),
    l.AveragePool2d: _average_pool,
    l.GlobalAveragePool2d: lambda graph, _, x: graph.add(
        "Flatten", graph.add("GlobalAveragePool", x)
    ),
    l.BatchNorm: _batch_norm,
    l.LayerNorm: _layer_norm,
    l.Embedding: _embedding,
    l.Reshape: lambda graph, layer, x: graph.add(  # 0: the batch stays as it is
        "Reshape", x, graph.constant(np.array([0, *layer.shape], np.int64))
    ),
    a.Step: _step,
    a.SiLU: lambda graph, _, x: graph.add("Mul", x, graph.add("Sigmoid", x)),
    a.HardSigmoid: lambda graph, _, x: graph.add("HardSigmoid", x, alpha=1 / 6, beta=0.5),
    a.GELU: lambda graph, layer, x: graph.add(
        "Gelu", x, approximate="tanh" if layer.approximate else "none"
    ),
}
"""Layers that need more than one operator with the layer's own attributes."""

_OPERATORS: dict[Any, tuple[str, dict[str, str]]] = {
    l.Flatten: ("Flatten", {}),
    l.Dropout: ("Identity", {}),
    a.Identity: ("Identity", {}),
    a.Sigmoid: ("Sigmoid", {}),
    a.Tanh: ("Tanh", {}),
    a.Softmax: ("Softmax", {"axis": "axis"}),
    a.ReLU: ("Relu", {}),
    a.LeakyReLU: ("LeakyRelu", {"alpha": "slope"}),
    a.ELU: ("Elu", {"alpha": "alpha"}),
    a.SELU: ("Selu", {"alpha": "alpha", "gamma": "scale"}),
    a.Softplus: ("Softplus", {}),
    a.HardSwish: ("HardSwish", {}),
}
"""Layers that are one operator, with the names of its attributes and of the layer's."""
