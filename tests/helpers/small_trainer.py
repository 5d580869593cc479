"""A small trainer of any layers, with data of three classes."""

import numpy as np

import minnet as mn

X = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
Y = np.arange(20) % 3


def trainer_of(*layers, loss=None, optimizer=None, **options):
    layers = list(layers) or [mn.Linear(4, 3), mn.Softmax()]
    loss = mn.CategoricalCrossEntropy() if loss is None else loss
    return mn.Trainer(layers, loss, optimizer or mn.SGD(0.1), seed=0, **options)
