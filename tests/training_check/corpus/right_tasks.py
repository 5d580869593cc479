"""Right trainings of many tasks: regression, several labels, noise, few rows, deep networks."""

import numpy as np
from training_check.corpus.case import *

import minnet as mn

CASES = Corpus()
right = CASES.right


@right()
def line_with_noise():
    r = rng(20)
    x = r.normal(size=(200, 4))
    y = x @ [1.0, -1.0, 0.5, 2.0] + 0.5 * r.normal(size=200)
    return Training([Linear(4, 1)], MeanSquaredError(), SGD(0.05), x, y, 30)


@right()
def weak_signal():
    r = rng(21)
    x = r.normal(size=(400, 3))
    y = 0.5 * x[:, 0] + r.normal(size=400)
    return Training([Linear(3, 1)], MeanSquaredError(), SGD(0.05), x, y, 30)


@right()
def weak_signal_by_a_hidden_layer():
    r = rng(22)
    x = r.normal(size=(500, 4))
    y = 0.6 * np.tanh(x[:, 0]) + 0.8 * r.normal(size=500)
    net = [Linear(4, 8), Tanh(), Linear(8, 1)]
    return Training(net, MeanSquaredError(), Adam(0.005), x, y, 30)


@right()
def a_third_of_the_labels_flipped():
    r = rng(23)
    x = r.normal(size=(500, 3))
    y = (x[:, 0] + x[:, 1] > 0).astype(int)
    y = np.where(r.random(500) < 0.3, 1 - y, y)
    net = [Linear(3, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 30)


@right()
def overlapping_clouds():
    r = rng(24)
    y = np.arange(600) % 3
    x = r.normal(size=(600, 2)) + np.array([[0, 0], [1.5, 0], [0, 1.5]])[y]
    net = [Linear(2, 16), ReLU(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 30)


@right()
def two_outputs():
    x = rng(25).uniform(-2, 2, (300, 2))
    y = np.c_[np.sin(x[:, 0]), x[:, 0] * x[:, 1] / 2]
    net = [Linear(2, 24), Tanh(), Linear(24, 2)]
    return Training(net, MeanSquaredError(), Adam(0.01), x, y, 80)


@right()
def outliers_under_huber():
    x, y = curve(300, 26)
    y[::25] += 4
    net = [Linear(1, 16), Tanh(), Linear(16, 1)]
    return Training(net, mn.Huber(), Adam(0.02), x, y, 80)


@right()
def absolute_error():
    x, y = curve(300, 27)
    net = [Linear(1, 16), ReLU(), Linear(16, 1)]
    return Training(net, mn.MeanAbsoluteError(), Adam(0.02), x, y, 80)


@right()
def several_labels():
    r = rng(28)
    x = r.normal(size=(800, 10))
    y = (x @ r.normal(size=(10, 4)) > 0).astype(float)
    net = [Linear(10, 24), ReLU(), Linear(24, 4), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 20)


@right()
def rare_labels_of_several():
    r = rng(29)
    x = r.normal(size=(600, 6))
    y = (x[:, :3] > 1.2).astype(float)
    net = [Linear(6, 16), Tanh(), Linear(16, 3), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.02), x, y, 30)


@right()
def autoencoder_under_binary_cross_entropy():
    x, _ = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 64), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.005), x, x, 15)


@right()
def linear_autoencoder():
    x, _ = scaled("breast_cancer")
    return Training([Linear(30, 6), Linear(6, 30)], MeanSquaredError(), Adam(0.01), x, x, 60)


@right()
def denoising():
    x, _ = digits()
    noisy = x + 0.2 * rng(30).normal(size=x.shape)
    net = [Linear(64, 48), ReLU(), Linear(48, 64)]
    return Training(net, MeanSquaredError(), Adam(0.005), noisy, x, 25)


@right()
def a_tenth_of_one_class_with_weights():
    r = rng(31)
    y = (np.arange(600) % 10 == 0).astype(int)
    x = r.normal(size=(600, 4)) + 2.0 * y[:, None]
    net = [Linear(4, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(class_weight="balanced"), Adam(0.02), x, y, 30)


@right()
def a_tenth_of_one_class():
    r = rng(32)
    y = (np.arange(600) % 10 == 0).astype(int)
    x = r.normal(size=(600, 4)) + 2.5 * y[:, None]
    net = [Linear(4, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.02), x, y, 30)


@right()
def sample_weights():
    x, y = scaled("iris")
    weight = {"sample_weight": np.where(y == 1, 2.0, 1.0)}
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 60, 16, weight)


@right()
def label_smoothing():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    loss = CategoricalCrossEntropy(label_smoothing=0.1)
    return Training(net, loss, Adam(0.005), x, y, 15)


