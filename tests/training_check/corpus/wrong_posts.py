"""Wrong trainings after public posts: the kind of program and the mistake, in code of our own."""

import numpy as np
from training_check.corpus.case import *

import minnet as mn

CASES = Corpus()
wrong = CASES.add
SO = "https://stackoverflow.com/questions/"


@wrong("learning-rate-too-low too-few-steps loss-does-not-fit-task", f"{SO}31556268")
def xor_by_slow_descent():
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    net = [Linear(2, 4), Sigmoid(), Linear(4, 1), Sigmoid()]
    return Training(net, MeanSquaredError(), SGD(0.01), x, y, 500, 4)


@wrong("softmax-over-one-unit wrong-output-activation", f"{SO}31880720")
def ones_or_zeros_behind_one_softmax():
    x = np.r_[np.ones((200, 64)), np.zeros((200, 64))]
    y = np.r_[np.ones(200), np.zeros(200)]
    net = [Linear(64, 20), ReLU(), Dropout(0.2), Linear(20, 1), Softmax()]
    return Training(net, MeanSquaredError(), RMSProp(0.001), x, y, 5, 10)


@wrong("wrong-output-activation loss-does-not-fit-task targets-outside-output", f"{SO}38648195")
def several_labels_behind_a_softmax():
    r = rng(1)
    x = r.normal(size=(800, 12))
    y = (x @ r.normal(size=(12, 4)) > 0).astype(float)
    net = [Linear(12, 32), ReLU(), Linear(32, 4), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.005), x, y, 20)


@wrong("wrong-output-activation targets-outside-output loss-does-not-fit-task", f"{SO}38648195")
def several_labels_squared_behind_a_softmax():
    r = rng(2)
    x = r.normal(size=(600, 10))
    y = (x @ r.normal(size=(10, 5)) > 0).astype(float)
    net = [Linear(10, 32), ReLU(), Linear(32, 5), Softmax()]
    return Training(net, MeanSquaredError(), Adam(0.01), x, y, 30)


@wrong("inputs-not-scaled", f"{SO}55328966")
def pixels_up_to_255():
    x, y = digits()
    net = [Linear(64, 64), Sigmoid(), Linear(64, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.5), 255 * x, y, 5)


@wrong("inputs-not-scaled targets-not-scaled", f"{SO}51181393")
def squares_of_numbers_to_a_hundred():
    x = np.arange(0.0, 100, 0.5)[:, None]
    net = [Linear(1, 8), Tanh(), Linear(8, 1)]
    return Training(net, MeanSquaredError(), Adam(), x, x[:, 0] ** 2, 50)


@wrong("too-few-steps learning-rate-too-low", f"{SO}58609115")
def a_line_in_ten_steps():
    x = np.array([[1.0], [2], [3], [4]])
    return Training([Linear(1, 1)], MeanSquaredError(), SGD(0.001), x, -3 * x, 10, 4)


@wrong("labels-not-from-zero labels-wrong-shape outputs-do-not-match-classes", f"{SO}59325381")
def labels_minus_one():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(), x, y - 1, 10)


@wrong("relu-output wrong-output-activation targets-outside-output units-dead", f"{SO}45337371")
def deep_regression_that_ends_in_relu():
    r = rng(3)
    x = r.normal(size=(400, 3))
    y = x @ [1.0, -2.0, 0.5] - 1
    net = [Linear(3, 16), ReLU(), Linear(16, 16), ReLU(), Linear(16, 1), ReLU()]
    return Training(net, MeanSquaredError(), Adam(0.003), x, y, 40)


@wrong("wrong-output-activation redundant-activation", f"{SO}50079585")
def relu_before_the_softmax():
    x, y = digits()
    net = [Linear(64, 16), ReLU(), Linear(16, 10), ReLU(), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.05), x, y, 10)


@wrong("wrong-output-activation missing-output-activation", f"{SO}51930566")
def tanh_under_cross_entropy():
    x, y = scaled("iris")
    net = [Linear(4, 8), ReLU(), Linear(8, 3), Tanh()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.005), x, y, 60)


@wrong("outputs-do-not-match-classes labels-not-from-zero targets-outside-output", f"{SO}44164749")
def one_sigmoid_for_three_classes():
    x, y = scaled("iris")
    net = [Linear(4, 8), ReLU(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.005), x, y, 60)


@wrong("loss-does-not-fit-task learning-rate-too-low", f"{SO}48385830")
def digits_by_squared_error_and_a_small_rate():
    x, y = digits()
    net = [Linear(64, 30), Sigmoid(), Linear(30, 10), Sigmoid()]
    return Training(net, MeanSquaredError(), SGD(0.01), x, np.eye(10)[y], 20, 10)


