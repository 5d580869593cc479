"""What the two cross-entropies share: weights of classes, label smoothing, ignored labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.losses.loss import Loss
from minnet.nn.losses.sample_weights import (
    ClassWeight,
    as_column,
    check_class_weight,
    check_sample_weight,
    check_weights_survive,
)
from minnet.utils import checks
from minnet.utils.types import Array


class CrossEntropy(Loss):
    """Base class of BinaryCrossEntropy and CategoricalCrossEntropy, which have the formulas."""

    balanced: bool = False
    _classes: ClassVar[int | None] = None  # how many; None: as many as there are outputs
    _whole_labels: ClassVar[bool] = False  # is every label a whole number?
    _fixes: ClassVar[Mapping[Any, str]] = {}  # what to do if the network ends in such a layer

    def __init__(
        self,
        class_weight: ClassWeight | None = None,
        label_smoothing: float = 0.0,
        ignore_label: float | None = None,
    ) -> None:
        place = type(self).__name__
        self.class_weight = check_class_weight(place, class_weight)
        self.balanced = isinstance(class_weight, str)
        if self._classes is not None:
            self._check_number_of_classes(self._classes)
        self.label_smoothing: float = checks.number(
            place, "label_smoothing", label_smoothing, minimum=0, maximum=1, below=True
        )
        if ignore_label is not None and self._whole_labels:
            ignore_label = checks.whole_number(
                place, "ignore_label", ignore_label, minimum=-(2**31)
            )
        elif ignore_label is not None:
            ignore_label = checks.number(place, "ignore_label", ignore_label)
        self.ignore_label: float | None = ignore_label

    @property
    def _is_plain(self) -> bool:
        """True if every label counts the same."""
        return (
            self.class_weight is None
            and not (self.balanced or self.label_smoothing)
            and self.ignore_label is None
        )

    def _counted(self, target: Array) -> Array:
        """True where a label is not the ignored one; rows of probabilities are never ignored."""
        if self.ignore_label is None or (self._whole_labels and target.ndim > 1):
            return np.ones(target.shape, bool)
        return np.asarray(target != self.ignore_label)

    def _sample_weights(self, sample_weight: Array | None, like: Array) -> Array:
        """The samples' weights s in a shape that multiplies each row of `like`; 1 without them."""
        if self.balanced and self.class_weight is None:
            raise ValueError(
                f'{self._place}: class_weight: expected weights, got "balanced" before any fit. '
                f"Call fit(x, y, ...), whose labels give the weights, or give them as a list."
            )
        if sample_weight is None:
            return as_column(np.ones(len(like)), like)
        return as_column(
            check_sample_weight(self._place, sample_weight, len(like), like.dtype), like
        )

    def _check_number_of_classes(self, classes: int) -> None:
        """Refuse class weights for another number of classes."""
        if self.class_weight is not None and len(self.class_weight) != classes:
            raise ValueError(
                f"{self._place}: class_weight: expected {classes} weights, one for each class, "
                f"got {len(self.class_weight)}."
            )

    def check_last_layer(self, layer: Layer) -> None:
        """The last layer must be the canonical activation, or a custom layer."""
        canonical: Any = self.canonical
        if checks.is_built_in(layer) and not isinstance(layer, canonical):
            name = canonical.__name__
            raise ValueError(
                f"{self._place}: expected a network that ends in {name}(), whose outputs are the "
                f"probabilities that this loss takes, got {layer!r} as the last layer. "
                f"{self._fixes.get(type(layer), f'End the network in mn.{name}().')}"
            )

    def begin_fit(self, target: Array) -> None:
        """The weights of "balanced" from the labels: m / (k n_c) for n_c samples of m."""
        if not self.balanced:
            return
        samples = self._class_sizes(target)
        if not samples.all():
            raise ValueError(
                f"fit: y: expected samples of all {len(samples)} classes for "
                f'class_weight="balanced", got none of class {int(samples.argmin())}. '
                f"Give the weights as a list."
            )
        self.class_weight = samples.sum() / (len(samples) * samples)

    def _class_sizes(self, target: Array) -> Array:
        """How many samples each class has."""
        raise NotImplementedError

    def for_metrics(self, prediction: Array, target: Array) -> tuple[Array, Array]:
        """The samples whose label is not ignored."""
        prediction, target = super().for_metrics(prediction, target)
        rows = self._counted(target).reshape(len(target), -1).all(axis=1)
        return (prediction, target) if rows.all() else (prediction[rows], target[rows])

    def _check_weights(self, target: Array, dtype: np.dtype[Any]) -> None:
        """Refuse weights that the network's numbers cannot hold, and data that do not count."""
        check_weights_survive(self._place, "class_weight", self.class_weight, dtype)
        if not self.counts(target).any():
            raise ValueError(
                f"{self._place}: y: expected at least one label that counts, got only ignored "
                f"labels, or labels of class weight 0. Check ignore_label and class_weight."
            )
