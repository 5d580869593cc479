"""minnet: see how networks learn. The public names, in one place."""

from minnet import data, datasets, initializers, metrics, optimizers, plot, schedules
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
from minnet.range_test import RangeTest, lr_range_test
from minnet.runs import Run, Runs
from minnet.saving.errors import CheckpointError
from minnet.sweep import sweep
from minnet.trainer import Trainer

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
