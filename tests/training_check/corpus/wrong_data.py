"""Wrong trainings: the fault is in the data."""

import numpy as np
from training_check.corpus.case import *

CASES = Corpus()
wrong = CASES.add

SO = "https://stackoverflow.com/questions/"


@wrong("inputs-not-scaled learning-rate-too-high gradient-explodes targets-not-scaled", "own")
def flats_in_square_metres_and_years():
    r = rng(1)
    x = np.c_[r.uniform(20, 200, 300), r.uniform(1900, 2020, 300), r.integers(1, 6, 300)]
    y = standard(x) @ [1.0, 0.3, 0.5]
    net = [Linear(3, 16), ReLU(), Linear(16, 1)]
    return Training(net, MeanSquaredError(), SGD(0.01), x, y, 30)


@wrong("inputs-not-scaled", "own")
def penguins_in_grams():
    x, y = measured("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.05), x, y, 30)


@wrong("targets-not-scaled learning-rate-too-low too-few-steps", "own")
def salaries_in_euros():
    x, _ = scaled("breast_cancer")
    y = 42000 + 9000 * x[:, 0] - 4000 * x[:, 3]
    return Training([Linear(30, 16), ReLU(), Linear(16, 1)], MeanSquaredError(), Adam(), x, y, 20)


@wrong("inputs-constant", "own")
def one_row_repeated():
    x, y = scaled("iris")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.1), np.tile(x[3], (150, 1)), y, 30)


@wrong("inputs-constant", "own")
def normalized_twice_by_the_maximum_of_a_byte():
    x, y = digits()
    x = (x * 16).astype(np.uint8) // 255
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.003), x, y, 10)


@wrong("inputs-merged inputs-not-scaled", "own")
def milliseconds_since_1970():
    t = 1.6e12 + rng(3).uniform(0, 1000, 300)
    x, y = t[:, None], (t > 1.6e12 + 500).astype(int)
    net = [Linear(1, 8), Tanh(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 40)


@wrong("labels-not-from-zero targets-outside-output", "own")
def one_and_two():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 8), ReLU(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y + 1, 20)


@wrong("labels-not-from-zero outputs-do-not-match-classes", "own")
def species_from_one():
    x, y = scaled("penguins")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, y + 1, 20)


@wrong("labels-not-whole", "own")
def labels_divided_by_their_maximum():
    x, y = digits()
    net = [Linear(64, 32), ReLU(), Linear(32, 10), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.003), x, y / 9, 10)


@wrong("labels-wrong-shape", "own")
def one_hot_transposed():
    x, y = scaled("iris")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x, np.eye(3)[y].T, 20)


@wrong("labels-look-random", "own")
def rows_shuffled_without_their_labels():
    x, y = scaled("penguins")
    net = [Linear(4, 32), Tanh(), Linear(32, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), rng(4).permutation(x), y, 40)


@wrong("conflicting-labels", "own")
def features_rounded_away():
    x, y = generated("double_arc", 400, 3)
    x = np.sign(standard(x))
    net = [Linear(2, 16), Tanh(), Linear(16, 1), Sigmoid()]
    noisy = np.where(rng(5).random(400) < 0.45, 1 - y, y)
    return Training(net, BinaryCrossEntropy(), Adam(0.02), x, noisy, 40)


@wrong("classes-unbalanced", "own")
def four_failures_in_a_thousand():
    r = rng(6)
    x = r.normal(size=(1000, 5))
    y = (np.arange(1000) < 4).astype(int)
    x[:4] += 1.0
    order = r.permutation(1000)
    net = [Linear(5, 8), ReLU(), Linear(8, 1), Sigmoid()]
    return Training(net, BinaryCrossEntropy(), SGD(0.05), x[order], y[order], 10)


@wrong("too-few-rows", "own")
def eight_flowers():
    x, y = scaled("iris")
    few = np.r_[0:3, 50:53, 100:102]
    rest = np.setdiff1d(np.arange(150), few)
    net = [Linear(4, 64), ReLU(), Linear(64, 64), ReLU(), Linear(64, 3), Softmax()]
    data = {"validation_data": (x[rest], y[rest])}
    return Training(net, CategoricalCrossEntropy(), Adam(0.01), x[few], y[few], 50, 8, data)


@wrong("sorted-not-shuffled", "own")
def flowers_in_the_order_of_the_file():
    x, y = scaled("iris")
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    return Training(net, CategoricalCrossEntropy(), SGD(0.3), x, y, 20, 10, {"shuffle": False})


@wrong("validation-is-training", "own")
def validated_on_the_first_hundred_rows():
    x, y = scaled("breast_cancer")
    net = [Linear(30, 8), ReLU(), Linear(8, 1), Sigmoid()]
    data = {"validation_data": (x[:100], y[:100])}
    return Training(net, BinaryCrossEntropy(), Adam(0.01), x, y, 20, 32, data)


@wrong("validation-scaled-otherwise", "own")
def validation_not_scaled():
    x, y = measured("penguins")
    order = rng(7).permutation(len(x))
    here, there = order[:250], order[250:]
    net = [Linear(4, 16), Tanh(), Linear(16, 3), Softmax()]
    data = {"validation_data": (x[there], y[there])}
    return Training(
        net, CategoricalCrossEntropy(), Adam(0.01), standard(x[here]), y[here], 30, 32, data
    )


@wrong("targets-outside-output wrong-output-activation", "own")
def negative_targets_behind_a_sigmoid():
    x, y = curve(300, 8)
    net = [Linear(1, 16), Tanh(), Linear(16, 1), Sigmoid()]
    return Training(net, MeanSquaredError(), Adam(0.02), x, 3 * y, 60)