@wrong("loss-does-not-fit-task targets-outside-output labels-not-whole", f"{SO}47352366")
def regression_under_binary_cross_entropy():
    x, y = scaled("breast_cancer")
    y = 3 * x[:, 0] + x[:, 4]
    net = [Linear(30, 8), ReLU(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 20)


@wrong("units-dead learning-rate-too-high", "https://datascience.stackexchange.com/questions/5706")
def relus_killed_by_the_first_steps():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 32), ReLU(), Linear(32, 32), ReLU(), Linear(32, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(30.0), x, y, 20)


@wrong("too-few-steps learning-rate-too-low", "https://stats.stackexchange.com/questions/352036")
def adam_a_millionth():
    x, y = scaled("penguins")
    net = [Linear(4, 32), ReLU(), Linear(32, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(1e-6), x, y, 50)


@wrong("learning-rate-too-high loss-oscillates", "https://stats.stackexchange.com/questions/352036")
def adam_a_half():
    x, y = digits()
    net = [Linear(64, 32), Tanh(), Linear(32, 32), Tanh(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.5), x, y, 10)


@wrong("over-regularized", "https://stats.stackexchange.com/questions/352036")
def weight_decay_of_adamw():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), mn.AdamW(0.01, weight_decay=50.0), x, y, 10)


@wrong("over-regularized", "own")
def l1_of_a_tenth_on_digits():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    more = {"penalty": mn.L1(0.1)}
    return Training(net, CategoricalCrossEntropy(), Adam(0.003), x, y, 10, trainer=more)


@wrong("labels-look-random", "https://stats.stackexchange.com/questions/352036")
def labels_of_another_file():
    x, y = digits()
    net = [Linear(64, 64), ReLU(), Linear(64, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.003), x, rng(4).permutation(y), 20)


@wrong("conflicting-labels", "own")
def one_column_kept_of_four():
    r = rng(5)
    x = r.integers(0, 4, (400, 2)).astype(float)
    y = r.integers(0, 3, 400)
    net = [Linear(2, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 30)


@wrong("classes-unbalanced", "https://stackoverflow.com/questions/41600519")
def one_customer_in_two_hundred():
    r = rng(6)
    x = r.normal(size=(1200, 6))
    y = (np.arange(1200) % 200 == 0).astype(int)
    x[y == 1] += 0.7
    net = [Linear(6, 16), ReLU(), Linear(16, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.003), x, y, 15)


@wrong("sorted-not-shuffled", "own")
def digits_in_order_of_their_labels():
    x, y = digits()
    order = np.argsort(y, kind="stable")
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    data = {"shuffle": False}
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x[order], y[order], 8, 32, data)


@wrong("validation-scaled-otherwise inputs-not-scaled", "own")
def validation_pixels_up_to_255():
    x, y = digits()
    data = {"validation_data": (255 * x[1400:], y[1400:])}
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.005), x[:1400], y[:1400], 10, 32, data)


@wrong("validation-is-training", "own")
def split_with_replacement():
    x, y = scaled("penguins")
    held = rng(7).integers(0, len(x), 80)
    data = {"validation_data": (x[held], y[held])}
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y, 20, 32, data)


@wrong("too-few-rows", "own")
def ten_tumours():
    x, y = scaled("breast_cancer")
    few = np.r_[np.flatnonzero(y == 0)[:5], np.flatnonzero(y == 1)[:5]]
    net = [Linear(30, 128), ReLU(), Linear(128, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x[few], y[few], 60, 10)


@wrong("labels-wrong-shape not-flattened", "own")
def a_column_of_labels():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(), x, y.reshape(-1, 1), 10)


@wrong("labels-not-whole loss-does-not-fit-task", "own")
def grades_of_halves_as_classes():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y / 2, 20)


@wrong("inputs-merged inputs-not-scaled", "own")
def tiny_differences_on_a_large_number():
    r = rng(8)
    u = r.normal(size=(300, 2))
    x = 5e7 + u
    y = (u[:, 0] > u[:, 1]).astype(int)
    net = [Linear(2, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 40)


@wrong("targets-not-scaled learning-rate-too-low too-few-steps learning-rate-too-high", "own")
def distances_in_millimetres():
    r = rng(9)
    x = r.normal(size=(300, 4))
    y = 1e6 * np.tanh(x[:, 0]) + 3e6
    net = [Linear(4, 16), Tanh(), Linear(16, 1)]
    return Training(net, MeanAbsoluteError(), Adam(0.01), x, y, 40)


@wrong("not-flattened labels-wrong-shape", f"{SO}45120429")
def convolution_into_a_linear():
    x, y = digits()
    net = [mn.Conv2d(1, 4, 3), ReLU(), Linear(6, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(), x.reshape(-1, 1, 8, 8), y, 5)


@wrong("no-activation-between", "own")
def arcs_by_two_linears():
    x, y = generated("double_arc", 300, 5)
    net = [Linear(2, 32), Linear(32, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.02), standard(x), y, 80)
