"""How large the gradients are in each layer, and which units get none at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet.nn.layer import Layer, find
from minnet.nn.network import Network
from minnet.nn.parameter import Parameter
from minnet.training.callback import Callback
from minnet.training.history import Row
from minnet.utils.table import Table, table
from minnet.utils.types import Array

if TYPE_CHECKING:
    from minnet.training.trainer import Trainer


class GradientMonitor(Callback):
    """Norms of the gradients and shares of dead units, epoch by epoch.

    Gradients that shrink from the last layer to the first *vanish*, those that grow *explode*. A
    unit is *dead* in an epoch if no step of it brought a gradient to any of its weights, not for
    a single sample: most often it stands before a ReLU and is negative for all data. It cannot
    learn, and without a change below it never will.

    Attributes:
        norms: parameter ("0.weight") -> for each epoch the mean over its steps of |gradient|.
        layer_norms: layer ("0") -> the same for all of its own Parameters together.
        dead: layer -> for each epoch the share of its units, 0 to 1, that are dead.

    A gradient is what the optimizer got: after clipping, with the gradient of a penalty, averaged
    over the batch. The units of a layer are the entries of its vectors (bias, gamma), the columns
    of its matrices, the first axis of its kernels. Where a penalty acts on a Parameter, which then
    always has a gradient, only the others tell; a layer that has no others, or whose Parameters
    disagree about the number of units, is left out of `dead`.

    Source: Glorot and Bengio (2010), figure 7, for the norms; Maas, Hannun, Ng (2013) for dead
    units.

    >>> import numpy as np, minnet as mn
    >>> x, y = np.array([[1.0], [2.0]]), np.array([0.0, 1.0])
    >>> first = mn.Linear(1, 2)
    >>> first.weight.value = [[1.0, -1.0]]  # behind the ReLU the second unit is 0 for all x > 0
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
        self._seen: list[_Seen] = []

    def on_epoch_begin(self, trainer: Trainer, epoch: int) -> None:  # noqa: ARG002
        """Look which Parameters there are."""
        penalized = bool(trainer.objective.penalties)
        groups = _by_layer(trainer.network).items()
        self._seen = [_Seen(name, parameters, penalized) for name, parameters in groups]

    def on_step_end(self, trainer: Trainer, loss: float) -> None:  # noqa: ARG002
        """Add up the norms, and remember who got a gradient."""
        for seen in self._seen:
            seen.step()

    def on_epoch_end(self, trainer: Trainer, row: Row) -> None:  # noqa: ARG002
        """Write the epoch down."""
        for seen in self._seen:
            for name, norm in seen.norms().items():
                self.norms.setdefault(name, []).append(norm)
            self.layer_norms.setdefault(seen.name, []).append(seen.layer_norm())
            if seen.alive is not None:
                self.dead.setdefault(seen.name, []).append(float(1 - seen.alive.mean()))

    def state(self) -> dict[str, Any]:
        """All norms so far, and what the present epoch has brought."""
        return {
            "norms": self.norms,
            "layer_norms": self.layer_norms,
            "dead": self.dead,
            "seen": [
                {"steps": s.steps, "sums": s.sums, "sum": s.sum, "alive": s.alive}
                for s in self._seen
            ],
        }

    def restore(self, trainer: Trainer, state: dict[str, Any]) -> None:  # noqa: ARG002
        """Go on from there."""
        for name in ("norms", "layer_norms", "dead"):
            setattr(self, name, {key: list(row) for key, row in state[name].items()})
        for seen, kept in zip(self._seen, state["seen"], strict=False):  # none between epochs
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


class _Seen:
    """What one epoch has brought so far to one layer's own Parameters."""

    def __init__(self, name: str, parameters: dict[str, Parameter], penalized: bool) -> None:
        self.name, self.parameters = name, parameters
        self.steps = 0
        self.sums, self.sum = dict.fromkeys(parameters, 0.0), 0.0
        self.telling = [p for p in parameters.values() if not (penalized and p.penalized)]
        lengths = {_units(p.value).shape[0] for p in self.telling}
        self.alive = np.zeros(lengths.pop(), bool) if len(lengths) == 1 else None

    def step(self) -> None:
        """The gradients of one more step."""
        self.steps += 1
        squares = 0.0
        for name, parameter in self.parameters.items():
            norm = float(np.linalg.norm(parameter.grad.astype(np.float64).ravel()))
            self.sums[name] += norm
            squares += norm * norm
        self.sum += math.sqrt(squares)
        if self.alive is not None:
            for parameter in self.telling:
                self.alive |= (_units(parameter.grad) != 0).any(axis=1)

    def norms(self) -> dict[str, float]:
        """The mean norm of each Parameter."""
        return {name: total / self.steps for name, total in self.sums.items()}

    def layer_norm(self) -> float:
        """The mean norm of all of them as one vector."""
        return self.sum / self.steps


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
