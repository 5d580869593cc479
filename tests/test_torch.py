"""Networks as PyTorch modules: the same numbers in float64, forward and backward."""

import numpy as np
import pytest
from numeric import close_to_largest
from registry import REGISTRY, inputs, ready

import minnet as mn

torch = pytest.importorskip("torch")

from minnet.torch import to_torch  # noqa: E402


def compare(network, x):
    """The outputs, and the gradients of a random function of the outputs."""
    module, y = to_torch(network), network.predict(x)
    z = torch.tensor(x, requires_grad=x.dtype.kind == "f")
    output = module(z)
    assert close_to_largest(output.detach().numpy(), y) < 1e-12
    return module, z, output


@pytest.mark.parametrize("part", REGISTRY, ids=lambda part: part.name)
def test_every_layer(part):
    layer, generator = ready(part)
    network = mn.Network([layer], seed=0, dtype="float64")
    x = inputs(part, generator, m=5)
    _, z, output = compare(network, x)
    if part.flags & {"flat", "training"}:
        return
    grad = generator.normal(size=output.shape)
    output.backward(torch.tensor(grad))
    with network.evaluating():
        network.forward(x)
        dx = network.backward(grad)
    assert close_to_largest(z.grad.numpy(), dx) < 1e-11


def test_embedding_nested_and_frozen():
    head = mn.Linear(8, 2)
    network = mn.Network(
        [mn.Embedding(9, 4), mn.Network([mn.Flatten(), head])], seed=0, dtype="float64"
    )
    head.trainable = False
    module, *_ = compare(network, np.random.default_rng(0).integers(0, 9, (6, 2)))
    assert [p.requires_grad for p in module.parameters()] == [True, False, False]


def test_the_factor_of_the_squared_error_in_the_readme():
    generator = np.random.default_rng(0)
    a, y = generator.normal(size=(2, 5, 3))
    theirs = torch.nn.MSELoss()(torch.tensor(a), torch.tensor(y)).item()
    assert mn.MeanSquaredError().forward(a, y) == pytest.approx(theirs * 3 / 2)


def test_the_numbers_are_copies():
    network = mn.Network([mn.Linear(2, 2)], seed=0)
    module, before = to_torch(network), network.flat_values.copy()
    with torch.no_grad():
        module[0].weight.zero_()
    np.testing.assert_array_equal(network.flat_values, before)
    assert module[0].weight.dtype == torch.float32


def test_custom_layers():
    class Cube(mn.Layer):
        def forward(self, x):
            return x**3

    with pytest.raises(TypeError, match=r"layers\[1\] Cube.*def to_torch"):
        to_torch(mn.Network([mn.Tanh(), Cube()]))

    class Known(Cube):
        def to_torch(self):
            return torch.nn.Threshold(-1e9, 0.0)

    assert len(to_torch(mn.Network([Known()]))) == 1
    with pytest.raises(TypeError, match="expected a Network"):
        to_torch(mn.Linear(2, 2))
