"""Prepares raw arrays for training: split, scale, encode, cut into batches.

Most wrong results in machine learning come from here and not from the network: a test row that
was used in training, a scale that was computed from all rows. So each step is one function with
its rule in the docstring, and refuses arguments that make no sense.
"""

from minnet.data.batches import batches
from minnet.data.one_hot import one_hot
from minnet.data.scaling import MinMaxScaler, Standardizer
from minnet.data.splitting import train_test_split

__all__ = ["MinMaxScaler", "Standardizer", "batches", "one_hot", "train_test_split"]
