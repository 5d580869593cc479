"""Callbacks: code that runs at the moments of training, built in or of one's own."""

from minnet.callbacks.callback import Callback
from minnet.callbacks.checked import checked_callbacks
from minnet.callbacks.checkpoint import Checkpoint
from minnet.callbacks.csv_logger import CSVLogger
from minnet.callbacks.early_stopping import EarlyStopping
from minnet.callbacks.gradient_monitor import GradientMonitor
from minnet.callbacks.learning_rate_logger import LearningRateLogger
from minnet.callbacks.reduce_on_plateau import ReduceOnPlateau

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
