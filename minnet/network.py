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
from numpy.typing import ArrayLike, NDArray

from minnet import checks, packing
from minnet.blame import blame, explain
from minnet.layer import Layer, check_layer_object, layers_of
from minnet.table import Table, table
from minnet.workspace import Workspace

Array = NDArray[Any]


class Network(Layer):
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
        self.layers = _checked_layers(layers)
        self._minnet.args = ()  # `layers` may be a generator, which cannot be copied
        self._minnet.kwargs = {}
        self.seed = checks.seed("Network", seed)
        draw, use = np.random.SeedSequence(self.seed).spawn(2)
        self._draw = np.random.default_rng(draw)
        self._use = np.random.default_rng(use)
        self._buffers = Workspace()
        self._shapes: list[tuple[int, ...]] = []  # of the input and of each layer's output
        self._packed = packing.Packing.empty(self._dtype)
        self.refresh()

    def refresh(self) -> bool:
        """Look for parameters that were bound anew, and take them into the flat vectors.

        `fit`, `save`, `copy` and `predict` do this by themselves; call it after you have
        exchanged a layer or a Parameter and go on with `forward`. True: there was something.
        """
        owner = packing.owner_of(self)
        if isinstance(owner, Network):
            return owner.refresh()
        changed = not self._packed.is_current(self._dtype)
        if changed:
            self._packed = packing.pack(self, self._dtype, self._draw, self.seed is not None)
            for layer in layers_of(self):
                layer._minnet.random = self._use
                vars(layer).pop("_workspace", None)
            _share_workspace(self, self._buffers)
        return changed

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of all parameters and of all that flows through."""
        return self._dtype

    @dtype.setter
    def dtype(self, dtype: str) -> None:
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
        new = checks.numeric_array("Network.flat_values", "flat_values", values)
        if new.shape != self._packed.values.shape:
            raise ValueError(
                f"Network.flat_values: expected shape {self._packed.values.shape}, got {new.shape}."
            )
        self._packed.values[...] = new

    @property
    def output_layer(self) -> Layer:
        """The last layer, looked for inside a nested network that stands last."""
        last = self.layers[-1]
        return last.output_layer if isinstance(last, Network) else last

    @property
    def workspace(self) -> Workspace:
        """The arrays that the Trainer lends to built-in layers during a step."""
        return self._buffers

    @property
    def flat_gradients(self) -> Array:
        """The derivative of the loss by each entry of flat_values."""
        return self._packed.gradients

    @property
    def takes_indices(self) -> bool:  # type: ignore[override]
        """True if the first layer takes whole numbers, which are then not cast."""
        return self.layers[0].takes_indices

    def forward(self, x: Array) -> Array:
        """The output of the last layer for a batch x of shape (m, ...)."""
        return self._forward(self._enter(x), to_logits=False)

    def forward_to_logits(self, x: Array) -> Array:
        """The input of the last activation, also of one that ends a nested network."""
        return self._forward(self._enter(x), to_logits=True)

    def backward(self, grad: Array) -> Array:
        """dL/dx from dL/doutput; zeroes all gradients first, then lets each layer set its own."""
        self._zero()
        return self._backward(self._checked_gradient(grad), from_logits=False)

    def backward_first(self, grad: Array) -> None:
        """The gradients of the parameters alone, not that of the network's own input."""
        self._zero()
        self._backward(grad, from_logits=False, first=True)

    def backward_from_logits(self, grad: Array) -> None:
        """`backward_first` from dL/dlogits, leaving out the last activation."""
        self._zero()
        self._backward(grad, from_logits=True, first=True)

    def _zero(self) -> None:
        """A nested network leaves this to the one that holds it, which has done it already."""
        if packing.owner_of(self) is None:
            self._packed.gradients.fill(0)

    def _enter(self, x: Array) -> Array:
        """Numbers of the network's own type."""
        if type(x) is not np.ndarray or x.dtype.kind != "f":
            x = checks.numeric_array("Network.forward", "x", x)
        if x.dtype == self._dtype or (self.takes_indices and x.dtype.kind in "iu"):
            return x
        return x.astype(self._dtype)

    def _forward(self, x: Array, to_logits: bool) -> Array:
        """Each layer in turn; what a layer returns is cast back to the network's type."""
        last = len(self.layers) - 1
        self._shapes = shapes = [x.shape]
        index, layer = 0, self.layers[0]
        try:
            for index, layer in enumerate(self.layers):
                if to_logits and index == last:
                    if not isinstance(layer, Network):
                        return x
                    y = layer._forward(x, to_logits=True)
                else:
                    y = layer.forward(x)
                if type(y) is not np.ndarray or y.dtype != self._dtype:
                    y = self._cast_back(y, "forward")
                shapes.append(y.shape)
                x = y
        except Exception as error:
            raise blame(error, index, layer, "forward", x.shape) from None
        return x

    def _backward(self, grad: Array, from_logits: bool, first: bool = False) -> Array:
        """Each layer in turn, from the last to the first; `first`: nobody needs dL/dx."""
        layers, shapes = self.layers, self._shapes
        index = len(layers) - 1
        layer = layers[index]
        try:
            if from_logits and isinstance(layer, Network):
                grad = layer._backward(grad, from_logits=True, first=first and index == 0)
            start = index - 1 if from_logits else index
            for index in range(start, -1, -1):
                layer = layers[index]
                if first and index == 0:
                    layer.backward_first(grad)
                    break
                below = layer.backward(grad)
                if type(below) is not np.ndarray or below.dtype != self._dtype:
                    below = self._cast_back(below, "backward")
                if below.shape != shapes[index]:
                    raise ValueError(
                        f"expected to return dL/dx of the shape of its input, {shapes[index]}, "
                        f"got {below.shape}."
                    )
                grad = below
        except Exception as error:
            raise blame(error, index, layer, "backward", grad.shape) from None
        return grad

    def _checked_gradient(self, grad: Array) -> Array:
        """The gradient that came to `backward`, of the output's shape and our type."""
        array = checks.numeric_array("Network.backward", "grad", grad)
        if not self._shapes:
            raise RuntimeError("Network.backward: expected a forward first, got none.")
        if array.shape != self._shapes[-1]:
            raise ValueError(
                f"Network.backward: grad: expected the shape of the output, {self._shapes[-1]}, "
                f"got {array.shape}."
            )
        return array.astype(self._dtype, copy=False)

    def _cast_back(self, returned: Any, verb: str) -> Array:
        """What a student's layer returned, as an array of the network's type."""
        if returned is None:
            raise TypeError(f"expected {verb} to return an array, got None. Is a return missing?")
        array = checks.numeric_array(verb, "returned value", returned)
        return array.astype(self._dtype, copy=False)

    def activations(self, x: ArrayLike) -> list[Array]:
        """The output of every layer, in order, in evaluation mode."""
        inside = self._enter(checks.samples("Network.activations", "x", x, dtype=self._dtype))
        outputs = []
        with self.evaluating():
            for index, layer in enumerate(self.layers):
                try:
                    y = layer.forward(inside)
                    if type(y) is not np.ndarray or y.dtype != self._dtype:
                        y = self._cast_back(y, "forward")
                except Exception as error:
                    raise blame(error, index, layer, "forward", inside.shape) from None
                outputs.append(y)
                inside = y
        return outputs

    def predict(self, x: ArrayLike, batch_size: int = 1000) -> Array:
        """The output in evaluation mode, computed piece by piece so that memory stays small.

        Raises:
            TypeError, ValueError: x is not (m, ...) finite numbers, or has the wrong width.
        """
        data = checks.samples("predict", "x", x, dtype=self._dtype)
        rows = checks.whole_number("predict", "batch_size", batch_size)
        self.refresh()
        with self.evaluating():
            first = self.forward(data[:rows])
            if len(data) <= rows:
                return np.array(first)
            result = np.empty((len(data), *first.shape[1:]), self._dtype)
            result[:rows] = first
            for start in range(rows, len(data), rows):
                result[start : start + rows] = self.forward(data[start : start + rows])
        return result

    @contextlib.contextmanager
    def evaluating(self) -> Iterator[None]:
        """Inside `with`: evaluation mode; afterwards each layer is as it was."""
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

    def __copy__(self) -> Network:
        return copy.deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: the layers own their numbers, the copy packs them again."""
        state = super().__getstate__()
        state.update(_packed=None, _buffers=None, _shapes=[])
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
        result = np.dtype(dtype)  # type: ignore[call-overload]
    except TypeError:
        result = None
    if result not in (np.dtype("float32"), np.dtype("float64")):
        raise ValueError(
            f'Network: dtype: expected "float32" or "float64", got {checks.describe(dtype)}.'
        )
    return result  # type: ignore[no-any-return]


def _checked_layers(layers: Iterable[Layer]) -> list[Layer]:
    if isinstance(layers, Layer) or not isinstance(layers, Iterable):
        raise TypeError(
            f"Network: layers: expected a list of layers, got {checks.describe(layers)}. "
            f"Write Network([...])."
        )
    result = [check_layer_object(f"layers[{i}]", layer) for i, layer in enumerate(layers)]
    if not result:
        raise ValueError("Network: layers: expected at least one layer, got an empty list.")
    return result
