"""The metrics by name, and for each whether higher or lower is better."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from minnet.metrics import classification, probabilistic, regression
from minnet.utils import checks
from minnet.utils.signatures import argument_names, fits, signature_of
from minnet.utils.types import Array

Metric = Callable[[Array, Array], float]

_HIGHER: dict[str, Metric] = {
    "accuracy": classification.accuracy,
    "exact_match": classification.exact_match,
    "balanced_accuracy": classification.balanced_accuracy,
    "precision": classification.precision,
    "recall": classification.recall,
    "f1": classification.f1,
    "roc_auc": probabilistic.roc_auc,
    "top_k_accuracy": probabilistic.top_k_accuracy,
    "top_3_accuracy": partial(probabilistic.top_k_accuracy, k=3),
    "top_5_accuracy": partial(probabilistic.top_k_accuracy, k=5),
    "r_squared": regression.r_squared,
}

_LOWER: dict[str, Metric] = {
    "log_loss": probabilistic.log_loss,
    "brier_score": probabilistic.brier_score,
    "mean_absolute_error": regression.mean_absolute_error,
    "mae": regression.mean_absolute_error,
    "root_mean_squared_error": regression.root_mean_squared_error,
    "rmse": regression.root_mean_squared_error,
}

METRICS: dict[str, Metric] = {**_HIGHER, **_LOWER}

CLASS_METRICS = tuple(
    _HIGHER[name]
    for name in ("accuracy", "exact_match", "balanced_accuracy", "precision", "recall", "f1")
)
"""Metrics that compare classes."""

_TAKEN = ("epoch", "loss", "seconds", "learning_rate")


def get(metrics: str | Metric | Iterable[str | Metric]) -> dict[str, Metric]:
    """Name to function, for names like "accuracy" and for custom functions."""
    given = None if isinstance(metrics, (str, bytes)) else checks.items(metrics)
    result: dict[str, Metric] = {}
    for metric in [metrics] if given is None else given:
        if isinstance(metric, str) and metric in METRICS:
            name, function = metric, METRICS[metric]
        elif callable(metric) and not isinstance(metric, (str, type)):
            name, function = getattr(metric, "__name__", type(metric).__name__), metric
            _check_arguments(name, function)
        else:
            raise ValueError(
                f"Trainer: metrics: expected names ({', '.join(METRICS)}) or functions "
                f"(prediction, target) -> float, got {checks.describe(metric)}."
            )
        if name in _TAKEN or name in result or name.startswith("val_"):
            raise ValueError(
                f"Trainer: metrics: expected a different name for each metric, got {name!r}, "
                f"which is taken. Give the function another name: def my_{name.strip('<>')}(...)."
            )
        result[name] = function
    return result


_PREDICTIONS = (
    *("p", "pred", "preds", "prediction", "predictions", "predicted", "probabilities"),
    *("output", "outputs", "scores", "y_pred", "y_hat", "yhat", "y_score", "y_prob", "y_proba"),
)
_TARGETS = (
    *("t", "target", "targets", "truth", "true", "actual", "label", "labels"),
    *("y", "y_true", "y_test"),
)


def _check_arguments(name: str, metric: Metric) -> None:
    """Refuse a function that is called in another way than metric(prediction, target)."""
    names = argument_names(metric)
    wanted = "expected a function (prediction, target) -> float, got"
    if not fits(metric, 2):
        raise TypeError(
            f"Trainer: metrics: {wanted} {name}{signature_of(metric)}. Give it these two "
            f"arguments, and all others a default."
        )
    if len(names) > 1 and names[0].lower() in _TARGETS and names[1].lower() in _PREDICTIONS:
        taken = f"{name}({names[0]}, {names[1]})"
        raise TypeError(
            f"Trainer: metrics: {wanted} {taken}, the other way round. Write def "
            f"my_{name.strip('<>')}(prediction, target): return {name}(target, prediction)."
        )


def better(name: str) -> str | None:
    """ "max" if higher is better, "min" if lower, None if the name is not known.

    >>> better("val_accuracy"), better("loss"), better("my_metric")
    ('max', 'min', None)
    """
    name = checks.text("better", "name", name).removeprefix("val_")
    if name in _HIGHER:
        return "max"
    return "min" if name == "loss" or name in _LOWER else None
