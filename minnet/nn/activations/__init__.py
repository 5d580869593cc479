"""The activations, one file each; every one is a Layer without parameters."""

from minnet.nn.activations.activation import Activation
from minnet.nn.activations.elu import ELU, SELU
from minnet.nn.activations.gelu import GELU
from minnet.nn.activations.identity import Identity
from minnet.nn.activations.relu import LeakyReLU, ReLU
from minnet.nn.activations.sigmoid import HardSigmoid, Sigmoid
from minnet.nn.activations.silu import HardSwish, SiLU
from minnet.nn.activations.softmax import Softmax
from minnet.nn.activations.softplus import Softplus
from minnet.nn.activations.step import Step
from minnet.nn.activations.tanh import Tanh

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "LeakyReLU",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Step",
    "Tanh",
]