@right()
def ten_rows_by_heart():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x[:20], y[:20], 100, 20)


@right()
def parity_of_three_bits():
    x = np.array([[(i >> k) & 1 for k in range(3)] for i in range(8)], float)
    y = x.sum(axis=1).astype(int) % 2
    net = [Linear(3, 16), Tanh(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.05), x, y, 300, 8)


@right()
def eight_relu_layers_by_he():
    x, y = scaled("breast_cancer")
    start = {"weight_init": "he_normal"}
    net = []
    for inputs in (30, *[24] * 7):
        net += [Linear(inputs, 24, **start), ReLU()]
    return Training([*net, Linear(24, 1), Sigmoid()], BinaryCrossEntropy(), SGD(0.05), x, y, 30)


@right()
def selu_by_lecun():
    x, y = scaled("penguins")
    start = {"weight_init": "lecun_normal"}
    net = [Linear(4, 16, **start), mn.SELU(), Linear(16, 16, **start), mn.SELU()]
    net += [Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.005), x, y, 40)


@right()
def residual_network_of_twelve_layers():
    x, y = scaled("breast_cancer")
    blocks = [mn.Residual([Linear(30, 30), Tanh(), Linear(30, 30)]) for _ in range(6)]
    net = [*blocks, Linear(30, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.001), x, y, 20)


@right()
def inputs_from_zero_to_ten():
    r = rng(33)
    x = r.uniform(0, 10, (400, 3))
    y = (x.sum(axis=1) > 15).astype(int)
    net = [Linear(3, 16), ReLU(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 60)


@right()
def small_inputs():
    r = rng(34)
    x = r.uniform(0, 0.2, (300, 2))
    y = (x[:, 0] > x[:, 1]).astype(int)
    net = [Linear(2, 16), Tanh(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.05), x, y, 100)


@right()
def one_hot_columns_and_counts():
    r = rng(35)
    x = np.c_[np.eye(5)[r.integers(0, 5, 400)], r.poisson(1.0, (400, 3))].astype(float)
    y = (x[:, 0] + x[:, 5] > 1).astype(int)
    net = [Linear(8, 16), ReLU(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 40)


@right()
def sorted_but_shuffled():
    x, y = scaled("iris")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 50, 10)


@right()
def mixed_and_not_shuffled():
    x, y = scaled("iris")
    order = rng(36).permutation(150)
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    data = {"shuffle": False}
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x[order], y[order], 50, 10, data)


@right()
def all_rows_in_one_batch():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.5), x, y, 300, 400)


@right()
def warm_up_and_decay():
    x, y = scaled("penguins")
    rate = mn.schedules.WarmUp(mn.schedules.Constant(0.02), steps=30)
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(rate), x, y, 30)


@right()
def gradient_clipping():
    x, y = digits()
    net = [Linear(64, 32), Tanh(), Linear(32, 10), Softmax()]
    more = {"clip_norm": 1.0, "penalty": mn.L2(1e-4)}
    return Training(net, CategoricalCrossEntropy(), SGD(0.3), x, y, 15, trainer=more)


@right()
def a_network_that_has_learned_before():
    x, y = scaled("iris")
    network = mn.Network([Linear(4, 16), Tanh(), Linear(16, 3), Softmax()], seed=0)
    first = mn.Trainer(network, CategoricalCrossEntropy(), SGD(0.1), seed=0)
    first.fit(x, y, epochs=50, batch_size=10, progress=False)
    return Training(network, CategoricalCrossEntropy(), SGD(0.01), x, y, 10)


@right()
def zero_weights_without_a_hidden_layer():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 1, weight_init="zeros"), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(0.1), x, y, 20)


@right()
def a_hinge_of_minus_one_and_one():
    x, y = generated("linear_binary", 300, 2)
    return Training([Linear(2, 1)], mn.Hinge(), SGD(0.1), standard(x), 2 * y - 1, 30)


@right()
def nested_networks():
    x, y = scaled("penguins")
    body = mn.Network([Linear(4, 16), Tanh(), Linear(16, 8), Tanh()])
    net = [body, Linear(8, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 30)


@right()
def fractions_behind_a_sigmoid():
    r = rng(37)
    x = r.uniform(-2, 2, (300, 2))
    y = 1 / (1 + np.exp(-2 * x[:, 0] + x[:, 1]))
    net = [Linear(2, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.03), x, y, 60)


@right()
def centred_images():
    x, y = measured("digits")
    x = (x.reshape(len(x), 1, 8, 8) - 8) / 8
    net = [mn.Conv2d(1, 8, 3), mn.BatchNorm(8), ReLU(), mn.GlobalAveragePool2d()]
    net += [Linear(8, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.03), x, y, 8)
