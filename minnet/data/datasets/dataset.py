"""The type of all data sets: two arrays, and what they mean.

Most lessons need only `x, y = mn.datasets.iris()`. A plot needs the names as well, and a reader
wants to know where the numbers come from. So a set unpacks like the pair (x, y) and has the rest
as attributes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minnet.utils.keyword_arguments import Explained
from minnet.utils.types import Array


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Explained):
    """Samples and labels that unpack as `x, y`, with their names, source and licence.

    Attributes:
        x: features, shape (m, f), float64; the feature name of a column has its unit.
        y: labels, shape (m,), int64: `class_names[y[i]]` is the class of row i.
        feature_names: f strings, such as "petal length (cm)".
        class_names: one string per class, in the order of the labels.
        source: who measured the numbers, or which function computed them.
        licence: of a measured set; empty for a generated one.

    >>> import minnet as mn
    >>> flowers = mn.datasets.iris()
    >>> flowers
    Dataset(150 rows, 4 features; setosa 50, versicolor 50, virginica 50)
    >>> x, y = flowers
    >>> x.shape, y.shape, flowers.class_names[y[0]]
    ((150, 4), (150,), 'setosa')
    """

    x: NDArray[np.float64]
    y: NDArray[np.int64]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    source: str
    licence: str = ""

    def __iter__(self) -> Iterator[Array]:
        """Yield x, then y."""
        yield self.x
        yield self.y

    def __getitem__(self, index: int) -> Array:
        """Give x at 0 and y at 1, as the pair (x, y) does."""
        return (self.x, self.y)[index]

    def __repr__(self) -> str:
        """Sizes and rows per class, instead of the arrays, which would fill the screen."""
        rows, features = self.x.shape
        counts = np.bincount(self.y, minlength=len(self.class_names))
        classes = ", ".join(f"{n} {c}" for n, c in zip(self.class_names, counts, strict=True))
        return f"Dataset({rows} rows, {features} features; {classes})"
