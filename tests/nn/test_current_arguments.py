"""What a file says about a layer whose attributes were changed after its construction."""

import numpy as np
import pytest

import minnet as mn


class Scaled(mn.LeakyReLU):
    """A subclass with the constructor of a built-in layer."""


class Times(mn.Layer):
    def __init__(self, k=1.0, offsets=(0.0,)):
        self._k, self.offsets, self.calls = k * 2, offsets, 0

    def forward(self, x):
        self.calls += 1
        return x * self._k + self.offsets[0]

    def backward(self, grad):
        return grad * self._k


class Block(mn.Layer):
    def __init__(self, features=6):
        self.inner = [mn.Linear(features, features), mn.Dropout(0.5), mn.Tanh()]

    def forward(self, x):
        for layer in self.inner:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.inner[::-1]:
            grad = layer.backward(grad)
        return grad


class Deep(mn.Network):
    def __init__(self, features):
        super().__init__([mn.Linear(features, features), mn.Tanh()])


X = np.random.default_rng(0).normal(size=(5, 6))
OWN = [Scaled, Times, Block, Deep]


def saved_and_loaded(layer, path, change=lambda layer: None, x=X):
    network = mn.Network([layer], seed=0)
    change(layer)
    expected = network.predict(x)
    network.save(path)
    assert mn.load(path, layers=OWN).predict(x).tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("layer", "name", "value"),
    [
        (mn.LayerNorm(6), "epsilon", 1.0),
        (mn.ELU(1.0), "alpha", 0.5),
        (mn.GELU(), "approximate", True),
        (mn.BatchNorm(6), "epsilon", 0.5),
        (mn.Reshape(6), "shape", (6, 1)),
        (mn.Softmax(), "axis", 1),
        (mn.Conv2d(1, 2, 2), "padding", (1, 1)),
        (mn.MaxPool2d(2), "stride", (1, 1)),
        (mn.AveragePool2d(2), "kernel_size", (3, 3)),
    ],
)
def test_a_built_in_layer_is_saved_as_it_computes_now(layer, name, value, tmp_path):
    x = X.reshape(1, 1, 5, 6) if type(layer).__name__.endswith("2d") else X
    saved_and_loaded(layer, tmp_path / "n", lambda layer: setattr(layer, name, value), x)


@pytest.mark.parametrize(
    ("layer", "name", "value"),
    [
        (mn.Conv2d(1, 2, 2), "kernel_size", (1, 1)),
        (mn.LayerNorm(6), "epsilon", np.float64(1.0)),
        (mn.Linear(6, 6), "bias", None),
        (Scaled(0.1), "slope", 0.5),
        (Times(2.0), "_k", 3.0),
        (Times(2.0), "offsets", (1.0,)),
        (Block(), "inner", [mn.Linear(6, 6), mn.Dropout(0.5), mn.ReLU()]),
    ],
)
def test_what_no_arguments_make_is_refused_by_name(layer, name, value, tmp_path):
    network = mn.Network([layer], seed=0)
    setattr(layer, name, value)
    with pytest.raises(TypeError, match=rf"save: {type(layer).__name__}: expected .*save_values"):
        network.save(tmp_path / "n")
    assert not list(tmp_path.iterdir())


def test_a_change_deep_in_a_custom_layer_is_refused(tmp_path):
    block = Block()
    block.inner[1].rate = 0.9
    with pytest.raises(TypeError, match=r"Block: expected inner\[1\] as"):
        mn.Network([block], seed=0).save(tmp_path / "n")


@pytest.mark.parametrize("layer", [Scaled(0.3), Times(2.0), Times(), Block(), Deep(6)])
def test_custom_layers_that_were_not_changed_are_saved(layer, tmp_path):
    saved_and_loaded(layer, tmp_path / "n")
    saved_and_loaded(mn.Residual([type(layer)(6)]), tmp_path / "n")


def test_saving_draws_nothing_from_numpys_global_stream(tmp_path):
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    mn.Network([Deep(6), Block()], seed=0).save(tmp_path / "n")
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
