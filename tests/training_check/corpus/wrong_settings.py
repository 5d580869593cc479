"""Wrong trainings: the fault is in the initial weights, the rate, the steps or the penalties."""

from minnet.initializers import constant, normal
from training_check.corpus.case import *

import minnet as mn

CASES = Corpus()
wrong = CASES.add


@wrong("weights-all-equal", "own")
def all_weights_zero():
    x, y = digits()
    net = [Linear(64, 32, weight_init="zeros"), Tanh(), Linear(32, 10, weight_init="zeros")]
    return Training([*net, Softmax()], CategoricalCrossEntropy(), SGD(0.1), x, y, 10)


@wrong("weights-too-large gradient-explodes units-dead", "own")
def weights_of_spread_fifty():
    x, y = digits()
    w = {"weight_init": normal(0.0, 50.0)}
    net = [Linear(64, 32, **w), ReLU(), Linear(32, 10, **w), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 10)


@wrong("weights-too-small gradient-vanishes", "own")
def weights_of_a_ten_thousandth():
    x, y = scaled("penguins")
    w = {"weight_init": normal(0.0, 1e-4)}
    net = [Linear(4, 16, **w), Tanh(), Linear(16, 16, **w), Tanh(), Linear(16, 3, **w), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), x, y, 30)


@wrong("units-dead", "own")
def biases_far_below_zero():
    x, y = scaled("breast_cancer")
    first = Linear(30, 16)
    first.bias.value = first.bias.value - 100.0
    net = [first, ReLU(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 20)


@wrong("gradient-vanishes", "own")
def ten_sigmoid_layers():
    x, y = scaled("penguins")
    hidden = [layer for _ in range(10) for layer in (Linear(8, 8), Sigmoid())]
    net = [Linear(4, 8), Sigmoid(), *hidden, Linear(8, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.3), x, y, 30)


@wrong("gradient-explodes weights-too-large", "own")
def six_layers_of_standard_normal_weights():
    x, y = digits()
    w = {"weight_init": normal(0.0, 1.0)}
    hidden = [layer for _ in range(6) for layer in (Linear(64, 64, **w), ReLU())]
    net = [*hidden, Linear(64, 10, **w), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.01), x, y, 10)


@wrong("learning-rate-too-high units-dead loss-oscillates", "own")
def rate_twenty():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(20.0), x, y, 10)


@wrong("learning-rate-too-low too-few-steps", "own")
def rate_of_a_hundred_thousandth():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 16), Tanh(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(1e-5), x, y, 30)


@wrong("loss-oscillates learning-rate-too-high", "own")
def adam_one_in_batches_of_eight():
    x, y = curve(300, 5)
    net = [Linear(1, 16), Tanh(), Linear(16, 1)]
    return Training(net, MeanSquaredError(), Adam(1.0), x, y, 40, 8)


@wrong("too-few-steps learning-rate-too-low", "own")
def two_epochs_of_one_batch():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.001), x, y, 2, 2000)


@wrong("over-regularized", "own")
def l2_of_one():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    penalty = {"penalty": mn.L2(1.0)}
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 30, trainer=penalty)


@wrong("weights-all-equal", "own")
def the_same_constant_everywhere():
    x, y = curve(300, 6)
    w = {"weight_init": constant(0.3)}
    net = [Linear(1, 16, **w), Tanh(), Linear(16, 1, **w)]
    return Training(net, MeanSquaredError(), Adam(0.02), x, y, 60)


@wrong("learning-rate-too-low", "own")
def rate_that_falls_with_each_step_instead_of_each_epoch():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    rate = mn.schedules.StepDecay(0.1, every=2, factor=0.5)
    return Training(net, CategoricalCrossEntropy(), SGD(rate), x, y, 10)
