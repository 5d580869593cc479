"""Wrong trainings of all kinds, written after the rules, to see whether they hold."""

import numpy as np
from minnet.initializers import normal
from training_check.corpus.case import *

import minnet as mn

CASES = Corpus()
wrong = CASES.add


@wrong("inputs-not-scaled", "own")
def blood_pressure_and_income():
    r = rng(40)
    x = np.c_[r.normal(130, 15, 400), r.normal(40000, 12000, 400), r.integers(0, 2, 400)]
    y = (standard(x) @ [1.0, -1.0, 0.5] > 0).astype(int)
    net = [Linear(3, 12), ReLU(), Linear(12, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(0.01), x, y, 30)


@wrong("labels-not-from-zero outputs-do-not-match-classes", "own")
def classes_ten_twenty_thirty():
    x, y = scaled("iris")
    net = [Linear(4, 8), Tanh(), Linear(8, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, 10 * (y + 1), 20)


@wrong("targets-outside-output labels-not-whole", "own")
def probabilities_in_percent():
    x, y = scaled("iris")
    net = [Linear(4, 8), Tanh(), Linear(8, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, 100.0 * np.eye(3)[y], 20)


@wrong("learning-rate-too-high gradient-explodes", "own")
def a_line_at_rate_two():
    r = rng(41)
    x = r.normal(size=(200, 6))
    return Training([Linear(6, 1)], MeanSquaredError(), SGD(2.0), x, x.sum(axis=1), 20)


@wrong("labels-wrong-shape", "own")
def labels_as_one_row():
    x, y = scaled("penguins")
    net = [Linear(4, 8), Tanh(), Linear(8, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y[None], 20)


@wrong("targets-outside-output wrong-output-activation targets-not-scaled", "own")
def prices_behind_a_sigmoid():
    x, y = curve(300, 42)
    net = [Linear(1, 16), Tanh(), Linear(16, 1), Sigmoid()]
    return Training(net, MeanSquaredError(), Adam(0.02), x, 500 + 100 * y, 40)


@wrong("weights-too-small gradient-vanishes learning-rate-too-low", "own")
def elu_layers_of_a_thousandth():
    x, y = scaled("breast_cancer")
    w = {"weight_init": normal(0.0, 1e-3)}
    net = [Linear(30, 16, **w), mn.ELU(), Linear(16, 16, **w), mn.ELU(), Linear(16, 1, **w)]
    return Training([*net, Sigmoid()], BinaryCrossEntropy(), SGD(0.05), x, y, 20)


@wrong("over-regularized", "own")
def weight_decay_of_two():
    x, y = curve(300, 43)
    net = [Linear(1, 16), Tanh(), Linear(16, 1)]
    return Training(net, MeanSquaredError(), SGD(0.05, weight_decay=2.0), x, y, 60)


@wrong("targets-not-scaled learning-rate-too-high loss-oscillates", "own")
def currents_in_ampere():
    x, y = curve(300, 44)
    net = [Linear(1, 16), Tanh(), Linear(16, 1)]
    return Training(net, MeanSquaredError(), Adam(0.02), x, 1e-4 * y, 5)


class Share(mn.Activation):
    """exp(z) over its sum along the row."""

    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.a = e / e.sum(axis=1, keepdims=True)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=1, keepdims=True))


@wrong("softmax-over-one-unit wrong-output-activation", "own")
def a_custom_softmax_over_one_unit():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 8), ReLU(), Linear(8, 1), Share()]
    return Training(net, MeanSquaredError(), Adam(0.01), x, y, 15)


class Leaky(mn.Activation):
    """max(z, z/10), whose backward mixes up the two sides."""

    def forward(self, z):
        self.z = z
        return np.where(z > 0, z, 0.1 * z)

    def backward(self, grad):
        return grad * np.where(self.z > 0, 0.1, 1.0)


@wrong("wrong-backward", "own")
def a_leaky_relu_with_its_sides_exchanged():
    x, y = digits()
    net = [Linear(64, 32), Leaky(), Linear(32, 32), Leaky(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 8)


@wrong("validation-scaled-otherwise", "own")
def validation_between_zero_and_one():
    x, y = scaled("breast_cancer")
    held = (x[400:] - x.min(axis=0)) / np.ptp(x, axis=0)
    data = {"validation_data": (held, y[400:])}
    net = [Linear(30, 8), ReLU(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x[:400], y[:400], 20, 32, data)


@wrong("outputs-do-not-match-classes labels-wrong-shape", "own")
def one_hot_of_ten_for_three_outputs():
    x, y = scaled("iris")
    net = [Linear(4, 8), Tanh(), Linear(8, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, np.eye(10)[y], 20)


@wrong("learning-rate-too-low too-few-steps", "own")
def momentum_does_not_save_a_small_rate():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(1e-4, momentum=0.9), x, y, 10)
