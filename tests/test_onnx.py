"""Exported networks against onnxruntime: every built-in layer, float32 and float64."""

import numpy as np
import pytest
from numeric import close_to_largest
from registry import REGISTRY, inputs, ready

import minnet as mn

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from minnet.onnx import export  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:onnx")


def run(path, x):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(["output"], {"input": x})[0]


def network_of(layer, dtype="float32"):
    return mn.Network([layer], seed=0, dtype=dtype)


@pytest.mark.parametrize("part", REGISTRY, ids=lambda part: part.name)
def test_every_layer(part, tmp_path):
    layer, generator = ready(part)
    network = network_of(layer)
    x = inputs(part, generator, m=5).astype(np.float32)
    export(network, tmp_path / "network.onnx", x[:2])
    assert close_to_largest(run(tmp_path / "network.onnx", x), network.predict(x)) < 1e-6


def test_a_network_with_nested_parts_for_any_batch(tmp_path):
    generator = np.random.default_rng(0)
    network = mn.Network(
        [
            mn.Conv2d(1, 3, 3, padding=1),
            mn.Residual([mn.BatchNorm(3), mn.GELU()]),
            mn.MaxPool2d(2),
            mn.Network([mn.Flatten(), mn.Dropout(0.5), mn.Linear(48, 5)]),
            mn.Softmax(),
        ],
        seed=0,
    )
    x = generator.normal(size=(7, 1, 8, 8)).astype(np.float32)
    export(network, tmp_path / "network.onnx", x)
    for batch in (x, x[:1]):
        assert (
            close_to_largest(run(tmp_path / "network.onnx", batch), network.predict(batch)) < 1e-6
        )


def test_what_viewers_need(tmp_path):
    """Netron and others draw names, types and the shape of every array between two nodes."""
    layers = [mn.Conv2d(1, 3, 3), mn.BatchNorm(3), mn.ReLU(), mn.Flatten(), mn.Linear(108, 2)]
    export(mn.Network(layers, seed=0), tmp_path / "network.onnx", np.zeros((1, 1, 8, 8)))
    model = onnx.shape_inference.infer_shapes(
        onnx.load(tmp_path / "network.onnx"), strict_mode=True, data_prop=True
    )
    onnx.checker.check_model(model, full_check=True)
    graph = model.graph
    assert [node.op_type for node in graph.node][:3] == ["Conv", "BatchNormalization", "Relu"]
    names = [node.name for node in graph.node]
    assert len({*names}) == len(names)
    assert all(names)
    known = {array.name for array in [*graph.value_info, *graph.output]}
    assert {name for node in graph.node for name in node.output} <= known
    (batch, *shape) = graph.input[0].type.tensor_type.shape.dim
    assert batch.dim_param == "batch"
    assert [size.dim_value for size in shape] == [1, 8, 8]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_indices_and_both_types(dtype, tmp_path):
    network = mn.Network([mn.Embedding(9, 4), mn.Flatten(), mn.Linear(8, 2)], seed=0, dtype=dtype)
    x = np.random.default_rng(0).integers(0, 9, (6, 2))
    export(network, tmp_path / "words.onnx", x)
    assert close_to_largest(run(tmp_path / "words.onnx", x), network.predict(x)) < 1e-6


class Cube(mn.Layer):
    """y = x^3."""

    def forward(self, x):
        return x**3

    def to_onnx(self, graph, x):
        return graph.add("Mul", x, graph.add("Mul", x, x))


class Doubled(mn.Linear):
    """A built-in layer with another forward is not that layer."""

    def forward(self, x):
        return 2 * super().forward(x)


class Named(mn.Linear):
    """The same forward under another name."""


def test_a_custom_layer_writes_its_own_nodes(tmp_path):
    network = mn.Network([Named(3, 2), Cube()], seed=0)
    x = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    export(network, tmp_path / "cube.onnx", x)
    assert close_to_largest(run(tmp_path / "cube.onnx", x), network.predict(x)) < 1e-6


def test_what_cannot_be_exported_is_named(tmp_path):
    network = mn.Network([mn.Tanh(), mn.Residual([mn.Tanh(), Doubled(3, 3)])], seed=0)
    with pytest.raises(
        TypeError, match=r"layers\[1\]\.layers\[1\] Linear.*got a Doubled.*def to_onnx"
    ):
        export(network, tmp_path / "no.onnx", np.zeros((2, 3)))
    assert not (tmp_path / "no.onnx").exists()


def test_what_to_onnx_returns_is_checked(tmp_path):
    class Forgetful(Cube):
        def to_onnx(self, graph, x):
            graph.add("Mul", x, x)

    with pytest.raises(TypeError, match=r"to_onnx: expected a str, got None.*graph.add"):
        export(mn.Network([Forgetful()]), tmp_path / "no.onnx", np.zeros((2, 3)))


def test_bad_arguments(tmp_path):
    with pytest.raises(TypeError, match="expected a Network, got Linear"):
        export(mn.Linear(3, 2), tmp_path / "no.onnx", np.zeros((2, 3)))
    with pytest.raises(ValueError, match="sample: expected finite numbers"):
        export(mn.Network([mn.Tanh()]), tmp_path / "no.onnx", np.full((2, 3), np.nan))
