"""The losses, one file for each: a number to make smaller, and its gradient."""

from minnet.nn.losses.binary_cross_entropy import BinaryCrossEntropy
from minnet.nn.losses.categorical_cross_entropy import CategoricalCrossEntropy
from minnet.nn.losses.elementwise import ElementwiseLoss
from minnet.nn.losses.hinge import Hinge
from minnet.nn.losses.huber import Huber
from minnet.nn.losses.kullback_leibler import KullbackLeibler
from minnet.nn.losses.loss import Loss
from minnet.nn.losses.mean_absolute_error import MeanAbsoluteError
from minnet.nn.losses.mean_squared_error import MeanSquaredError

__all__ = [
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "ElementwiseLoss",
    "Hinge",
    "Huber",
    "KullbackLeibler",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
]
