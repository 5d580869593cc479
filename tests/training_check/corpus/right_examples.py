"""Right trainings after the examples, the README and the docstrings of the project."""

import numpy as np
from training_check.corpus.case import *

import minnet as mn

CASES = Corpus()
right = CASES.right


def held_out(name, fraction=0.3):
    """The scaled training rows, and a validation set on the same scale."""
    x, y = measured(name)
    a, b, ya, yb = mn.data.train_test_split(x, y, fraction, seed=0, stratify=True)
    scaler = mn.data.Standardizer().fit(a)
    return scaler.transform(a), ya, {"validation_data": (scaler.transform(b), yb)}


@right("README.md")
def readme_iris():
    x, y, _ = held_out("iris")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 50, 10)


@right("examples/binary_classification.py")
def one_neuron_on_two_clouds():
    x, y = generated("linear_binary", 200, 0)
    return Training([Linear(2, 1), Sigmoid()], BinaryCrossEntropy(), Adam(0.1), x, y, 60)


@right("examples/binary_classification.py")
def arcs_by_eight_units():
    x, y = generated("double_arc", 400, 0)
    net = [Linear(2, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.03), x, y, 150)


@right("examples/binary_classification.py")
def tumours_by_one_neuron():
    x, y, data = held_out("breast_cancer")
    optimizer = SGD(0.1, weight_decay=0.01)
    return Training([Linear(30, 1), Sigmoid()], BinaryCrossEntropy(), optimizer, x, y, 50, 32, data)


@right("examples/three_classes.py")
def three_classes_by_lines():
    x, y = generated("linear_three_class", 400, 0)
    net = [Linear(2, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.05), standard(x), y, 80)


@right("examples/three_classes.py")
def penguins_with_a_test_set():
    x, y, data = held_out("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 50, 16, data)


@right("examples/digits.py")
def digits_dense():
    x, y = digits()
    net = [Linear(64, 128, weight_init="he_uniform"), ReLU(), Linear(128, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.001), x, y, 12)


@right("examples/digits.py")
def digits_by_two_convolutions():
    x, y = digits()
    net = [mn.Conv2d(1, 8, 3, padding=1, weight_init="he_uniform"), ReLU(), mn.MaxPool2d(2)]
    net += [mn.Conv2d(8, 16, 3, padding=1, weight_init="he_uniform"), ReLU(), mn.MaxPool2d(2)]
    net += [mn.Flatten(), Linear(64, 32, weight_init="he_uniform"), ReLU(), Linear(32, 10)]
    images = x.reshape(-1, 1, 8, 8)
    return Training([*net, Softmax()], CategoricalCrossEntropy(), Adam(0.003), images, y, 6)


@right("examples/regularization.py")
def few_points_without_a_remedy():
    x, y = generated("double_arc", 60, 3)
    start = {"weight_init": "he_normal"}
    net = [Linear(2, 32, **start), ReLU(), Linear(32, 32, **start), ReLU(), Linear(32, 1)]
    return Training([*net, Sigmoid()], BinaryCrossEntropy(), Adam(0.01), standard(x), y, 100)


@right("examples/regularization.py")
def dropout_of_a_half():
    x, y = generated("double_arc", 200, 4)
    net = [Linear(2, 32, weight_init="he_normal"), ReLU(), Dropout(0.5), Linear(32, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), standard(x), y, 100)


@right("examples/regularization.py")
def l2_of_a_hundredth():
    x, y = generated("double_arc", 200, 5)
    net = [Linear(2, 32, weight_init="he_normal"), ReLU(), Linear(32, 1), Sigmoid()]
    penalty = {"penalty": mn.L2(0.001)}
    return Training(net, BinaryCrossEntropy(), Adam(0.01), standard(x), y, 100, trainer=penalty)


@right("examples/batch_norm.py")
def five_layers_with_batch_norm():
    x, y, _ = held_out("breast_cancer")
    net = []
    for inputs in (30, 24, 24, 24):
        net += [Linear(inputs, 24), mn.BatchNorm(24), Tanh()]
    return Training([*net, Linear(24, 1), Sigmoid()], BinaryCrossEntropy(), SGD(0.1), x, y, 15)


@right("examples/initialization.py")
def deep_tanh_by_glorot():
    x, y, _ = held_out("breast_cancer")
    net = []
    for inputs in (30, 24, 24, 24, 24):
        net += [Linear(inputs, 24, weight_init="glorot_normal"), Tanh()]
    return Training([*net, Linear(24, 1), Sigmoid()], BinaryCrossEntropy(), SGD(0.1), x, y, 20)


@right("examples/optimizers.py")
def momentum_with_a_schedule():
    x, y, _ = held_out("breast_cancer")
    rate = mn.schedules.OneCycle(0.1, steps=20 * 13)
    net = [Linear(30, 16), Tanh(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(rate, momentum=0.9), x, y, 20)


@right("examples/optimizers.py")
def rmsprop_on_tumours():
    x, y, _ = held_out("breast_cancer")
    net = [Linear(30, 16), Tanh(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), mn.RMSProp(0.003), x, y, 20)


@right("examples/optimizers.py")
def adagrad_on_penguins():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), mn.AdaGrad(0.1), x, y, 30)


