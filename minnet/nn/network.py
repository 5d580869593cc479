"""A network: layers one after the other, with all of their parameters in one flat vector.

`flat_values` holds every trainable number, `flat_gradients` the derivative of the loss with respect
to each; a Parameter is a view of its part. An optimizer, a saved file or a clipped gradient is then
a few operations on whole vectors that know nothing about layers.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn import network_file
from minnet.nn.dtype import checked_dtype, checked_samples, convert_gradient, convert_input
from minnet.nn.error_location import locate_error, short_repr
from minnet.nn.flat_parameters import FlatParameters, flatten, owner_of, release
from minnet.nn.layer import Layer
from minnet.nn.search import layers_of
from minnet.nn.seeded_construction import draw_again
from minnet.nn.sequential import Sequential, forward_in_batches
from minnet.nn.thread_lock import ThreadLock
from minnet.utils import array_checks, checks
from minnet.utils.keyword_arguments import explained
from minnet.utils.random_streams import random_stream
from minnet.utils.table import Table, table
from minnet.utils.types import Array

_OnPath = Callable[[Any, str | os.PathLike[str]], None]


class Network(Sequential):
    """Layers applied one after the other; itself a Layer, so that networks nest.

    Args:
        layers: one or more layers, each used once.
        seed: determines the initial values of all parameters that were not assigned by hand, and
            the layers' random numbers; None: different numbers in every run.
        dtype: "float32" or "float64"; the dtype of all parameters, inputs and outputs.

    Attributes:
        layers: the list.

    Raises:
        TypeError, ValueError: no layer, a class instead of an object, a layer or Parameter that
            is used twice or belongs to another network.

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
        self._dtype = checked_dtype(dtype)
        super().__init__(layers)
        self.seed: int | None = checks.seed("Network", seed)
        self._initial_random = random_stream(self.seed, "initial weights")
        self._layers_random = random_stream(self.seed, "layers")
        self._thread_lock = ThreadLock()
        self._flat = FlatParameters.empty(self._dtype)
        self.refresh()

    def refresh(self) -> bool:
        """Find layers and Parameters that were replaced, and put them into the flat vectors.

        `fit`, `step`, `save`, `copy` and `predict` do this by themselves; call it after you have
        replaced a layer or a Parameter and continue with `forward`. True: something was replaced.
        """
        owner = owner_of(self)
        if isinstance(owner, Network):
            changed = owner.refresh()  # after which we may belong to it no longer
            if owner_of(self) is not None:
                return changed
        changed = not self._flat.is_current(self._dtype)
        if changed:
            draw_again(self)
            before = self._flat
            self._flat = flatten(self, self._dtype, self._initial_random, self.seed is not None)
            release(before, self._flat)
            for layer in layers_of(self):
                layer._minnet.random = self._layers_random
        return changed

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of all parameters, inputs and outputs; it may be assigned."""
        return self._dtype

    @dtype.setter
    def dtype(self, dtype: str) -> None:
        self.refresh()
        owner = owner_of(self)
        if isinstance(owner, Network):
            owner.dtype = dtype
            return
        for layer in layers_of(self):
            if isinstance(layer, Network):
                layer._dtype = checked_dtype(dtype)
        self.refresh()

    @property
    def flat_values(self) -> Array:
        """All trainable numbers in one vector; assignment copies into place."""
        return self._flat.values

    @flat_values.setter
    def flat_values(self, values: ArrayLike) -> None:
        self._flat.assign_values(values)

    @property
    def flat_gradients(self) -> Array:
        """The derivative of the loss with respect to each entry of flat_values."""
        return self._flat.gradients

    @property
    def output_layer(self) -> Layer:
        """The last layer; if it is a network, the last layer of that."""
        last = self.layers[-1]
        return last.output_layer if isinstance(last, Network) else last

    @property
    def takes_indices(self) -> bool:  # type: ignore[override]
        """True if the first layer takes whole numbers, which are then not cast."""
        return self.layers[0].takes_indices

    @explained
    def forward(self, x: Array) -> Array:
        """The output of the last layer for a batch x of shape (m, ...)."""
        with self._outer_lock().evaluating():
            return Network._forward(self, x)  # not that of a subclass, which may call this method

    def _forward(self, x: Array) -> Array:
        if type(x) is not np.ndarray or x.dtype is not self._dtype:
            x = convert_input(x, self._dtype, self.takes_indices)
        return self._run_forward(x, self.layers, self._dtype)

    def forward_to_logits(self, x: Array) -> Array:
        """The input of the last activation, also where that is in a nested network."""
        with self._outer_lock().evaluating():
            return self._forward_to_logits(x)

    @explained
    def backward(self, grad: Array) -> Array:
        """dL/dx from dL/doutput; zeroes all gradients first, then lets each layer set its own."""
        with self._outer_lock().evaluating():
            return Network._backward(self, convert_gradient(grad, self._dtype, self._minnet.shapes))

    def _backward(self, grad: Array) -> Array:
        return self._over_zeroed_gradients(self._run_all_backward, grad)

    def _run_all_backward(self, grad: Array, for_input: bool = True) -> Array:
        return self._run_backward(grad, self.layers, self._dtype, for_input=for_input)

    def _backward_parameters(self, grad: Array) -> None:
        """The gradients of the parameters alone, without dL/dx of the network's input."""
        self._over_zeroed_gradients(self._run_all_backward, grad, for_input=False)

    def backward_from_logits(self, grad: Array) -> None:
        """The gradients of the parameters from dL/dlogits, leaving out the last activation."""
        self._over_zeroed_gradients(self._backward_from_logits, grad, for_input=False)

    def _forward_to_logits(self, x: Array) -> Array:
        """Run all layers except the last; in a nested network at the end, do the same."""
        if type(x) is not np.ndarray or x.dtype is not self._dtype:
            x = convert_input(x, self._dtype, self.takes_indices)
        *layers, last = self.layers
        x = self._run_forward(x, layers, self._dtype)
        if not isinstance(last, Network):
            return x
        try:
            return last._forward_to_logits(x)
        except Exception as error:
            raise locate_error(error, len(layers), last, "forward", x.shape) from None

    def _backward_from_logits(self, grad: Array, for_input: bool = True) -> Array:
        """The backward of `_forward_to_logits`."""
        *layers, last = self.layers
        if isinstance(last, Network):
            try:
                grad = last._backward_from_logits(grad, for_input or bool(layers))
            except Exception as error:
                raise locate_error(error, len(layers), last, "backward", grad.shape) from None
        return self._run_backward(grad, layers, self._dtype, for_input=for_input)

    def _over_zeroed_gradients(
        self, backward: Callable[..., Array], grad: Array, for_input: bool = True
    ) -> Array:
        """Zero the gradients first, unless the network that holds this one has done so."""
        outer = self._minnet if self._minnet.owner is None else (owner_of(self) or self)._minnet
        if outer.in_backward:
            return backward(grad, for_input)
        self._flat.gradients.fill(0)
        outer.in_backward = True
        try:
            return backward(grad, for_input)
        finally:
            outer.in_backward = False

    @explained
    def activations(self, x: ArrayLike) -> list[Array]:
        """The output of every layer, in order, in evaluation mode."""
        x = array_checks.samples("Network.activations", "x", x, dtype=self._dtype)
        outputs: list[Array] = []
        with self.evaluating():
            x = convert_input(x, self._dtype, self.takes_indices)
            self._run_forward(x, self.layers, self._dtype, outputs)
        return outputs

    @explained
    def predict(self, x: ArrayLike, batch_size: int = 1000) -> Array:
        """The output in evaluation mode, computed in batches so that memory stays small.

        Raises:
            TypeError, ValueError: x is not (m, ...) finite numbers, has the wrong width, or has
                differences that the network's dtype does not keep.
        """
        data = checked_samples("predict", x, self._dtype, self.takes_indices, looked_at=64)
        rows = checks.whole_number("predict", "batch_size", batch_size)
        self.refresh()
        with self.evaluating():
            return forward_in_batches(self, self.output_layer, data, rows)

    def _outer_lock(self) -> ThreadLock:
        """The lock of this network, or of that which holds it."""
        owner = owner_of(self)
        return owner._thread_lock if isinstance(owner, Network) else self._thread_lock

    @contextlib.contextmanager
    def evaluating(self) -> Iterator[None]:
        """Inside `with`: evaluation mode; afterwards each layer is as it was."""
        with self._outer_lock().evaluating():
            before = [(layer, layer._minnet.training) for layer in layers_of(self)]
            try:
                for layer, _ in before:
                    layer._minnet.training = False
                yield
            finally:
                for layer, training in before:
                    layer._minnet.training = training

    def summary(self) -> Table:
        """A table: each layer with the number of its parameters, frozen ones apart."""
        self.refresh()
        rows: list[list[object]] = []
        for index, layer in enumerate(self.layers):
            parameters = layer.parameters().values()
            trained = sum(p.size for p in parameters if p.trainable)
            frozen = sum(p.size for p in parameters if p.is_frozen)
            size = f"{trained} ({frozen} frozen)" if frozen else trained
            rows.append([f"layers[{index}]", short_repr(layer), size])
        rows.append(["total", str(self._dtype), self._flat.values.size])
        return table(["place", "layer", "parameters"], rows)

    save: _OnPath = network_file.save
    save_values: _OnPath = network_file.save_values
    load_values: _OnPath = network_file.load_values

    def _constructor(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A plain network is made again from the layers that it has now."""
        if type(self) is not Network:
            return super()._constructor()
        return (list(self.layers),), {"seed": self.seed, "dtype": str(self._dtype)}

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: the layers have the numbers, a copy makes new flat vectors."""
        state = super().__getstate__()
        state["_flat"] = None
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._flat = FlatParameters.empty(self._dtype)
        self.refresh()

    def __call__(self, x: Array) -> Array:
        """`network(x)` is `network.forward(x)`."""
        return self.forward(x)

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __getitem__(self, index: int) -> Layer:
        """One layer: `network[0]`, the last `network[-1]`."""
        return self.layers[index]

    def _repr_html_(self) -> str:
        return self.summary().html

    def __repr__(self) -> str:
        return f"Network([{', '.join(map(short_repr, self.layers))}])"
