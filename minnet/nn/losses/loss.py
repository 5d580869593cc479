"""What a loss is: one number for a batch, and its gradient with respect to the prediction.

A network learns by making that number smaller. Each file next to this one holds one loss; what
predictions and targets must look like is checked in `target_checks.py`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.layer import Layer
from minnet.nn.losses.target_checks import as_labels, same_shape, target_array
from minnet.utils.array_checks import finite, float_array, same_length
from minnet.utils.attributes import check_attribute
from minnet.utils.keyword_arguments import Explained
from minnet.utils.settings import changed_settings
from minnet.utils.types import Array


class Loss(Explained):
    """`forward(prediction, target)` gives a float, `backward()` its gradient.

    Subclass it and write the two methods; the gradient has the shape of the prediction. By
    convention a loss is the mean over the m samples of the sum over the outputs, and the 1/m is
    in the loss and nowhere else.

    A loss whose `forward` also takes `sample_weight=None`, one number for each sample, can be
    used with `fit(..., sample_weight=...)`. Its mean is then over the sum of the weights, which
    it stores in `count`.

    Attributes:
        canonical: the activation behind which loss and gradient are computed from the logits
            (class attribute; None: no such activation).
        count: what the last `forward` divided by: the samples, or the sum of their weights;
            None: the number of samples.
        independent_outputs: True if several outputs are yes-or-no questions of their own
            (class attribute); metrics and `predict_classes` then judge each of them.

    >>> class Cubed(Loss):
    ...     def forward(self, prediction, target):
    ...         self._difference = prediction - target
    ...         return np.abs(self._difference**3).sum() / len(prediction)
    ...     def backward(self):
    ...         d = self._difference
    ...         return 3 * d * np.abs(d) / len(d)
    >>> float(Cubed().forward(np.array([[2.0]]), np.array([[0.0]])))
    8.0
    """

    canonical: ClassVar[type[Layer] | None] = None
    independent_outputs: ClassVar[bool] = False
    count: float | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse an attribute that would have no effect; a custom loss may set what it likes."""
        if name[0] != "_":
            check_attribute(self, name)
        object.__setattr__(self, name, value)

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Other libraries call a loss; here one says which way."""
        raise TypeError(
            f"{type(self).__name__}: expected loss.forward(prediction, target), got a call of the "
            f"loss itself. Write .forward(prediction, target)."
        )

    def forward(self, prediction: Array, target: Array) -> float:
        """The loss of a batch, one number."""
        raise NotImplementedError(
            f"{type(self).__name__}.forward is not written yet: "
            f"def forward(self, prediction, target): ..."
        )

    def backward(self) -> Array:
        """dL/dprediction for the last forward."""
        raise NotImplementedError(
            f"{type(self).__name__}.backward is not written yet: def backward(self): ..."
        )

    def forward_from_logits(
        self, logits: Array, target: Array, sample_weight: Array | None = None
    ) -> float:
        """The loss after the canonical activation, computed from that activation's input.

        Used by the Trainer, which has checked the target already.
        """
        raise NotImplementedError(f"{type(self).__name__} has no canonical activation.")

    def backward_from_logits(self) -> Array:
        """dL/dlogits for the last `forward_from_logits`."""
        raise NotImplementedError(f"{type(self).__name__} has no canonical activation.")

    def check_last_layer(self, layer: Layer) -> None:
        """Refuse a network whose last layer does not fit this loss. Here: none is refused."""

    def check_prediction(self, prediction: Array) -> None:
        """Refuse predictions outside the domain of the loss. Here: none is refused."""

    def as_probabilities(self, prediction: Array) -> Array:
        """The prediction on a scale on which 0.5 separates two classes.

        A loss of scores overrides it; metrics and `predict_classes` then judge what it returns.
        """
        return float_array(self._place, "prediction", prediction)

    def counts(self, target: Array) -> Array:
        """How much each sample counts in the mean, without `sample_weight`: (m,) numbers >= 0."""
        return np.ones(len(target))

    def begin_fit(self, target: Array) -> None:
        """Told all training targets by `fit`, before the first step. Here: nothing to do."""

    def for_metrics(self, prediction: Array, target: Array) -> tuple[Array, Array]:
        """Prediction and target as metrics take them: probabilities, and classes from 0."""
        return self.as_probabilities(prediction), target

    def prepare_target(self, y: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """The targets as `forward` takes them, for predictions of this shape (m, ...).

        Called once, when the Trainer gets the data. `(m,)` becomes `(m, 1)` for one output, integer
        labels become one-hot rows for several.

        Raises:
            TypeError, ValueError: naming y, what was expected and what it got.
        """
        place = self._place
        target = target_array(place, y)
        same_length(place, "x", np.empty(shape[:1]), "y", target)
        if shape[1:] == (1,) and target.ndim == 1:
            target = target.reshape(-1, 1)
        elif len(shape) == 2 and shape[1] > 1 and target.ndim == 1:
            target = np.eye(shape[1], dtype=dtype)[as_labels(place, target, shape[1])]
        same_shape(place, target, shape, "y")
        finite(place, "y", target, dtype=dtype)
        return target.astype(dtype, copy=False)

    @property
    def _place(self) -> str:
        """For messages; in every step, so it does not look for settings as `repr` does."""
        return f"{type(self).__name__}()"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({changed_settings(self)})"
