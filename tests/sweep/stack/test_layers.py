"""Every layer and activation in a stack: the bits of single runs."""

import pytest
from stacked_runs import data, same_either_way, trainer

import minnet as mn

ACTIVATIONS = [
    *(mn.ELU, mn.SELU, mn.GELU, mn.Identity, mn.LeakyReLU, mn.ReLU, mn.HardSigmoid, mn.Sigmoid),
    *(mn.HardSwish, mn.SiLU, mn.Softplus, mn.Step, mn.Tanh, mn.Softmax),
    lambda: mn.GELU(approximate=True),
]
PARTS = {
    "linear without bias": lambda width, seed: [mn.Linear(width, width, bias=False)],
    "batch norm": lambda width, seed: [mn.BatchNorm(width, momentum=0.3), mn.ReLU()],
    "layer norm": lambda width, seed: [mn.LayerNorm(width), mn.Tanh()],
    "dropout": lambda width, seed: [mn.Dropout((0.5, 0.2, 0.0)[seed])],
    "flatten": lambda width, seed: [mn.Flatten()],
    "residual": lambda width, seed: [mn.Residual([mn.Tanh(), mn.Linear(width, width)])],
    "network": lambda width, seed: [mn.Network([mn.Linear(width, width), mn.Tanh()])],
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation, dtype):
    def make(seed):
        layers = [mn.Linear(3, 5), activation(), mn.Linear(5, 3), mn.Softmax()]
        return trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.5), seed, dtype)

    arrays = data()
    same_either_way(make, {"seed": range(3)}, arrays, batch_size=8, validation_data=arrays)


@pytest.mark.parametrize("width", [1, 4])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("part", PARTS)
def test_layers(part, first, width):
    def make(seed):
        layers = PARTS[part](width, seed)
        before = [] if first else [mn.Linear(width, width)]
        layers = [*before, *layers, *PARTS[part](width, seed), mn.Linear(width, 3), mn.Softmax()]
        return trainer(layers, mn.CategoricalCrossEntropy(), mn.Adam(0.1), seed)

    arrays = data(features=width)
    same_either_way(make, {"seed": range(3)}, arrays, batch_size=5, validation_data=arrays)


def test_frozen_layers_stay_as_they_are():
    def make(seed):
        layers = [mn.Linear(3, 4), mn.BatchNorm(4), mn.Tanh(), mn.Linear(4, 3), mn.Softmax()]
        layers[0].trainable = layers[1].trainable = False
        return trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.5), seed)

    same_either_way(make, {"seed": range(3)}, data())


def test_many_rows_are_evaluated_in_the_same_pieces():
    def make(seed):
        layers = [mn.Linear(3, 4), mn.Tanh(), mn.Linear(4, 3), mn.Softmax()]
        return trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.5), seed)

    validation = data(samples=2345)
    same_either_way(make, {"seed": range(2)}, data(), validation_data=validation)
