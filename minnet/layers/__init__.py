"""The layers, one file per family."""

from minnet.layers.linear import Linear

__all__ = ["Linear"]
