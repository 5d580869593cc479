"""Wrong trainings: layers in the wrong place, wrong starts, and layers of one's own."""

import numpy as np
from minnet.initializers import constant, normal
from training_check.corpus.case import *

import minnet as mn

CASES = Corpus()
wrong = CASES.add


@wrong("missing-output-activation", "own")
def scores_into_categorical_cross_entropy():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3)]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 20)


@wrong("softmax-twice", "own")
def two_softmaxes():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax(), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 20)


@wrong("redundant-activation gradient-vanishes", "own")
def tanh_and_sigmoid_and_softmax():
    x, y = scaled("iris")
    net = [Linear(4, 8), Tanh(), Sigmoid(), Linear(8, 3), Sigmoid(), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 30)


@wrong("outputs-do-not-match-classes", "own")
def a_thousand_outputs():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 100), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 30)


@wrong("dropout-behind-output", "own")
def dropout_before_the_sigmoid():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 16), ReLU(), Linear(16, 1), Dropout(0.7), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.005), x, y, 15)


@wrong("dropout-too-high", "own")
def dropout_of_95_percent_twice():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Dropout(0.95), Linear(32, 32), ReLU(), Dropout(0.95)]
    net += [Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.003), x, y, 10)


@wrong("dropout-before-batch-norm dropout-too-high learning-rate-too-low", "own")
def convolution_dropout_norm():
    x, y = digits()
    net = [mn.Conv2d(1, 6, 3), Dropout(0.8), mn.BatchNorm(6), ReLU(), mn.Flatten()]
    net += [Linear(216, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.002), x.reshape(-1, 1, 8, 8), y, 4)


@wrong("weights-too-large gradient-vanishes gradient-explodes", "own")
def saturated_tanhs():
    x, y = scaled("penguins")
    w = {"weight_init": normal(0.0, 30.0)}
    net = [Linear(4, 16, **w), Tanh(), Linear(16, 16, **w), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 30)


@wrong("weights-too-small gradient-vanishes learning-rate-too-low", "own")
def deep_with_small_weights():
    x, y = digits()
    w = {"weight_init": normal(0.0, 0.01)}
    net = [Linear(64, 32, **w), ReLU()]
    net += [layer for _ in range(4) for layer in (Linear(32, 32, **w), ReLU())]
    net += [Linear(32, 10, **w), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 10)


@wrong("units-dead weights-too-large", "own")
def negative_weights_for_positive_pixels():
    x, y = digits()
    net = [Linear(64, 32, weight_init=constant(-1.0)), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 10)


@wrong("gradient-explodes weights-too-large", "own")
def ten_relu_layers_of_doubled_weights():
    x, y = scaled("breast_cancer")
    w = {"weight_init": normal(0.0, 1.0)}
    net = [Linear(30, 32, **w), ReLU()]
    net += [layer for _ in range(8) for layer in (Linear(32, 32, **w), ReLU())]
    net += [Linear(32, 1, **w), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(0.01), x, y, 20)


@wrong("loss-oscillates learning-rate-too-high", "own")
def momentum_of_99_percent():
    x, y = curve(300, 10)
    net = [Linear(1, 16), Tanh(), Linear(16, 1)]
    return Training(net, MeanSquaredError(), SGD(0.5, momentum=0.97), x, y, 30)


class Lookup(mn.Layer):
    """The sign of each number: nothing below it gets a gradient."""

    def forward(self, x):
        return np.sign(x)

    def backward(self, grad):
        return 0 * grad


@wrong("cannot-fit-one-batch gradient-vanishes wrong-output-activation", "own")
def the_sign_of_the_output():
    x, y = curve(200, 11)
    net = [Linear(1, 16), Tanh(), Linear(16, 1), Lookup()]
    return Training(net, MeanSquaredError(), Adam(0.01), x, np.sign(y), 40)


class Plain(mn.Layer):
    """Weights that no optimizer knows."""

    def __init__(self, inputs, outputs):
        self.w = np.random.default_rng(0).normal(size=(inputs, outputs)) / inputs**0.5

    def forward(self, x):
        self.x = x
        return x @ self.w

    def backward(self, grad):
        return grad @ self.w.T


@wrong("cannot-fit-one-batch", "own")
def weights_that_are_arrays():
    x, y = scaled("penguins")
    net = [Plain(4, 16), Tanh(), Plain(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 30)


class Halved(mn.Layer):
    """A Linear that forgets to transpose in backward."""

    def __init__(self, features):
        self.w = mn.Parameter(np.random.default_rng(1).normal(size=(features, features)) / 4)

    def forward(self, x):
        self.x = x
        return x @ self.w.value

    def backward(self, grad):
        self.w.grad = -self.x.T @ grad
        return grad @ self.w.value


@wrong("wrong-backward", "own")
def a_linear_without_transposing():
    x, y = generated("double_arc", 300, 6)
    net = [Linear(2, 16), Tanh(), Halved(16), Tanh(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(0.2), standard(x), y, 40)


class Upwards(mn.Loss):
    """Absolute error whose gradient has the wrong sign."""

    def forward(self, prediction, target):
        self.d = prediction - target
        return float(np.abs(self.d).sum() / len(self.d))

    def backward(self):
        return -np.sign(self.d) / len(self.d)


@wrong("wrong-backward", "own")
def a_loss_that_climbs():
    x, y = curve(200, 12)
    return Training([Linear(1, 8), Tanh(), Linear(8, 1)], Upwards(), SGD(0.05), x, y[:, None], 20)


@wrong("targets-outside-output wrong-output-activation", "own")
def angles_in_degrees_behind_a_tanh():
    x, y = curve(300, 13)
    net = [Linear(1, 16), Tanh(), Linear(16, 1), Tanh()]
    return Training(net, MeanSquaredError(), Adam(0.02), x, 90 * y, 40)


@wrong("gradient-vanishes", "own")
def eight_sigmoid_layers_on_arcs():
    x, y = generated("double_arc", 300, 7)
    net = [Linear(2, 8), Sigmoid()]
    net += [layer for _ in range(7) for layer in (Linear(8, 8), Sigmoid())]
    net += [Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(0.3), standard(x), y, 60)