@right("examples/learning_speed.py")
def squared_error_behind_a_sigmoid():
    x, y, _ = held_out("breast_cancer")
    net = [Linear(30, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, MeanSquaredError(), SGD(0.5), x, y, 30)


@right("examples/learning_speed.py")
def squared_error_behind_a_softmax():
    x, y = scaled("penguins")
    net = [Linear(4, 8), Tanh(), Linear(8, 3), Softmax()]
    return Training(net, MeanSquaredError(), SGD(1.0), x, np.eye(3)[y], 40)


class Scale(mn.Layer):
    """One gain for each feature."""

    def __init__(self, features):
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


class Swish(mn.Activation):
    """z times its sigmoid."""

    def forward(self, z):
        self.z, self.s = z, (1 + np.tanh(z / 2)) / 2
        return z * self.s

    def backward(self, grad):
        return grad * (self.s + self.z * self.s * (1 - self.s))


@right("examples/custom_layer.py")
def a_layer_and_an_activation_of_ones_own():
    x = np.random.default_rng(1).uniform(-3, 3, (300, 1))
    y = np.sin(x[:, 0])
    net = [Linear(1, 16), Swish(), Scale(16), Linear(16, 1)]
    return Training(net, MeanSquaredError(), Adam(0.01), x, y, 100, 30)


@right("examples/figures_neuron.py")
def one_neuron_one_point():
    x, y = np.array([[1.0]]), np.array([[0.0]])
    return Training([Linear(1, 1), Sigmoid()], BinaryCrossEntropy(), SGD(0.5), x, y, 60, 1)


@right("docstring of Trainer")
def four_points_on_a_line():
    x, y = np.array([[0.0], [1.0], [2.0], [3.0]]), [0, 0, 1, 1]
    net = [Linear(1, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(1.0), x, np.array(y), 50, 4)


@right("docstring of GradientMonitor")
def two_points():
    x, y = np.array([[1.0], [2.0]]), np.array([0.0, 1.0])
    net = [Linear(1, 4), Tanh(), Linear(4, 1)]
    return Training(net, MeanSquaredError(), SGD(0.1), x, y, 200)


@right("docstring of lr_range_test")
def three_times_x():
    x = np.random.default_rng(0).normal(size=(64, 1))
    return Training([Linear(1, 1)], MeanSquaredError(), SGD(0.1), x, 3 * x, 20, 16)


@right("plot.logic_gates")
def or_gate():
    x, y = mn.datasets.logic_gate("OR")
    return Training([Linear(2, 1), Sigmoid()], BinaryCrossEntropy(), SGD(1.0), x, y, 200, 4)


@right("plot.logic_gates")
def xor_by_a_hidden_layer():
    x, y = mn.datasets.xor()
    net = [Linear(2, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.05), x, y, 300, 4)
