"""Finds out why a network does not learn, by examining a training and trying what would help."""

from minnet.training_check.check import check_training
from minnet.training_check.report import Finding, TrainingReport

__all__ = ["Finding", "TrainingReport", "check_training"]
