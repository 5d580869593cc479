"""Data to learn on: small real sets, and seeded sets whose formula one can read.

A lesson should not begin with a download. The real sets travel with the package, and the
generated ones show a network a shape that the reader knows, so that a wrong boundary is seen
at a glance. Everything here unpacks as `x, y`.
"""

from minnet.data.datasets.dataset import Dataset
from minnet.data.datasets.fashion_mnist import fashion_mnist
from minnet.data.datasets.generated import (
    blobs,
    copper_coin,
    double_arc,
    linear_binary,
    linear_three_class,
    logic_gate,
    spirals,
    xor,
)
from minnet.data.datasets.idx_format import read_idx
from minnet.data.datasets.measured import breast_cancer, digits, iris, penguins

__all__ = [
    "Dataset",
    "blobs",
    "breast_cancer",
    "copper_coin",
    "digits",
    "double_arc",
    "fashion_mnist",
    "iris",
    "linear_binary",
    "linear_three_class",
    "logic_gate",
    "penguins",
    "read_idx",
    "spirals",
    "xor",
]
