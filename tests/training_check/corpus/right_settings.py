"""Right trainings: nothing in them is a mistake."""

import numpy as np
from training_check.corpus.case import *

import minnet as mn

CASES = Corpus()
right = CASES.right


@right()
def penguins_scaled():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 40)


@right()
def arcs_with_relu():
    x, y = generated("double_arc", 300, 4)
    net = [Linear(2, 16, weight_init="he_normal"), ReLU(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.02), standard(x), y, 60)


@right()
def copper_coin():
    x, y = generated("copper_coin", 300, 0)
    net = [Linear(2, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.03), standard(x), y, 100)


@right()
def spirals_by_two_hidden_layers():
    x, y = generated("spirals", 300, 1)
    net = [Linear(2, 32), Tanh(), Linear(32, 32), Tanh(), Linear(32, int(y.max()) + 1), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), standard(x), y, 120)


@right()
def noisy_labels():
    x, y = scaled("breast_cancer")
    y = np.where(rng(1).random(len(y)) < 0.15, 1 - y, y)
    net = [Linear(30, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(0.1), x, y, 30)


@right()
def noisy_regression():
    x, y = curve(400, 7, noise=0.4)
    net = [Linear(1, 16), Tanh(), Linear(16, 1)]
    return Training(net, MeanSquaredError(), Adam(0.02), x, y, 80)


@right()
def digits_autoencoder():
    x, _ = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 64), Sigmoid()]
    return Training(net, MeanSquaredError(), Adam(0.005), x, x, 20)


@right()
def digits_with_momentum():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.05, momentum=0.9), x, y, 12)


@right()
def digits_with_dropout_and_validation():
    x, y = digits()
    net = [Linear(64, 64), ReLU(), Dropout(0.3), Linear(64, 10), Softmax()]
    data = {"validation_data": (x[1400:], y[1400:])}
    return Training(net, CategoricalCrossEntropy(), Adam(0.003), x[:1400], y[:1400], 12, 32, data)


@right()
def convolution():
    x, y = digits()
    net = [mn.Conv2d(1, 8, 3, padding=1), ReLU(), mn.MaxPool2d(2), mn.Flatten()]
    net += [Linear(128, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.005), x.reshape(-1, 1, 8, 8), y, 6)


@right()
def iris_unscaled_small_range():
    x, y = measured("iris")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 80)


@right()
def hinge():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 8), ReLU(), Linear(8, 1)]
    return Training(net, mn.Hinge(), Adam(0.005), x, y, 20)


@right()
def residual_blocks():
    x, y = scaled("breast_cancer")
    block = [mn.Residual([Linear(30, 30), ReLU(), Linear(30, 30)]) for _ in range(3)]
    net = [*block, Linear(30, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.003), x, y, 20)
