"""Random networks, losses, optimizers, callbacks and data: all bits as one by one."""

import numpy as np
import pytest
from stacked_runs import same_either_way, trainer

import minnet as mn

ACTIVATIONS = (mn.Tanh, mn.ReLU, mn.GELU, mn.SiLU, mn.ELU, mn.Softplus, mn.Sigmoid, mn.Identity)
OPTIMIZERS = (
    lambda rate: mn.SGD(rate),
    lambda rate: mn.SGD(rate, momentum=0.9, nesterov=True, weight_decay=0.01),
    lambda rate: mn.SGD(rate, momentum=min(rate, 1) + 0.1),
    lambda rate: mn.Adam(mn.schedules.Cosine(rate, 20)),
    lambda rate: mn.AdamW(rate, weight_decay=0.1),
    lambda rate: mn.RMSProp(rate, momentum=0.5, centered=True),
    lambda rate: mn.AdaGrad(lambda step: rate / (1 + step)),
    lambda rate: mn.AdaDelta(rate),
)
CLASSES = (
    mn.CategoricalCrossEntropy,
    mn.MeanSquaredError,
    mn.KullbackLeibler,
    lambda: mn.CategoricalCrossEntropy(class_weight="balanced", label_smoothing=0.1),
)
YES_NO = (
    mn.BinaryCrossEntropy,
    mn.MeanSquaredError,
    lambda: mn.BinaryCrossEntropy(class_weight=[1, 3]),
)
NUMBERS = (mn.MeanSquaredError, mn.MeanAbsoluteError, mn.Huber)
OUTPUTS = {"classes": CLASSES, "yes or no": YES_NO, "numbers": NUMBERS}
BLOCKS = {
    "batch norm": mn.BatchNorm,
    "layer norm": mn.LayerNorm,
    "dropout": lambda width: mn.Dropout(0.3),
    "residual": lambda width: mn.Residual([mn.Linear(width, width), mn.Tanh()]),
    "network": lambda width: mn.Network([mn.Linear(width, width), mn.ReLU()]),
}


class Stops(mn.Callback):
    """Ends each run after another epoch."""

    def on_epoch_end(self, trainer, row):
        trainer.stop = row["epoch"] > 1 + trainer.seed


class Choices:
    """What is trained in one test; every choice follows from its number."""

    def __init__(self, number):
        self.generator = generator = np.random.default_rng(number)
        self.samples, features = (int(generator.integers(*ends)) for ends in ((6, 60), (1, 7)))
        self.dtype = self.one("float32", "float64")
        self.x = generator.normal(size=(self.samples, features)).astype(self.one("f4", "f8"))
        self.task = self.one(*OUTPUTS)
        outputs = {"classes": 3, "yes or no": 1}.get(self.task, 2)
        self.y = generator.integers(0, max(2, outputs), self.samples)
        self.y[:3] = [0, 1, outputs - 1 if outputs > 1 else 0]
        if self.task == "numbers":
            self.y = generator.normal(size=(self.samples, outputs))
        self.sizes = [features, *generator.integers(1, 9, generator.integers(0, 3)), outputs]
        self.hidden = [(self.one(*ACTIVATIONS), self.one(None, *BLOCKS)) for _ in self.sizes[2:]]
        self.loss, self.optimizer = self.one(*OUTPUTS[self.task]), self.one(*OPTIMIZERS)
        self.metrics = [] if self.task == "numbers" else self.one([], ["accuracy"], ["f1"])
        self.fuse = bool(self.one(True, True, False))
        self.penalty = self.one(None, mn.L2(0.01), [mn.L1(0.001), mn.L2(0.1)])
        self.bounds = self.one({}, {"clip_norm": 0.5}, {"clip_value": 0.1})

    def one(self, *values):
        return values[self.generator.integers(len(values))]

    def make(self, rate, seed):
        layers = []
        for (activation, block), before, width in zip(
            self.hidden, self.sizes[:-2], self.sizes[1:-1], strict=True
        ):
            layers += [mn.Linear(int(before), int(width)), activation()]
            layers += [BLOCKS[block](int(width))] if block else []
        layers.append(mn.Linear(int(self.sizes[-2]), self.sizes[-1]))
        layers += {"classes": [mn.Softmax()], "yes or no": [mn.Sigmoid()]}.get(self.task, [])
        optimizer, options = self.optimizer(rate), {"fuse": self.fuse, **self.bounds}
        options["penalty"] = self.penalty
        return trainer(layers, self.loss(), optimizer, seed, self.dtype, self.metrics, **options)

    def rows(self, seed):
        order = np.random.default_rng(seed).permutation(self.samples)
        return self.x[order], self.y[order]

    def options(self):
        rows = int(self.generator.integers(2, self.samples + 2))
        rows += self.samples % rows == 1  # no batch of a single sample
        held_out = int(self.generator.integers(3, self.samples))
        weights = [] if self.one(True, False) else [self.generator.random(held_out)]
        return {
            "batch_size": self.samples if self.samples % rows == 1 else rows,
            "validation_data": (self.x[:held_out], self.y[:held_out], *weights),
            "callbacks": self.one(
                [],
                [],
                [mn.EarlyStopping("val_loss", patience=1)],
                [Stops(), mn.EarlyStopping("loss", patience=2)],
            ),
            "measure_at": self.one([], [0, 1, 3]),
            "shuffle": self.one(True, True, False),
        }


def check(number):
    choices = Choices(number)
    rates = [float(10 ** choices.generator.uniform(-3, 0)), choices.one(0.1, 0.1, 1e25)]
    arrays = choices.one((choices.x, choices.y), choices.rows)
    grid = {"rate": rates, "seed": range(int(choices.generator.integers(2, 4)))}
    same_either_way(choices.make, grid, arrays, epochs=4, **choices.options())


@pytest.mark.parametrize("number", range(20))
def test_random_runs(number):
    check(number)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20, 120))
def test_many_random_runs(number, seeds):
    for seed in seeds:
        check(number + 100 * seed)
