"""A network: layers in a row, all of their parameters in one flat vector.

`flat_values` holds every trainable number of the network, `flat_gradients` the derivative of the
loss by each of them; a Parameter is a view on its part. An optimizer, a saved file or a clipped
gradient is then a few operations on whole vectors that know nothing about layers.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn import flat_parameters as packing
from minnet.nn.error_location import explain
from minnet.nn.layer import Layer, layers_of
from minnet.nn.saving_networks import Savable
from minnet.nn.sequential import Chain, checked_layers
from minnet.nn.thread_lock import Guard
from minnet.nn.watch import Watch
from minnet.nn.workspace import Workspace
from minnet.utils import array_checks, checks
from minnet.utils.table import Table, table
from minnet.utils.types import Array


class Network(Chain, Savable):
    """Layers applied one after the other; itself a Layer, so that networks nest.

    Args:
        layers: one or more layers, each an object of its own.
        seed: orders the random draw of all parameters that were not assigned by hand, and the
            layers' own randomness; None: other numbers in every run.
        dtype: "float32" or "float64"; the one type of all that flows through.

    Attributes:
        layers: the list. flat_values, flat_gradients: one vector each.
        dtype: may be assigned, which casts everything.

    Raises:
        TypeError, ValueError: no layer, a class instead of an object, a layer or Parameter that
            stands twice or belongs to another network.

    >>> import minnet as mn
    >>> network = mn.Network([mn.Linear(2, 3), mn.Tanh(), mn.Linear(3, 1)], seed=0)
    >>> network.forward(np.zeros((5, 2))).shape
    (5, 1)
    >>> list(network.parameters())
    ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    _transparent = ("layers",)

    def __init__(
        self, layers: Iterable[Layer], seed: int | None = None, dtype: str = "float32"
    ) -> None:
        self._dtype = _checked_dtype(dtype)
        self.layers = checked_layers(layers)
        self.seed = checks.seed("Network", seed)
        draw, use = np.random.SeedSequence(self.seed).spawn(2)
        self._draw = np.random.default_rng(draw)
        self._use = np.random.default_rng(use)
        self._buffers = Workspace()
        self.guard = Guard()
        self._packed = packing.Packing.empty(self._dtype)
        self.refresh()

    def refresh(self, quick: bool = False) -> bool:
        """Look for parameters that were bound anew, and take them into the flat vectors.

        `fit`, `save`, `copy` and `predict` do this by themselves; call it after you have
        exchanged a layer or a Parameter and go on with `forward`. True: there was something.
        `quick`, for each single `step`: look only at what has been seen to hold parameters.
        """
        owner = packing.owner_of(self)
        if quick and owner is None and self._packed.watch.nothing_new():
            return False
        if isinstance(owner, Network):
            changed = owner.refresh()  # which lets us go if we have been taken out of it
            if packing.owner_of(self) is not None:
                return changed
        changed = not self._packed.is_current(self._dtype)
        if changed:
            before = self._packed
            self._packed = packing.pack(self, self._dtype, self._draw, self.seed is not None)
            packing.release(before, self._packed)
            for layer in layers_of(self):
                layer._minnet.random = self._use
                vars(layer).pop("_workspace", None)
            _share_workspace(self, self._buffers)
        self._packed.watch = Watch(self)
        return changed

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of all parameters and of all that flows through."""
        return self._dtype

    @dtype.setter
    def dtype(self, dtype: str) -> None:
        self.refresh()
        owner = packing.owner_of(self)
        if isinstance(owner, Network):
            owner.dtype = dtype
            return
        for layer in layers_of(self):
            if isinstance(layer, Network):
                layer._dtype = _checked_dtype(dtype)
        self.refresh()

    @property
    def flat_values(self) -> Array:
        """All trainable numbers in one vector; assignment copies into place."""
        return self._packed.values

    @flat_values.setter
    def flat_values(self, values: ArrayLike) -> None:
        new = array_checks.numeric_array("Network.flat_values", "flat_values", values)
        if new.shape != self._packed.values.shape:
            raise ValueError(
                f"Network.flat_values: expected shape {self._packed.values.shape}, got {new.shape}."
            )
        self._packed.values[...] = new

    @property
    def workspace(self) -> Workspace:
        """The arrays that the Trainer lends to built-in layers during a step."""
        return self._buffers

    @property
    def flat_gradients(self) -> Array:
        """The derivative of the loss by each entry of flat_values."""
        return self._packed.gradients

    def forward(self, x: Array) -> Array:
        """The output of the last layer for a batch x of shape (m, ...)."""
        return self._forward(self._enter(x), to_logits=False)

    def forward_to_logits(self, x: Array) -> Array:
        """The input of the last activation, also of one that ends a nested network."""
        return self._forward(self._enter(x), to_logits=True)

    def backward(self, grad: Array) -> Array:
        """dL/dx from dL/doutput; zeroes all gradients first, then lets each layer set its own."""
        return self._differentiate(self._checked_gradient(grad), from_logits=False)

    def _backward_parameters(self, grad: Array) -> None:
        """The gradients of the parameters alone, not that of the network's own input."""
        self._differentiate(grad, from_logits=False, first=True)

    def backward_from_logits(self, grad: Array) -> None:
        """`_backward_parameters` from dL/dlogits, leaving out the last activation."""
        self._differentiate(grad, from_logits=True, first=True)

    def _differentiate(self, grad: Array, from_logits: bool, first: bool = False) -> Array:
        """`_backward` over zeroed gradients; the network that holds this one may have done that."""
        inside = (packing.owner_of(self) or self)._minnet
        if inside.differentiating:
            return self._backward(grad, from_logits, first)
        self._packed.gradients.fill(0)
        inside.differentiating = True
        try:
            return self._backward(grad, from_logits, first)
        finally:
            inside.differentiating = False

    def activations(self, x: ArrayLike) -> list[Array]:
        """The output of every layer, in order, in evaluation mode."""
        inside = self._enter(array_checks.samples("Network.activations", "x", x, dtype=self._dtype))
        outputs: list[Array] = []
        with self.evaluating():
            self._forward(inside, to_logits=False, keep=outputs)
        return outputs

    def predict(self, x: ArrayLike, batch_size: int = 1000) -> Array:
        """The output in evaluation mode, computed piece by piece so that memory stays small.

        Raises:
            TypeError, ValueError: x is not (m, ...) finite numbers, or has the wrong width.
        """
        data = array_checks.samples("predict", "x", x, dtype=self._dtype)
        rows = checks.whole_number("predict", "batch_size", batch_size)
        self.refresh()
        with self.evaluating():
            first = self.forward(data[:rows])
            if len(data) <= rows:
                return np.array(first)
            if len(first) != rows:
                raise ValueError(
                    f"{self.output_layer!r}: expected an output of shape (m, ...), one row for "
                    f"each of {rows} samples, got {first.shape}."
                )
            result = np.empty((len(data), *first.shape[1:]), self._dtype)
            result[:rows] = first
            for start in range(rows, len(data), rows):
                result[start : start + rows] = self.forward(data[start : start + rows])
        return result

    @contextlib.contextmanager
    def evaluating(self) -> Iterator[None]:
        """Inside `with`: evaluation mode; afterwards each layer is as it was."""
        owner = packing.owner_of(self)
        with (owner if isinstance(owner, Network) else self).guard.evaluating():
            before = [(layer, layer._minnet.training) for layer in layers_of(self)]
            try:
                for layer, _ in before:
                    layer._minnet.training = False
                yield
            finally:
                for layer, training in before:
                    layer._minnet.training = training

    def summary(self) -> Table:
        """A table: each layer with the number of its parameters."""
        self.refresh()
        rows: list[list[object]] = []
        for index, layer in enumerate(self.layers):
            sizes = [p.size for p in layer.parameters().values() if p.trainable]
            rows.append([f"layers[{index}]", explain(layer), sum(sizes)])
        rows.append(["total", str(self._dtype), self._packed.values.size])
        return table(["place", "layer", "parameters"], rows)

    def _constructor(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A plain network is made again of the layers that it has now."""
        if type(self) is not Network:
            return super()._constructor()
        return (list(self.layers),), {"seed": self.seed, "dtype": str(self._dtype)}

    def __copy__(self) -> Network:
        return copy.deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: the layers own their numbers, the copy packs them again."""
        state = super().__getstate__()
        state.update(_packed=None, _buffers=None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._buffers = Workspace()
        self._packed = packing.Packing.empty(self._dtype)
        self.refresh()

    def __repr__(self) -> str:
        return f"Network([{', '.join(map(explain, self.layers))}])"


def _share_workspace(network: Network, workspace: Workspace) -> None:
    """Lend buffers to built-in layers that the network itself drives, and to no others.

    A layer inside a student's layer may be called twice in one step; it always allocates.
    """
    for layer in network.layers:
        if isinstance(layer, Network) and type(layer) is Network:
            _share_workspace(layer, workspace)
        elif checks.is_built_in(layer):
            vars(layer)["_workspace"] = workspace


def _checked_dtype(dtype: object) -> np.dtype[Any]:
    try:
        name = "" if dtype is None else np.dtype(dtype).name  # type: ignore[call-overload]
    except TypeError:
        name = ""
    if name not in ("float32", "float64"):
        raise ValueError(
            f'Network: dtype: expected "float32" or "float64", got {checks.describe(dtype)}.'
        )
    return np.dtype(name)
