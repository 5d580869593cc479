"""The layers, one file per family."""

from minnet.layers.batch_norm import BatchNorm
from minnet.layers.convolution import Conv2d
from minnet.layers.dropout import Dropout
from minnet.layers.layer_norm import LayerNorm
from minnet.layers.linear import Linear
from minnet.layers.pooling import AveragePool2d, GlobalAveragePool2d, MaxPool2d
from minnet.layers.residual import Residual
from minnet.layers.shape import Flatten, Reshape

__all__ = [
    "AveragePool2d",
    "BatchNorm",
    "Conv2d",
    "Dropout",
    "Flatten",
    "GlobalAveragePool2d",
    "LayerNorm",
    "Linear",
    "MaxPool2d",
    "Reshape",
    "Residual",
]
