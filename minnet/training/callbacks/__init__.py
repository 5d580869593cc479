"""Callbacks: called at the start and end of each fit, epoch and step."""

from minnet.training.callback import Callback
from minnet.training.callbacks.checkpoint import Checkpoint
from minnet.training.callbacks.csv_logger import CSVLogger
from minnet.training.callbacks.early_stopping import EarlyStopping
from minnet.training.callbacks.gradient_monitor import GradientMonitor
from minnet.training.callbacks.learning_rate_logger import LearningRateLogger
from minnet.training.callbacks.reduce_on_plateau import ReduceOnPlateau

__all__ = [
    "CSVLogger",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "GradientMonitor",
    "LearningRateLogger",
    "ReduceOnPlateau",
]
