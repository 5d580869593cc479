"""The activations: squashing ones, rectifiers, gates; each a Layer without parameters."""

from minnet.activations.activation import Activation, Identity, Step
from minnet.activations.gates import GELU, HardSwish, SiLU
from minnet.activations.rectifiers import ELU, SELU, LeakyReLU, ReLU, Softplus
from minnet.activations.squashing import HardSigmoid, Sigmoid, Softmax, Tanh

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
