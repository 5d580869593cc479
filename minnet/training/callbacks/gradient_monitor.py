"""Measures how large the gradients are in each layer, and which units get none at all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.nn.search import find
from minnet.training.callback import Callback
from minnet.training.history import Row
from minnet.training.state import TrainingState
from minnet.utils.table import Table, table
from minnet.utils.types import Array

_SAVED = ("steps", "sums", "sum", "alive")  # of each layer, in the current epoch


class GradientMonitor(Callback):
    """Norms of the gradients and shares of dead units, epoch by epoch.

    Gradients that shrink from the last layer to the first *vanish*, those that grow *explode*. A
    unit is *dead* in an epoch if none of its weights got a gradient in any step, not for a single
    sample: most often a ReLU follows it and it is negative for all data. It cannot learn, and
    unless a layer below it changes it never will.

    Attributes:
        norms: parameter ("0.weight") -> for each epoch the mean over its steps of `|gradient|`.
        layer_norms: layer ("0") -> the same for all of its own Parameters together.
        dead: layer -> for each epoch the share of its units, 0 to 1, that are dead.

    A gradient is what the optimizer gets: after clipping, with the gradient of a penalty, averaged
    over the batch. The units of a layer are the entries of its vectors (bias, gamma), the columns
    of its matrices, the first axis of its kernels. A Parameter with a penalty
    always has a gradient, so only the others are looked at; a layer that has no others, or whose
    Parameters disagree about the number of units, is left out of `dead`.
    `mn.plot.gradient_flow(monitor)` draws the norms and names what is seen.

    Source: Glorot and Bengio (2010), figure 7, for the norms; Maas, Hannun, Ng (2013) for dead
    units.

    >>> import numpy as np, minnet as mn
    >>> x, y = np.array([[1.0], [2.0]]), np.array([0.0, 1.0])
    >>> first = mn.Linear(1, 2)
    >>> first.weight.value = [[1.0, -1.0]]  # after the ReLU the second unit is 0 for all x > 0
    >>> trainer = mn.Trainer([first, mn.ReLU(), mn.Linear(2, 1)], mn.MeanSquaredError(),
    ...                      mn.SGD(0.01), seed=0)
    >>> monitor = GradientMonitor()
    >>> history = trainer.fit(x, y, epochs=3, progress=False, callbacks=[monitor])
    >>> monitor.dead["0"], len(monitor.norms["0.weight"])
    ([0.5, 0.5, 0.5], 3)
    """

    def __init__(self) -> None:
        self.norms: dict[str, list[float]] = {}
        self.layer_norms: dict[str, list[float]] = {}
        self.dead: dict[str, list[float]] = {}
        self._layers: list[_LayerGradients] = []

    def on_epoch_begin(self, trainer: TrainingState, epoch: int) -> None:  # noqa: ARG002
        """Find the Parameters of each layer."""
        penalized = bool(trainer.objective.penalties)
        groups = _by_layer(trainer.network).items()
        self._layers = [_LayerGradients(name, parameters, penalized) for name, parameters in groups]

    def on_step_end(self, trainer: TrainingState, loss: float) -> None:  # noqa: ARG002
        """Add up the norms, and note which units got a gradient."""
        for layer in self._layers:
            layer.step()

    def on_epoch_end(self, trainer: TrainingState, row: Row) -> None:  # noqa: ARG002
        """Append the numbers of the epoch."""
        for layer in self._layers:
            for name, total in layer.sums.items():
                self.norms.setdefault(name, []).append(total / layer.steps)
            self.layer_norms.setdefault(layer.name, []).append(layer.sum / layer.steps)
            if layer.alive is not None:
                self.dead.setdefault(layer.name, []).append(float(1 - layer.alive.mean()))

    def state(self) -> dict[str, Any]:
        """All norms so far, and the sums of the current epoch."""
        return {
            "norms": self.norms,
            "layer_norms": self.layer_norms,
            "dead": self.dead,
            "seen": [{name: vars(s)[name] for name in _SAVED} for s in self._layers],
        }

    def restore(self, trainer: TrainingState, state: dict[str, Any]) -> None:  # noqa: ARG002
        """Continue from there."""
        for name in ("norms", "layer_norms", "dead"):
            setattr(self, name, {key: list(row) for key, row in state[name].items()})
        for seen, kept in zip(self._layers, state["seen"], strict=False):  # empty between epochs
            vars(seen).update(kept)

    def table(self) -> Table:
        """Norm and share of dead units of each layer, in the first and the last epoch."""
        rows = []
        for name, norms in self.layer_norms.items():
            dead = self.dead.get(name, [None])
            rows.append([name, norms[0], norms[-1], dead[0], dead[-1]])
        return table(["layer", "first norm", "last norm", "first dead", "last dead"], rows)

    def __repr__(self) -> str:
        return self.table() if self.layer_norms else "GradientMonitor()"


class _LayerGradients:
    """The gradients of one layer's own Parameters in the current epoch, summed up."""

    def __init__(self, name: str, parameters: dict[str, Parameter], penalized: bool) -> None:
        self.name, self.parameters = name, parameters
        self.steps = 0
        self.sums, self.sum = dict.fromkeys(parameters, 0.0), 0.0
        self.unpenalized = [p for p in parameters.values() if not (penalized and p.penalized)]
        lengths = {_units(p.value).shape[0] for p in self.unpenalized}
        self.alive = np.zeros(lengths.pop(), bool) if len(lengths) == 1 else None

    def step(self) -> None:
        """Add the gradients of one step."""
        self.steps += 1
        norms = [_norm(p.grad.astype(np.float64).ravel()) for p in self.parameters.values()]
        for name, norm in zip(self.parameters, norms, strict=True):
            self.sums[name] += norm
        squares = sum(norm * norm for norm in norms)
        self.sum += math.sqrt(squares) if squares < math.inf else math.hypot(*norms)
        if self.alive is not None:
            for parameter in self.unpenalized:
                self.alive |= (_units(parameter.grad) != 0).any(axis=1)


def _norm(gradient: Array) -> float:
    """The length, also of a gradient whose squares overflow."""
    norm = float(np.linalg.norm(gradient))
    if norm < math.inf:
        return norm
    largest = float(np.abs(gradient).max())
    return largest * float(np.linalg.norm(gradient / largest))


def _units(array: Array) -> Array:
    """One row for each unit: (in, out) by columns, (out, in, kh, kw) by the first axis."""
    rows = array.T if array.ndim == 2 else array
    return rows.reshape(array.size if array.ndim < 2 else len(rows), -1)


def _by_layer(network: Network) -> dict[str, dict[str, Parameter]]:
    """The trainable Parameters, grouped by the innermost layer that holds them."""
    layers = {found.name for found in find(network) if isinstance(found.item, Layer)}
    groups: dict[str, dict[str, Parameter]] = {}
    for name, parameter in network.parameters().items():
        if parameter.trainable:
            holder = name
            while holder and holder not in layers:
                holder = holder.rpartition(".")[0]
            groups.setdefault(holder, {})[name] = parameter
    return groups
