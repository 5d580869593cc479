"""The layers, one file per family."""

from minnet.nn.layers.batch_norm import BatchNorm
from minnet.nn.layers.convolution import Conv2d
from minnet.nn.layers.dropout import Dropout
from minnet.nn.layers.embedding import Embedding
from minnet.nn.layers.layer_norm import LayerNorm
from minnet.nn.layers.linear import Linear
from minnet.nn.layers.pooling import AveragePool2d, GlobalAveragePool2d, MaxPool2d
from minnet.nn.layers.reshape import Flatten, Reshape
from minnet.nn.layers.residual import Residual

__all__ = [
    "AveragePool2d",
    "BatchNorm",
    "Conv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAveragePool2d",
    "LayerNorm",
    "Linear",
    "MaxPool2d",
    "Reshape",
    "Residual",
]
