"""Networks as scikit-learn estimators; `fit` copies layers, loss and optimizer, so clones work."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import minnet as mn
from minnet.nn.built_in import missing_package
from minnet.utils.types import Array

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, MultiOutputMixin, RegressorMixin
    from sklearn.utils import check_random_state, column_or_1d
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as error:
    raise missing_package("minnet.sklearn", "scikit-learn", "sklearn") from error


class _Estimator(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share."""

    _default_loss: type[mn.Loss]
    _last: type[mn.Layer] = mn.Identity  # the activation behind the default layers

    def __init__(
        self,
        layers: Sequence[mn.Layer] | Callable[[int, int], Sequence[mn.Layer]] | None = None,
        loss: mn.Loss | None = None,
        optimizer: mn.Optimizer | None = None,
        epochs: int = 200,
        batch_size: int = 200,
        callbacks: Sequence[mn.Callback] = (),
        random_state: Any = None,
    ) -> None:
        self.layers, self.loss, self.optimizer, self.epochs = layers, loss, optimizer, epochs
        self.batch_size, self.callbacks, self.random_state = batch_size, callbacks, random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Any:
        """Train a new network for `epochs` epochs."""
        self.__dict__.pop("trainer_", None)
        return self._train(X, y, sample_weight, self.epochs)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        """Train one more epoch; `classes` in the first call names those that come later."""
        return self._train(X, y, sample_weight, 1, classes, whole=False)

    def _train(
        self, X: Any, y: Any, weight: Any, epochs: int, classes: Any = None, whole: bool = True
    ) -> Any:
        """Train, from the start if there is no trainer yet; a part may be of one class only."""
        first = not hasattr(self, "trainer_")
        X, y = validate_data(self, X, y, dtype="float64", multi_output=True, reset=first)
        target = self._target(y, first, classes)
        if first:
            self.trainer_ = self._new_trainer(X.shape[1], *target.shape[1:] or (1,))
        self.trainer_.check = whole
        if weight is not None:
            weight = _check_sample_weight(weight, X, ensure_non_negative=True)
        more: Any = {"callbacks": copy.deepcopy(list(self.callbacks)), "sample_weight": weight}
        self.trainer_.fit(X, target, epochs, min(self.batch_size, len(X)), progress=False, **more)
        self.loss_curve_: list[float] = self.trainer_.history["loss"]
        self.n_iter_: int = len(self.loss_curve_)
        return self

    def _new_trainer(self, n_features: int, n_outputs: int) -> mn.Trainer:
        """Of copies of the arguments."""
        loss, optimizer, layers = copy.deepcopy((self.loss, self.optimizer, self.layers))
        layers = layers(n_features, n_outputs) if callable(layers) else layers
        default = [mn.Linear(n_features, 16), mn.Tanh(), mn.Linear(16, n_outputs), self._last()]
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        network = mn.Network(layers or default, seed=seed, dtype="float64")
        return mn.Trainer(
            network, loss or self._default_loss(), optimizer or mn.Adam(0.01), seed=seed
        )

    def _output(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        return self.trainer_.predict(validate_data(self, X, dtype="float64", reset=False))


class MinnetClassifier(ClassifierMixin, _Estimator):  # type: ignore[misc]
    """A network that classifies; class labels of any type.

    Args:
        layers: a list of layers, or a function of (n_features, n_outputs) that returns one; None:
            16 tanh units and a softmax. n_outputs is the number of classes; 1 for two classes
            under BinaryCrossEntropy or Hinge.
        loss: None is CategoricalCrossEntropy(). optimizer: None is Adam(0.01).
        epochs: as in `mn.Trainer.fit`, like batch_size and callbacks.
        random_state: the seed of all.

    Attributes:
        classes_, n_iter_, loss_curve_, n_features_in_: after `fit`.
        trainer_: the mn.Trainer.

    >>> X, y = mn.datasets.iris()
    >>> MinnetClassifier(random_state=0).fit(X, y).score(X, y) > 0.95
    True
    """

    _default_loss, _last = mn.CategoricalCrossEntropy, mn.Softmax

    def _target(self, y: Array, first: bool, classes: Any) -> Array:
        """One-hot rows; 0 and 1 for a network with one output."""
        check_classification_targets(y)
        y = column_or_1d(y, warn=True)
        if first:
            self.classes_: Array = np.unique(y if classes is None else classes)
        if len(self.classes_) < 2 or not np.isin(y, self.classes_).all():
            got = "one class" if len(self.classes_) < 2 else np.setdiff1d(y, self.classes_)
            raise ValueError(f"y: expected two or more classes, known from the start, got {got}.")
        rows: Array = np.eye(len(self.classes_))[np.searchsorted(self.classes_, y)]
        one = len(self.classes_) == 2 and isinstance(self.loss, (mn.BinaryCrossEntropy, mn.Hinge))
        return rows[:, 1] if one else rows

    def predict_proba(self, X: ArrayLike) -> Array:
        """The probability of each class, in the order of `classes_`: (m, k)."""
        output = self._output(X)
        p = self.trainer_.loss.as_probabilities(output)
        return np.hstack([1 - p, p]) if p.shape[1] == 1 else p

    def predict(self, X: ArrayLike) -> Array:
        """The most probable class: (m,)."""
        best: Array = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]


class MinnetRegressor(MultiOutputMixin, RegressorMixin, _Estimator):  # type: ignore[misc]
    """A network that predicts numbers; arguments and attributes are those of MinnetClassifier.

    By default the output is linear and the loss MeanSquaredError(); y may have several columns.

    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> MinnetRegressor(random_state=0).fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.9
    True
    """

    _default_loss = mn.MeanSquaredError

    def _target(self, y: Array, _first: bool, _classes: Any) -> Array:
        return np.asarray(y, dtype=np.float64)

    def predict(self, X: ArrayLike) -> Array:
        """(m,), or (m, k) if it was fitted with several targets."""
        y = self._output(X)
        return y.ravel() if y.shape[1] == 1 else y
