"""minnet: see how networks learn. The public names, in one place.

What a training does not need (pictures, the doctor, sweeps, data sets) is loaded when first
asked for, so that `import minnet` costs little more than `import numpy`.
"""

import os
import sys

if sys.argv[:1] == ["-m"] and sys.path[:1] == [os.getcwd()]:  # noqa: PTH109 - no further import before this
    # `python -m minnet`: a json.py or numpy.py that lies in this folder is not for us.
    del sys.path[0]

from importlib import import_module
from typing import TYPE_CHECKING, Any

from minnet import data, metrics, optimizers
from minnet.nn import activations, initializers, layers, losses
from minnet.nn.activations import (
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
from minnet.nn.layer import Layer
from minnet.nn.layers import (
    AveragePool2d,
    BatchNorm,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePool2d,
    LayerNorm,
    Linear,
    MaxPool2d,
    Reshape,
    Residual,
)
from minnet.nn.load import load
from minnet.nn.losses import (
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
from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.optimizers import SGD, AdaDelta, AdaGrad, Adam, AdamW, Optimizer, RMSProp, schedules
from minnet.optimizers.penalties import L1, L2, Penalty
from minnet.saving.errors import CheckpointError
from minnet.sweep import Run, Runs, sweep
from minnet.training.callbacks import (
    Callback,
    Checkpoint,
    CSVLogger,
    EarlyStopping,
    GradientMonitor,
    LearningRateLogger,
    ReduceOnPlateau,
)
from minnet.training.history import History
from minnet.training.trainer import Trainer
from minnet.training.training_diverged import TrainingDiverged
from minnet.utils.keyword_arguments import explain_module, missing_name
from minnet.utils.module_aliases import add_aliases

if TYPE_CHECKING:
    from minnet import gradient_check, plot
    from minnet import gradient_check as doctor
    from minnet.data import datasets
    from minnet.gradient_check import check_layer, check_loss, check_optimizer
    from minnet.training.lr_finder import RangeTest, lr_range_test
    from minnet.training_check.check import check_training

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
    "Embedding",
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
    "activations",
    "check_layer",
    "check_loss",
    "check_optimizer",
    "check_training",
    "data",
    "datasets",
    "doctor",
    "gradient_check",
    "initializers",
    "layers",
    "load",
    "losses",
    "lr_range_test",
    "metrics",
    "optimizers",
    "plot",
    "schedules",
    "sweep",
]

# Where modules are found that have a shorter public name: `import minnet.losses` works too.
_MODULES = {
    "activations": "minnet.nn.activations",
    "datasets": "minnet.data.datasets",
    "doctor": "minnet.gradient_check",
    "initializers": "minnet.nn.initializers",
    "layers": "minnet.nn.layers",
    "losses": "minnet.nn.losses",
    "schedules": "minnet.optimizers.schedules",
}
add_aliases("minnet", _MODULES)

for _module in (activations, data, initializers, layers, losses, metrics, optimizers, schedules):
    explain_module(_module)

# What is loaded when it is first used.
_LAZY = {
    "check_layer": "minnet.gradient_check",
    "check_loss": "minnet.gradient_check",
    "check_optimizer": "minnet.gradient_check",
    "check_training": "minnet.training_check",
    "RangeTest": "minnet.training.lr_finder",
    "lr_range_test": "minnet.training.lr_finder",
}
_LAZY_MODULES = ("datasets", "doctor", "gradient_check", "plot")


if not TYPE_CHECKING:  # else every misspelt name would pass for one that is loaded later

    def __getattr__(name: str) -> Any:
        """A public name that is loaded when first used."""
        if name in _LAZY_MODULES:
            return import_module(f"minnet.{name}")  # which binds it here
        if name not in _LAZY:
            raise missing_name("minnet", name, __all__)
        globals()[name] = value = getattr(import_module(_LAZY[name]), name)
        return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
