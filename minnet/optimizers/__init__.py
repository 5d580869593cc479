"""Optimizers: how a gradient becomes a step.

An optimizer sees two flat vectors and knows nothing about layers. `step(values, grads)` changes
`values` in place and leaves `grads` alone. The formulas and defaults are PyTorch's, also where
textbooks differ; each docstring says how.
"""

from minnet.optimizers.adadelta import AdaDelta
from minnet.optimizers.adagrad import AdaGrad
from minnet.optimizers.adam import Adam, AdamW
from minnet.optimizers.optimizer import BLOCK, Optimizer
from minnet.optimizers.rmsprop import RMSProp
from minnet.optimizers.sgd import SGD

__all__ = ["BLOCK", "SGD", "AdaDelta", "AdaGrad", "Adam", "AdamW", "Optimizer", "RMSProp"]
