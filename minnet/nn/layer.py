"""The contract: everything is a Layer, with `forward(x)` and `backward(grad)`.

A student's layer needs no `super().__init__()`, no registration and no decorator. What the
framework must know it finds by looking: Parameters and layers among the attributes, in the
order of their definition, also inside lists and dicts.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from minnet.nn.config import constructor
from minnet.nn.inside import Inside
from minnet.nn.parameter import Parameter
from minnet.nn.workspace import Workspace
from minnet.utils.keyword_arguments import check_arguments
from minnet.utils.types import Array

_METHODS = frozenset({"forward", "backward", "parameters"})
_RESERVED = ("training", "random", "forward", "backward", "parameters")


class Layer:
    """A function of x with its derivative; subclass it and write the two methods.

    `forward(x)` gives y for a batch x of shape (m, ...). `backward(grad)` gets dL/dy, of the
    shape of y, sets `.grad` of each of the layer's Parameters, summed over the batch, and
    returns dL/dx, of the shape of x.

    Attributes:
        training: True while a Trainer trains; dropout and batch normalization look at it.
        random: a NumPy Generator; in a network all layers share one, seeded by the network.

    Raises:
        TypeError: a reserved name (training, random, forward, backward, parameters) is used
            for something else, or the constructor gets arguments that it does not take.

    >>> class Scale(Layer):
    ...     def __init__(self, features):
    ...         self.gain = Parameter(np.ones(features))
    ...     def forward(self, x):
    ...         self.x = x
    ...         return x * self.gain.value
    ...     def backward(self, grad):
    ...         self.gain.grad = (grad * self.x).sum(axis=0)
    ...         return grad * self.gain.value
    >>> Scale(3).parameters()
    {'gain': Parameter(shape=(3,))}
    """

    takes_indices = False
    """True for a layer whose input is whole numbers; the network then does not cast it."""

    _minnet: Inside

    _workspace: Workspace | None = None  # set for built-in layers that a network drives itself

    _transparent: tuple[str, ...] = ()  # attributes that do not show in the names of parameters

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Keep the arguments for `repr` and `save`: no `super().__init__()` is needed."""
        check_arguments(cls, args, kwargs)
        layer = super().__new__(cls)
        layer.__dict__["_minnet"] = Inside(args, kwargs)
        return layer

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in ("training", "random", "parameters"):
            if name in vars(cls):
                raise TypeError(_reserved(cls.__name__, name))
        for name in ("forward", "backward"):
            if name in vars(cls) and not callable(vars(cls)[name]):
                raise TypeError(_reserved(cls.__name__, name))
        _refuse_what_is_not_found(cls)
        if _definer(cls, "backward") < _definer(cls, "_backward_parameters"):
            # Who writes (or mixes in) a new backward is not bypassed by the parent's shortcut.
            cls._backward_parameters = Layer._backward_parameters  # type: ignore[method-assign]

    def forward(self, x: Array) -> Array:
        """The output for a batch x of shape (m, ...)."""
        raise NotImplementedError(
            f"{type(self).__name__}.forward is not written yet: def forward(self, x): ..."
        )

    def backward(self, grad: Array) -> Array:
        """dL/dx from dL/dy; sets the gradients of the parameters, summed over the batch."""
        raise NotImplementedError(
            f"{type(self).__name__}.backward is not written yet: def backward(self, grad): ..."
        )

    def _backward_parameters(self, grad: Array) -> None:
        """`backward`, where nobody needs dL/dx, as in a network's first layer in training.

        Linear and Conv2d leave the product for dL/dx out; all others just call `backward`.
        """
        self.backward(grad)

    def parameters(self) -> dict[str, Parameter]:
        """All Parameters of this layer and of the layers in it, by name, in order."""
        return {f.name: f.item for f in find(self) if isinstance(f.item, Parameter)}

    @property
    def training(self) -> bool:
        """True in training, False in evaluation and on a fresh layer; set for all inside."""
        return self._minnet.training

    @training.setter
    def training(self, training: bool) -> None:
        if not isinstance(training, (bool, np.bool_)):
            raise TypeError(_reserved(type(self).__name__, "training"))
        for layer in layers_of(self):
            layer._minnet.training = bool(training)

    @property
    def random(self) -> np.random.Generator:
        """The generator for a layer's own randomness."""
        if self._minnet.random is None:
            self._minnet.random = np.random.default_rng()
        return self._minnet.random

    @random.setter
    def random(self, random: np.random.Generator) -> None:
        if not isinstance(random, np.random.Generator):
            raise TypeError(_reserved(type(self).__name__, "random"))
        for layer in layers_of(self):
            layer._minnet.random = random

    def _constructor(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments by which such a layer is made again."""
        return constructor(self, self._minnet.args, self._minnet.kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _METHODS:
            raise TypeError(_reserved(type(self).__name__, name))
        if type(value) is np.ndarray:
            if isinstance(self.__dict__.get(name), Parameter):
                raise TypeError(
                    f"{type(self).__name__}.{name}: expected a Parameter, got an array, which "
                    f"would not be trained. Write self.{name}.value = ... to change its numbers."
                )
        elif may_hold_parts(value):
            Bindings.count += 1
            if isinstance(value, Parameter):
                value.name = f"{type(self).__name__}.{name}"
        _set(self, name, value)

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: the copy belongs to no network."""
        state = {**vars(self), "_minnet": self._minnet.free()}
        state.pop("_workspace", None)
        return state

    def __copy__(self) -> Any:
        """A deep copy: two layers that share one Parameter would train each other."""
        return copy.deepcopy(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._minnet.signature()})"


