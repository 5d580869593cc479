"""What a loss is: one number for a batch, and its gradient with respect to the prediction."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn.layer import Layer
from minnet.utils.array_checks import finite, numeric_array, same_length
from minnet.utils.types import Array


class Loss:
    """`forward(prediction, target)` gives a float, `backward()` its gradient.

    Subclass it and write the two methods; the gradient has the shape of the prediction. The
    convention of the house is the mean over the m samples and the sum over the outputs, and
    the 1/m stands here and nowhere else.

    A loss whose `forward` also takes `sample_weight=None`, one number for each sample, can be
    used with `fit(..., sample_weight=...)`. Its mean is then over the sum of the weights, which
    it leaves in `count`.

    Attributes:
        canonical: the activation behind which loss and gradient are computed from the logits
            (class attribute; None: no such activation).
        count: what the last `forward` divided by: the samples, or the sum of their weights;
            None: the number of samples.

    >>> class Cubed(Loss):
    ...     def forward(self, prediction, target):
    ...         self.difference = prediction - target
    ...         return np.abs(self.difference**3).sum() / len(prediction)
    ...     def backward(self):
    ...         d = self.difference
    ...         return 3 * d * np.abs(d) / len(d)
    >>> float(Cubed().forward(np.array([[2.0]]), np.array([[0.0]])))
    8.0
    """

    canonical: ClassVar[type[Layer] | None] = None
    count: float | None = None

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
        """The loss behind the canonical activation, from that activation's input.

        The Trainer's way: it has checked the target once, at its door.
        """
        raise NotImplementedError(f"{type(self).__name__} has no canonical activation.")

    def backward_from_logits(self) -> Array:
        """dL/dlogits for the last `forward_from_logits`."""
        raise NotImplementedError(f"{type(self).__name__} has no canonical activation.")

    def check_last_layer(self, layer: Layer) -> None:
        """Refuse a network that ends in what this loss cannot judge. Here: none."""

    def check_prediction(self, prediction: Array) -> None:
        """Refuse predictions that are outside of the loss's domain. Here: none."""

    def as_probabilities(self, prediction: Array) -> Array:
        """The prediction on the scale on which 0.5 decides between two classes."""
        return prediction

    def counts(self, target: Array) -> Array:
        """How much each sample counts in the mean, without `sample_weight`: (m,) numbers >= 0."""
        return np.ones(len(target))

    def for_metrics(self, prediction: Array, target: Array) -> tuple[Array, Array]:
        """Prediction and target as metrics take them: probabilities, and classes from 0."""
        return prediction, target

    def prepare_target(self, y: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """The targets as `forward` takes them, for predictions of this shape (m, ...).

        Called once, at the Trainer's door. `(m,)` becomes `(m, 1)` for one output, integer
        labels become one-hot rows for several.

        Raises:
            TypeError, ValueError: naming y, what was expected and what came.
        """
        target = target_array(self, y)
        same_length(repr(self), "x", np.empty(shape[:1]), "y", target)
        if shape[1:] == (1,) and target.ndim == 1:
            target = target.reshape(-1, 1)
        elif len(shape) == 2 and shape[1] > 1 and target.ndim == 1:
            target = np.eye(shape[1], dtype=dtype)[as_labels(self, target, shape[1])]
        same_shape(self, target, shape, "y")
        finite(repr(self), "y", target, dtype=dtype)
        return target.astype(dtype, copy=False)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def target_array(loss: Loss, y: ArrayLike) -> Array:
    """The targets as an array of finite numbers, one entry or row for each sample."""
    if _are_names(y):
        raise TypeError(
            f"{loss!r}: y: expected numbers, got names of classes. Number them: "
            f"names, y = np.unique(y, return_inverse=True)."
        )
    target = numeric_array(repr(loss), "y", y)
    if target.ndim == 0 or target.size == 0:
        raise ValueError(
            f"{loss!r}: y: expected one target for each sample, got an array of shape "
            f"{target.shape}."
        )
    finite(repr(loss), "y", target)
    return target


def _are_names(y: ArrayLike) -> bool:
    """True for strings, also for those that a table of names and numbers gives as objects."""
    if isinstance(y, (np.ma.MaskedArray, list, tuple)) and not len(y):
        return False
    try:
        given = np.asarray(y)
    except ValueError:  # ragged
        return False
    return given.dtype.kind in "US" or (
        given.dtype.kind == "O" and given.size > 0 and isinstance(given.reshape(-1)[0], str)
    )


def are_labels(y: ArrayLike, shape: tuple[int, ...]) -> bool:
    """True if y is an array of class labels for predictions (m, k) that needs no conversion.

    A quick look before the thorough one of `as_labels`. (`argmax` is faster than `max`.)
    """
    if type(y) is not np.ndarray or y.dtype != np.intp or y.shape != shape[:1] or not y.size:
        return False
    return bool(y.item(y.argmin()) >= 0 and y.item(y.argmax()) < shape[1])


def as_labels(loss: Loss, target: Array, classes: int, name: str = "y") -> Array:
    """Whole numbers from 0 to classes - 1, as integers; names the first that is not."""
    wrong = (target != np.floor(target)) | (target < 0) | (target >= classes)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"{loss!r}: {name}: expected class labels, whole numbers from 0 to {classes - 1} (the "
            f"network has {classes} outputs), got {name}[{row}] = {target[row]}. Number the "
            f"classes from 0, or give the network an output for each class."
        )
    return target.astype(np.intp)


def same_shape(loss: Loss, target: Array, shape: tuple[int, ...], name: str = "target") -> None:
    """Refuse a target that NumPy would broadcast against the prediction."""
    if target.shape == shape:
        return
    mend = "Nothing is broadcast: give each output its own target."
    if target.size == math.prod(shape):
        mend = f"Nothing is broadcast: write {name}.reshape{shape}."
    raise ValueError(
        f"{loss!r}: {name}: expected the shape of the prediction, {shape}, got {target.shape}. "
        f"{mend}"
    )


def prediction_and_target(loss: Loss, prediction: Array, target: Array) -> tuple[Array, Array]:
    """The two arguments of `forward` as arrays of numbers of one shape."""
    prediction = prediction_array(loss, prediction)
    target = numeric_array(repr(loss), "target", target)
    same_shape(loss, target, prediction.shape)
    return prediction, target


def prediction_array(loss: Loss, prediction: Array) -> Array:
    """The prediction as an array that holds at least one sample."""
    prediction = numeric_array(repr(loss), "prediction", prediction)
    if prediction.ndim == 0 or prediction.size == 0:
        raise ValueError(
            f"{loss!r}: prediction: expected a batch of at least one sample, got shape "
            f"{prediction.shape}."
        )
    return prediction


def check_finite(loss: Loss, value: float, prediction: Array, target: Array) -> float:
    """`value`, or the error that says which entry made it NaN or inf."""
    if math.isfinite(value):
        return value
    finite(repr(loss), "target", target)
    wrong = ~np.isfinite(prediction)
    if wrong.any():
        position = tuple(int(i) for i in np.argwhere(wrong)[0])
        entry = f"prediction[{', '.join(map(str, position))}] = {prediction[position]}"
        raise FloatingPointError(f"{loss!r}: the loss is {value}, because {entry}.")
    raise FloatingPointError(
        f"{loss!r}: the loss is {value}: the predictions (up to {np.abs(prediction).max():.3g}) "
        f"are too large for {prediction.dtype}."
    )
