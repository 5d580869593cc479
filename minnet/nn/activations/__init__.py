"""The activations: squashing ones, rectifiers, gates; each a Layer without parameters."""

from minnet.nn.activations.activation import Activation, Identity, Step
from minnet.nn.activations.gelu import GELU, HardSwish, SiLU
from minnet.nn.activations.relu import ELU, SELU, LeakyReLU, ReLU, Softplus
from minnet.nn.activations.sigmoid import HardSigmoid, Sigmoid, Softmax, Tanh

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