class Found(NamedTuple):
    """A Parameter or a Layer that was found, and its name."""

    name: str
    item: Any


def find(layer: Layer) -> list[Found]:
    """Every Parameter and Layer inside `layer`, depth first, in the order of definition."""
    result: list[Found] = []
    _find(layer, "", {id(layer): "the layer itself"}, result)
    return result


def layers_of(layer: Layer) -> Iterator[Layer]:
    """The layer itself and every layer inside it."""
    yield layer
    yield from (found.item for found in find(layer) if isinstance(found.item, Layer))


def _find(holder: Any, path: str, seen: dict[int, str], result: list[Found]) -> None:
    """Walk through attributes, lists, tuples and dicts; `seen` refuses what stands twice."""
    container: Any = holder
    hidden: tuple[str, ...] = ()
    if isinstance(holder, Layer):
        container, hidden = vars(holder), holder._transparent
    pairs = container.items() if isinstance(container, dict) else enumerate(container)
    for key, value in pairs:
        if not isinstance(value, _HOLDERS):
            continue
        name = path if key in hidden else f"{path}.{key}" if path else str(key)
        if isinstance(value, (set, frozenset)):
            _refuse_set(name, value)
            continue
        if isinstance(value, (Parameter, Layer)):
            if id(value) in seen:
                raise ValueError(_twice(value, seen[id(value)], name))
            seen[id(value)] = name
            result.append(Found(name, value))
        if not isinstance(value, Parameter):
            _find(value, name, seen, result)


_HOLDERS = (Parameter, Layer, list, tuple, dict, set, frozenset)
_set = object.__setattr__


class Bindings:
    """Counts how often a layer was given something in which parts may be (see `watch.py`)."""

    count = 0


def may_hold_parts(value: object) -> bool:
    """True for a Parameter, a layer, and what may hold them; False for a tuple of numbers."""
    if not isinstance(value, _HOLDERS):
        return False
    return type(value) is not tuple or any(map(may_hold_parts, value))


def _definer(cls: type, method: str) -> int:
    """How far up the class's ancestry the definition of a method stands."""
    return next(i for i, ancestor in enumerate(cls.__mro__) if method in vars(ancestor))


def _refuse_what_is_not_found(cls: type) -> None:
    """Where `find` does not look, a Parameter would never be trained, and nobody would notice."""
    for name, value in vars(cls).items():
        if isinstance(value, (Parameter, Layer)):
            kind = "Parameter" if isinstance(value, Parameter) else "layer"
            raise TypeError(
                f"{cls.__name__}.{name}: expected a {kind} for each object, got one for all. Write "
                f"self.{name} = ... in __init__ (in a dataclass: field(default_factory=...))."
            )
    if vars(cls).get("__slots__"):
        raise TypeError(
            f"{cls.__name__}: expected no __slots__, got __slots__: a slot is not found or trained."
        )


def _refuse_set(name: str, value: Any) -> None:
    """A set has no order, so the parameters in it would have no place in the flat vector."""
    if any(isinstance(item, (Parameter, Layer)) for item in value):
        raise TypeError(
            f"{name}: expected a list, got a {type(value).__name__}, which has no order."
        )


def _twice(value: Any, first: str, second: str) -> str:
    kind = "Parameter" if isinstance(value, Parameter) else "layer"
    return (
        f"{written(second)}: expected a {kind} of its own, got the same {kind} as at "
        f"{written(first)}: {value!r}. "
        f"Make a second one, or copy it with copy.deepcopy."
    )


def written(path: str) -> str:
    """A path as one writes it in code: `1.row.0` is `layers[1].row[0]`."""
    code = ""
    for part in path.split("."):
        leading = not code or (code.endswith("]") and code.rpartition(".")[2].startswith("layers["))
        index = f".layers[{part}]" if leading else f"[{part}]"
        code += index if part.isdigit() else f".{part}"
    return code.lstrip(".")


def _reserved(owner: str, name: str) -> str:
    uses = {
        "training": "True in training and False in evaluation",
        "random": "the generator that the network supplies",
        "forward": "the method def forward(self, x)",
        "backward": "the method def backward(self, grad)",
        "parameters": "the method that lists the Parameters",
    }
    return (
        f"{owner}: the name {name!r} belongs to the framework ({uses[name]}). "
        f"Give your attribute another name, for example {name}_ or my_{name}."
    )
