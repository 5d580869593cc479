"""Writes `version_1.minnet`: run once, by the code that still wrote version 1 of the format."""

from pathlib import Path

import numpy as np

import minnet as mn


class Scale(mn.Layer):
    def __init__(self, features, note=()):
        self.gain = mn.Parameter(np.full(features, 2.0))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


def network():
    made = mn.Network(
        [
            mn.Linear(3, 4, weight_init=mn.initializers.he_normal),
            mn.BatchNorm(4),
            mn.ReLU(),
            mn.Dropout(0.25),
            Scale(4, note=[1, ("two", 3.5), {"four": np.arange(3)}]),
            mn.Network([mn.Linear(4, 2, bias=False), mn.Softmax()]),
        ],
        seed=5,
    )
    made.layers[0].bias.trainable = False
    return made


if __name__ == "__main__":
    network().save(Path(__file__).with_name("version_1.minnet"))
