"""Data to learn on: small real sets, and seeded sets whose formula one can read.

A lesson should not begin with a download. The real sets travel with the package, and the
generated ones show a network a shape that the reader knows, so that a wrong boundary is seen
at a glance. Everything here unpacks as `x, y`.
"""

from minnet.datasets.dataset import Dataset
from minnet.datasets.generators import (
    blobs,
    copper_coin,
    double_arc,
    linear_binary,
    linear_three_class,
    logic_gate,
    spirals,
    xor,
)
from minnet.datasets.tables import breast_cancer, iris, penguins

__all__ = [
    "Dataset",
    "blobs",
    "breast_cancer",
    "copper_coin",
    "double_arc",
    "iris",
    "linear_binary",
    "linear_three_class",
    "logic_gate",
    "penguins",
    "spirals",
    "xor",
]
