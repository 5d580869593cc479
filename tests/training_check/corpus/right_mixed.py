"""Right trainings of all kinds, written after the rules, to see whether they hold."""

import numpy as np
from training_check.corpus.case import *

import minnet as mn

CASES = Corpus()
right = CASES.right


@right()
def gelu_and_layer_norm():
    x, y = digits()
    net = [Linear(64, 48), mn.LayerNorm(48), mn.GELU(), Linear(48, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), mn.AdamW(0.003, weight_decay=0.01), x, y, 10)


@right()
def soft_labels_under_kullback_leibler():
    x, y = scaled("iris")
    soft = 0.9 * np.eye(3)[y] + 0.1 / 3
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, mn.KullbackLeibler(), Adam(0.01), x, soft, 50)


@right()
def ignored_labels():
    x, y = scaled("penguins")
    y = np.where(rng(50).random(len(y)) < 0.2, -1, y)
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(ignore_label=-1), Adam(0.01), x, y, 30)


@right()
def weights_for_three_classes():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    loss = CategoricalCrossEntropy(class_weight="balanced")
    return Training(net, loss, Adam(0.01), x, y, 30)


@right()
def a_parabola_of_nine_points():
    x = np.linspace(-1, 1, 9)[:, None]
    net = [Linear(1, 8), Tanh(), Linear(8, 1)]
    return Training(net, MeanSquaredError(), Adam(0.02), x, x[:, 0] ** 2, 400)


@right()
def adadelta_at_its_own_rate():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 16), ReLU(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), mn.AdaDelta(1.0), x, y, 20)


@right()
def the_chain_rule_for_teaching():
    x, y = scaled("iris")
    net = [Linear(4, 8), Tanh(), Linear(8, 3), Softmax()]
    more = {"fuse": False}
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 60, 16, trainer=more)


@right()
def a_convolutional_regression():
    x, _ = digits()
    images = x.reshape(-1, 1, 8, 8)
    y = (x * np.linspace(-1, 1, 64)).sum(axis=1)
    net = [mn.Conv2d(1, 4, 3, padding=1), ReLU(), mn.Flatten(), Linear(256, 1)]
    return Training(net, MeanSquaredError(), Adam(0.002), images, y, 8)


@right()
def arcs_with_leaky_relu_and_tiny_batches():
    x, y = generated("double_arc", 200, 8)
    net = [Linear(2, 16), mn.LeakyReLU(), Linear(16, 16), mn.LeakyReLU(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(0.05), standard(x), y, 60, 4)


@right()
def a_frozen_first_layer():
    x, y = digits()
    first = Linear(64, 64)
    first.trainable = False
    net = [first, Tanh(), Linear(64, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 10)


@right()
def float64_and_a_large_offset_of_time():
    t = 1.7e9 + rng(51).uniform(0, 600, 300)
    x = ((t - t.mean()) / t.std())[:, None]
    net = mn.Network([Linear(1, 24), Tanh(), Linear(24, 1)], seed=0, dtype="float64")
    return Training(net, MeanSquaredError(), Adam(0.02), x, np.sin(x[:, 0] * 2), 120)


@right()
def prices_in_thousands():
    x, _ = scaled("breast_cancer")
    y = 3 + 0.8 * x[:, 0] - 0.4 * x[:, 5]
    return Training([Linear(30, 16), ReLU(), Linear(16, 1)], mn.Huber(), Adam(0.005), x, y, 40)


@right()
def counts_from_zero_to_six():
    r = rng(52)
    x = r.normal(size=(500, 4))
    y = np.clip(np.round(2.5 + x @ [1.0, 0.5, -0.5, 0.2]), 0, 6)
    net = [Linear(4, 16), ReLU(), Linear(16, 1)]
    return Training(net, MeanSquaredError(), Adam(0.01), x, y, 40)


@right()
def curve_with_two_inputs_of_different_size():
    r = rng(53)
    x = np.c_[r.uniform(-1, 1, 400), r.uniform(0, 5, 400)]
    y = x[:, 0] * x[:, 1]
    net = [Linear(2, 24), Tanh(), Linear(24, 1)]
    return Training(net, MeanSquaredError(), Adam(0.01), x, y, 60)
