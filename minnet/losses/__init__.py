"""The losses, one file each."""

from minnet.losses.binary import BinaryCrossEntropy
from minnet.losses.categorical import CategoricalCrossEntropy
from minnet.losses.loss import Loss
from minnet.losses.squared import MeanSquaredError

__all__ = ["BinaryCrossEntropy", "CategoricalCrossEntropy", "Loss", "MeanSquaredError"]
