"""minnet: see how networks learn. The public names, in one place."""

from minnet import initializers, metrics
from minnet.activations import Activation, Identity, ReLU, Sigmoid, Softmax, Tanh
from minnet.callbacks import Callback
from minnet.divergence import TrainingDiverged
from minnet.history import History
from minnet.layer import Layer
from minnet.layers import Linear
from minnet.losses import BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError
from minnet.network import Network
from minnet.optimizers import SGD, Adam, Optimizer
from minnet.parameter import Parameter
from minnet.trainer import Trainer

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "Activation",
    "Adam",
    "BinaryCrossEntropy",
    "Callback",
    "CategoricalCrossEntropy",
    "History",
    "Identity",
    "Layer",
    "Linear",
    "Loss",
    "MeanSquaredError",
    "Network",
    "Optimizer",
    "Parameter",
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
