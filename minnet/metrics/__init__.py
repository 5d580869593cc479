"""Metrics: functions `(prediction, target) -> float` that a Trainer reports next to the loss.

The prediction is the network's output, (m, 1) or (m, k). The target is as the Trainer stores it:
class labels (m,), or an array of the prediction's shape. A Trainer takes metrics by name,
`metrics=["accuracy", "f1"]`, or as functions, custom ones too.
"""

from minnet.metrics.class_labels import THRESHOLD, by_label, predicted_classes, target_classes
from minnet.metrics.classification import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    exact_match,
    f1,
    precision,
    recall,
)
from minnet.metrics.probabilistic import brier_score, log_loss, roc_auc, top_k_accuracy
from minnet.metrics.registry import CLASS_METRICS, METRICS, Metric, better, get
from minnet.metrics.regression import mean_absolute_error, r_squared, root_mean_squared_error

mae = mean_absolute_error
rmse = root_mean_squared_error

__all__ = [
    "CLASS_METRICS",
    "METRICS",
    "THRESHOLD",
    "Metric",
    "accuracy",
    "balanced_accuracy",
    "better",
    "brier_score",
    "by_label",
    "confusion_matrix",
    "exact_match",
    "f1",
    "get",
    "log_loss",
    "mae",
    "mean_absolute_error",
    "precision",
    "predicted_classes",
    "r_squared",
    "recall",
    "rmse",
    "roc_auc",
    "root_mean_squared_error",
    "target_classes",
    "top_k_accuracy",
]
