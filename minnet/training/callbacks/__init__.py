"""Callbacks: code that runs at the moments of training, built in or of one's own."""

from minnet.training.callback import Callback
from minnet.training.callbacks.checked import checked_callbacks
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
    "checked_callbacks",
]
