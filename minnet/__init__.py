"""minnet: see how networks learn. The public names, in one place."""

from minnet import data, datasets, initializers, metrics, plot
from minnet.activations import Activation, Identity, ReLU, Sigmoid, Softmax, Tanh
from minnet.callbacks import Callback
from minnet.divergence import TrainingDiverged
from minnet.history import History
from minnet.layer import Layer
from minnet.layers import Linear
from minnet.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Hinge,
    Huber,
    KullbackLeibler,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
)
from minnet.network import Network
from minnet.optimizers import SGD, Adam, Optimizer
from minnet.parameter import Parameter
from minnet.penalties import L1, L2, Penalty
from minnet.trainer import Trainer

__version__ = "0.1.0"

__all__ = [
    "L1",
    "L2",
    "SGD",
    "Activation",
    "Adam",
    "BinaryCrossEntropy",
    "Callback",
    "CategoricalCrossEntropy",
    "Hinge",
    "History",
    "Huber",
    "Identity",
    "KullbackLeibler",
    "Layer",
    "Linear",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Network",
    "Optimizer",
    "Parameter",
    "Penalty",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Trainer",
    "TrainingDiverged",
    "data",
    "datasets",
    "initializers",
    "metrics",
    "plot",
]
