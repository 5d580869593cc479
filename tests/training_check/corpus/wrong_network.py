"""Wrong trainings: the fault is in the network, or in how it fits the loss."""

import numpy as np
from training_check.corpus.case import *

import minnet as mn

CASES = Corpus()
wrong = CASES.add


@wrong("missing-output-activation", "own")
def logits_into_binary_cross_entropy():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 8), ReLU(), Linear(8, 1)]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 20)


@wrong("wrong-output-activation", "own")
def sigmoids_under_categorical_cross_entropy():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Sigmoid()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.003), x, y, 10)


@wrong("softmax-over-one-unit wrong-output-activation", "own")
def softmax_for_yes_or_no():
    x, y = generated("double_arc", 300, 1)
    net = [Linear(2, 8), Tanh(), Linear(8, 1), Softmax()]
    return Training(net, BinaryCrossEntropy(), Adam(0.03), standard(x), y, 40)


class Normalize(mn.Activation):
    """exp(z) over the sum of its row."""

    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.a = e / e.sum(axis=1, keepdims=True)
        return self.a

    def backward(self, grad):
        return self.a * (grad - (grad * self.a).sum(axis=1, keepdims=True))


@wrong("softmax-twice redundant-activation", "own")
def a_softmax_of_ones_own_before_softmax():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Normalize(), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 10)


@wrong("relu-output targets-outside-output wrong-output-activation", "own")
def temperatures_behind_a_relu():
    x, y = curve(300, 2)
    net = [Linear(1, 16), Tanh(), Linear(16, 1), ReLU()]
    return Training(net, MeanSquaredError(), Adam(0.02), x, 2 * y, 60)


@wrong("no-activation-between", "own")
def spirals_by_straight_lines():
    x, y = generated("spirals", 300, 0)
    k = int(y.max()) + 1
    net = [Linear(2, 32), Linear(32, 32), Linear(32, k), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), standard(x), y, 40)


@wrong("redundant-activation gradient-vanishes", "own")
def three_sigmoids_in_a_row():
    x, y = generated("double_arc", 300, 2)
    net = [Linear(2, 16), Sigmoid(), Sigmoid(), Sigmoid(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(0.5), standard(x), y, 60)


@wrong("outputs-do-not-match-classes labels-not-from-zero", "own")
def five_outputs_for_ten_digits():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 5), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.003), x, y, 10)


@wrong("not-flattened labels-wrong-shape", "own")
def images_into_a_linear():
    x, y = digits()
    net = [Linear(8, 16), ReLU(), Linear(16, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.003), x.reshape(-1, 1, 8, 8), y, 10)


@wrong("dropout-behind-output", "own")
def dropout_of_the_answer():
    x, y = curve(300, 3)
    net = [Linear(1, 16), Tanh(), Linear(16, 1), Dropout(0.4)]
    return Training(net, MeanSquaredError(), Adam(0.02), x, y + 3, 60)


@wrong("dropout-too-high", "own")
def nearly_all_dropped():
    x, y = scaled("penguins")
    net = [Linear(4, 16), ReLU(), Dropout(0.97), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.05), x, y, 20)


@wrong("dropout-before-batch-norm learning-rate-too-low", "own")
def dropout_then_batch_norm():
    x, y = digits()
    net = [Linear(64, 32), Dropout(0.6), mn.BatchNorm(32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.001), x, y, 5)


@wrong("loss-does-not-fit-task", "own")
def classes_as_numbers():
    x, y = digits()
    net = [Linear(64, 16), ReLU(), Linear(16, 1)]
    return Training(net, MeanSquaredError(), SGD(0.001), x, y, 20)


class BadTanh(mn.Activation):
    """tanh with the derivative 1 + a^2."""

    def forward(self, z):
        self.a = np.tanh(z)
        return self.a

    def backward(self, grad):
        return -grad * (1 + self.a**2)


@wrong("wrong-backward", "own")
def a_tanh_with_a_wrong_sign():
    x, y = curve(300, 4)
    net = [Linear(1, 16), BadTanh(), Linear(16, 16), BadTanh(), Linear(16, 1)]
    return Training(net, MeanSquaredError(), SGD(0.05), x, y, 60)


class Rounded(mn.Layer):
    """Whole numbers: their derivative is 0 nearly everywhere."""

    def forward(self, x):
        return np.round(x)

    def backward(self, grad):
        return np.zeros_like(grad)


@wrong("cannot-fit-one-batch gradient-vanishes", "own")
def rounded_before_the_softmax():
    x, y = scaled("iris")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Rounded(), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 30)
