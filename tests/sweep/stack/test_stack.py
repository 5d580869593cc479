"""A stack's step: optimizers and their settings, schedules, penalties, clipping."""

import pytest
from stacked_runs import data, same_either_way, trainer

import minnet as mn

OPTIMIZERS = {
    "sgd": mn.SGD,
    "momentum": lambda rate: mn.SGD(rate, momentum=0.5 + rate, weight_decay=rate / 10),
    "nesterov": lambda rate: mn.SGD(rate, momentum=0.9, nesterov=True),
    "adam": mn.Adam,
    "adamw": lambda rate: mn.AdamW(rate, beta1=0.5 + rate, weight_decay=rate),
    "rmsprop": lambda rate: mn.RMSProp(rate, momentum=rate, centered=True),
    "adagrad": mn.AdaGrad,
    "adadelta": lambda rate: mn.AdaDelta(weight_decay=rate),
    "cosine": lambda rate: mn.SGD(mn.schedules.Cosine(rate, 20)),
    "own schedule": lambda rate: mn.SGD(lambda step: rate / (1 + step)),
    "warm up": lambda rate: mn.Adam(mn.schedules.WarmUp(rate, 5)),
}


def layers(seed):
    return [mn.Linear(3, 4), mn.Tanh(), mn.Linear(4, 3), mn.Softmax()]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers_whose_settings_differ(optimizer):
    def make(rate, seed):
        loss = mn.CategoricalCrossEntropy()
        return trainer(layers(seed), loss, OPTIMIZERS[optimizer](rate), seed)

    same_either_way(make, {"rate": [0.1, 0.3], "seed": range(2)}, data(), batch_size=8)


@pytest.mark.parametrize("bounds", [{}, {"clip_norm": 0.1}, {"clip_value": 0.01}])
def test_penalties_that_differ_and_clipping(bounds):
    def make(strength, seed):
        loss, penalty = mn.MeanSquaredError(), [mn.L1(strength), mn.L2(2 * strength)]
        return trainer(layers(seed), loss, mn.SGD(0.3), seed, penalty=penalty, **bounds)

    arrays = data()
    grid = {"strength": [0.01, 0.1], "seed": range(2)}
    same_either_way(make, grid, arrays, validation_data=arrays)


def test_a_schedule_that_fails_for_one_run():
    def make(seed):
        def rate(step):
            if seed == 1 and step == 2:
                raise ValueError("no rate")
            return 0.1

        return trainer(layers(seed), mn.CategoricalCrossEntropy(), mn.SGD(rate), seed)

    runs = same_either_way(make, {"seed": range(3)}, data(), batch_size=8)
    assert [run.settings["seed"] for run in runs.failed] == [1]
