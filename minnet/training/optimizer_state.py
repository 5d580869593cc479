"""The optimizer in a checkpoint: its attributes, and the memory of single Parameters."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np

from minnet.nn import network_file
from minnet.nn.network import Network
from minnet.optimizers import Optimizer
from minnet.saving.errors import DamagedFile, InvalidFile, checked
from minnet.utils.checks import is_built_in

_NOT_SAVED = frozenset(
    {"_network", "_scratch", "_known", "_in_step", "schedule"}
    | {"t", "_blocks", "_by_parameter", "_changes_in_place"}
)
_BY_PARAMETER = "by parameter"  # no name of an attribute


def optimizer_state(optimizer: Optimizer, network: Network) -> dict[str, Any]:
    """All attributes, also of a custom one, and what belongs to single Parameters."""
    named = network_file.named_parameters(network)
    own = optimizer._by_parameter.state(optimizer.steps, named)
    return {**_attributes(optimizer), **({_BY_PARAMETER: own} if own else {})}


def _attributes(optimizer: Optimizer) -> dict[str, Any]:
    return {name: value for name, value in vars(optimizer).items() if name not in _NOT_SAVED}


def count(value: Any) -> int:
    """A number of epochs, steps or samples from a file."""
    if checked(value, int) < 0:
        raise DamagedFile(
            f"it has {value} where a number of epochs, steps or samples was expected."
        )
    return int(value)


class RestoredOptimizer:
    """What `optimizer_state` returned, checked; `apply` cannot fail.

    Raises:
        InvalidFile: no such optimizer of this network has saved it.
    """

    def __init__(self, optimizer: Optimizer, network: Network, state: dict[str, Any]) -> None:
        self.optimizer, self.network = optimizer, network
        self.attributes: dict[str, Any] = dict(state)
        self.by_parameter: Any = checked(self.attributes.pop(_BY_PARAMETER, {}), dict)
        self.steps: int = count(state.get("steps", 0))
        if is_built_in(optimizer):
            self._check_attributes()
            self._check_vectors(checked(state["state"], dict))
        self._check_by_parameter()

    def _check_attributes(self) -> None:
        """Of a built-in one: the attributes that it has, each a number that it can have."""
        here = _attributes(self.optimizer)
        for name in here:
            private = name.startswith("_")  # created in the first step
            if name not in self.attributes and (not private or name == "_learning_rate"):
                raise DamagedFile(f"its optimizer has no {name}.")
        for name, value in self.attributes.items():
            known = name in here or name.endswith("_correction") or name == "_step_rate"
            fits = value is None or type(value) in (int, float, bool, tuple, dict)
            if not known or not fits:
                raise DamagedFile(f"its optimizer has the unexpected attribute {name}.")
            setting = name in inspect.signature(type(self.optimizer)).parameters
            if setting and name != "learning_rate" and value != here[name]:
                raise InvalidFile(
                    f"the checkpoint has optimizer.{name} = {value}, this optimizer {here[name]}. "
                    f"Create the trainer with the same settings."
                )
            if type(value) is float and not (math.isfinite(value) and value >= 0):
                raise DamagedFile(f"its optimizer has the {name} {value}.")

    def _check_vectors(self, vectors: dict[str, Any]) -> None:
        """Moments and the like: as long as the network's vectors, of its dtype."""
        values = self.network.flat_values
        for name, vector in vectors.items():
            if name not in self.optimizer.memory:
                raise InvalidFile(
                    f"its optimizer has the state {name!r}, which this optimizer does not have. "
                    f"Create the trainer with the same optimizer."
                )
            if checked(vector, np.ndarray).shape != values.shape or vector.dtype != values.dtype:
                raise DamagedFile(f"its optimizer's {name} does not fit the network.")

    def _check_by_parameter(self) -> None:
        """The memory of single Parameters: of the network's, of their size and its dtype."""
        named, dtype = network_file.named_parameters(self.network), self.network.dtype
        for name, own in self.by_parameter.items():
            if name not in named or set(checked(own, dict)) != {"steps", "memory"}:
                raise InvalidFile(f"its optimizer remembers {name!r}, not one of the network's.")
            if count(own["steps"]) > self.steps:
                raise InvalidFile(f"its optimizer trained {name} more often than it took a step.")
            vectors, size = checked(own["memory"], dict), named[name].size
            memory = () if named[name].trainable else self.optimizer.memory
            if is_built_in(self.optimizer) and set(vectors) != set(memory):
                raise InvalidFile(f"its optimizer's memory of {name} has not the parts {memory}.")
            for vector in vectors.values():
                if checked(vector, np.ndarray).shape != (size,) or vector.dtype != dtype:
                    raise InvalidFile(f"its optimizer's memory of {name} does not fit the network.")

    def apply(self) -> None:
        """Change the optimizer to this state."""
        attributes = vars(self.optimizer)
        kept = {n: v for n, v in attributes.items() if n in _NOT_SAVED}
        attributes.clear()
        attributes.update({**kept, **self.attributes})
        attributes.pop("_known", None)  # the vectors are new
        named, trained = network_file.named_parameters(self.network), self.network._flat.trained
        self.optimizer._by_parameter.restore(self.steps, named, trained, self.by_parameter)
