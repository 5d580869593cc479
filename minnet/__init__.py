"""minnet: see how networks learn. The public names, in one place.

What a training does not need (pictures, the doctor, sweeps, data sets) is loaded when first
asked for, so that `import minnet` costs little more than `import numpy`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from minnet import data, initializers, metrics, optimizers, schedules
from minnet.activations import (
    ELU,
    GELU,
    SELU,
    Activation,
    HardSigmoid,
    HardSwish,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Step,
    Tanh,
)
from minnet.callbacks import (
    Callback,
    Checkpoint,
    CSVLogger,
    EarlyStopping,
    GradientMonitor,
    LearningRateLogger,
    ReduceOnPlateau,
)
from minnet.divergence import TrainingDiverged
from minnet.history import History
from minnet.layer import Layer
from minnet.layers import (
    AveragePool2d,
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAveragePool2d,
    LayerNorm,
    Linear,
    MaxPool2d,
    Reshape,
    Residual,
)
from minnet.loading import load
from minnet.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    ElementwiseLoss,
    Hinge,
    Huber,
    KullbackLeibler,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
)
from minnet.network import Network
from minnet.optimizers import SGD, AdaDelta, AdaGrad, Adam, AdamW, Optimizer, RMSProp
from minnet.parameter import Parameter
from minnet.penalties import L1, L2, Penalty
from minnet.saving.errors import CheckpointError
from minnet.trainer import Trainer

if TYPE_CHECKING:
    from minnet import datasets, plot
    from minnet.doctor import check_layer, check_loss
    from minnet.range_test import RangeTest, lr_range_test
    from minnet.runs import Run, Runs
    from minnet.sweeping import sweep

__version__ = "0.1.0"

__all__ = [
    "ELU",
    "GELU",
    "L1",
    "L2",
    "SELU",
    "SGD",
    "Activation",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "AveragePool2d",
    "BatchNorm",
    "BinaryCrossEntropy",
    "CSVLogger",
    "Callback",
    "CategoricalCrossEntropy",
    "Checkpoint",
    "CheckpointError",
    "Conv2d",
    "Dropout",
    "EarlyStopping",
    "ElementwiseLoss",
    "Flatten",
    "GlobalAveragePool2d",
    "GradientMonitor",
    "HardSigmoid",
    "HardSwish",
    "Hinge",
    "History",
    "Huber",
    "Identity",
    "KullbackLeibler",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "LearningRateLogger",
    "Linear",
    "Loss",
    "MaxPool2d",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Network",
    "Optimizer",
    "Parameter",
    "Penalty",
    "RMSProp",
    "RangeTest",
    "ReLU",
    "ReduceOnPlateau",
    "Reshape",
    "Residual",
    "Run",
    "Runs",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Step",
    "Tanh",
    "Trainer",
    "TrainingDiverged",
    "check_layer",
    "check_loss",
    "data",
    "datasets",
    "initializers",
    "load",
    "lr_range_test",
    "metrics",
    "optimizers",
    "plot",
    "schedules",
    "sweep",
]

_LATER = {
    "check_layer": "minnet.doctor",
    "check_loss": "minnet.doctor",
    "RangeTest": "minnet.range_test",
    "lr_range_test": "minnet.range_test",
    "Run": "minnet.runs",
    "Runs": "minnet.runs",
    "sweep": "minnet.sweeping",
}
_MODULES_LATER = ("datasets", "doctor", "plot")


if not TYPE_CHECKING:  # else every misspelt name would pass for one that is loaded later

    def __getattr__(name: str) -> Any:
        """A public name that is loaded when first used."""
        if name in _MODULES_LATER:
            return import_module(f"minnet.{name}")  # which binds it here
        if name not in _LATER:
            raise AttributeError(f"module 'minnet' has no attribute {name!r}")
        globals()[name] = value = getattr(import_module(_LATER[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
