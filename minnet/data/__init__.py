"""From raw arrays to what a network is trained on: split, scale, encode, cut into batches.

Most wrong results in machine learning come from here and not from the network: a test row that
was seen in training, a scale that was computed on all rows. So each step is one function with
its rule in the docstring, and refuses what cannot be meant.
"""

from minnet.data.batches import batches
from minnet.data.one_hot import one_hot
from minnet.data.scaling import MinMaxScaler, Standardizer
from minnet.data.splitting import train_test_split

__all__ = ["MinMaxScaler", "Standardizer", "batches", "one_hot", "train_test_split"]
