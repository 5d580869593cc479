"""The losses, one file for each kind."""

from minnet.losses.binary import BinaryCrossEntropy
from minnet.losses.categorical import CategoricalCrossEntropy
from minnet.losses.divergence import KullbackLeibler
from minnet.losses.elementwise import ElementwiseLoss
from minnet.losses.hinge import Hinge
from minnet.losses.loss import Loss
from minnet.losses.robust import Huber, MeanAbsoluteError
from minnet.losses.squared import MeanSquaredError

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
