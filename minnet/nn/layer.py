"""The base class of all layers: `forward(x)` and `backward(grad)`.

A custom layer needs no `super().__init__()`, no registration and no decorator. The package finds
what it must know: Parameters and layers among the attributes, in the order of their
definition, also in lists, tuples and dicts.
"""

from __future__ import annotations

import copy
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from minnet.nn.config import remember
from minnet.nn.current_arguments import current_arguments
from minnet.nn.float_input import take_all_arrays
from minnet.nn.parameter import Parameter
from minnet.nn.search import find, is_layer, layers_of, may_hold
from minnet.utils.checks import boolean
from minnet.utils.error_codes import with_code
from minnet.utils.keyword_arguments import Explained
from minnet.utils.types import Array

T = TypeVar("T")

_RESERVED = {
    "training": "True in training and False in evaluation",
    "trainable": "False freezes the layer",
    "random": "the generator that the network supplies",
    "forward": "the method def forward(self, x)",
    "backward": "the method def backward(self, grad)",
    "parameters": "the method that lists the Parameters",
}
_CALLED_BY_NETWORKS = {
    "_forward": "forward",
    "_backward": "backward",
    "_backward_parameters": "backward",
}


class Layer(Explained):
    """A function of x with its derivative; subclass it and write the two methods.

    `forward(x)` gives y for a batch x of shape (m, ...). `backward(grad)` gets dL/dy, of the
    shape of y, sets `.grad` of each of the layer's Parameters, summed over the batch, and
    returns dL/dx, of the shape of x.

    Attributes:
        takes_indices: class attribute, True where the input is whole numbers, which are not cast.
        mixes_samples: class attribute, True where a sample's output depends on the other samples
            of its batch on purpose; `check_layer` then says nothing about it.

    Raises:
        TypeError: a reserved name (training, trainable, random, forward, backward, parameters) is
            used for something else, or the constructor gets arguments that it does not take.

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
    mixes_samples = False

    _minnet: _Internals

    _transparent: tuple[str, ...] = ()  # attributes that do not show in the names of parameters

    def __new__(cls: type[T], *args: Any, **kwargs: Any) -> T:
        """Keep the arguments for `repr` and `save`: no `super().__init__()` is needed."""
        layer: T = super().__new__(cls, *args, **kwargs)  # type: ignore[misc]
        layer.__dict__["_minnet"] = _Internals(args, kwargs)
        return layer

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in _RESERVED.keys() & vars(cls).keys():
            if name not in ("forward", "backward") or not callable(vars(cls)[name]):
                raise _reserved(cls.__name__, name)
        _refuse_unfindable(cls)
        take_all_arrays(cls)
        for inner, method in _CALLED_BY_NETWORKS.items():
            if _definer(cls, method) < _definer(cls, inner):
                # A subclass with a new method must not be bypassed by its parent's shortcut.
                setattr(cls, inner, vars(Layer)[inner])

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

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Refuse `layer(x)`, as other libraries write it, and say how it is written here."""
        raise TypeError(
            f"{type(self).__name__}: expected layer.forward(x), got a call of the layer itself. "
            f"Write .forward(x)."
        )

    # A network calls these three. In a built-in layer they are forward and backward without the
    # conversion of their argument (float_input.py), and backward without dL/dx, which training
    # does not need for the first layer: Linear and Conv2d leave out that product.

    def _forward(self, x: Array) -> Array:
        return self.forward(x)

    def _backward(self, grad: Array) -> Array:
        return self.backward(grad)

    def _backward_parameters(self, grad: Array) -> None:
        self._backward(grad)

    def parameters(self) -> dict[str, Parameter]:
        """All Parameters of this layer and of its inner layers, by name, in order."""
        return {f.name: f.item for f in find(self) if isinstance(f.item, Parameter)}

    @property
    def training(self) -> bool:
        """True in training, False in evaluation and at first; assigned for all inner layers too.

        Dropout and BatchNorm behave differently then.
        """
        return self._minnet.training

    @training.setter
    def training(self, training: bool) -> None:
        if not isinstance(training, (bool, np.bool_)):
            raise _reserved(type(self).__name__, "training")
        for layer in layers_of(self):
            layer._minnet.training = bool(training)

    @property
    def trainable(self) -> bool:
        """True unless all weights of this layer and of its inner layers are frozen.

        False freezes them: an optimizer leaves them as they are (running means still follow the
        data, as in PyTorch). True lets them train again.
        """
        weights = [p for p in self.parameters().values() if p.trainable or p.is_frozen]
        return any(p.trainable for p in weights) if weights else self._minnet.trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        trainable = boolean(type(self).__name__, "trainable", trainable)
        for layer in layers_of(self):
            layer._minnet.trainable = trainable
        for parameter in self.parameters().values():
            if not parameter._is_state:
                parameter.trainable = trainable

    @property
    def random(self) -> np.random.Generator:
        """The NumPy Generator of the layer's random numbers, in `__init__` too.

        In a network all layers share one, seeded by the network.
        """
        if self._minnet.random is None:
            self._minnet.entropy = entropy = np.random.SeedSequence().entropy
            self._minnet.random = np.random.default_rng(entropy)
        return self._minnet.random

    @random.setter
    def random(self, random: np.random.Generator) -> None:
        if not isinstance(random, np.random.Generator):
            raise _reserved(type(self).__name__, "random")
        for layer in layers_of(self):
            layer._minnet.random = random

    def _constructor(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments that make such a layer again."""
        return current_arguments(self, self._minnet.args, self._minnet.kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        before = self.__dict__.get(name)
        if type(value) is type(before) is np.ndarray:  # what a forward keeps, in every step
            _set(self, name, value)
            return
        if name in ("forward", "backward", "parameters"):
            raise _reserved(type(self).__name__, name)
        if type(value) is np.ndarray:
            if isinstance(before, Parameter):
                raise TypeError(
                    f"{type(self).__name__}.{name}: expected a Parameter, got an array, which "
                    f"would not be trained. Write self.{name}.value = ... to change its numbers."
                )
        elif isinstance(value, Parameter):
            value.name = f"{type(self).__name__}.{name}"
            if not self._minnet.trainable:  # frozen in a constructor, before its Parameters
                value.trainable = False
        self._touch(before, value)
        _set(self, name, value)

    def __delattr__(self, name: str) -> None:
        self._touch(self.__dict__.get(name))
        object.__delattr__(self, name)

    def _touch(self, *values: Any) -> None:
        """Tell the network to look for its Parameters again, if one of these may hold some."""
        owner = self if self._minnet.owner is None else self._minnet.owner()
        flat = None if owner is None else vars(owner).get("_flat")
        if flat is not None and any(map(may_hold, values)):
            flat.touched = True

    if TYPE_CHECKING:  # a layer of a network may have any attribute: network.layers[0].weight

        def __getattr__(self, name: str) -> Any: ...

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: the copy belongs to no network."""
        return {**vars(self), "_minnet": self._minnet.without_network()}

    def __copy__(self) -> Any:
        """A deep copy: two layers that share one Parameter would train each other."""
        return copy.deepcopy(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._minnet.signature()})"


class _Internals:
    """What the package keeps about one layer, in one attribute of it."""

    def __init__(self, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> None:
        self.training, self.trainable = False, True
        self.random: np.random.Generator | None = None
        self.entropy: Any = None  # of `random`, if it was made before a network was known
        self.given = (args, kwargs or {})
        self.args: tuple[Any, ...] = remember(args)
        self.kwargs: dict[str, Any] = remember(kwargs or {})
        self.owner: weakref.ref[Layer] | None = None  # the network that the layer belongs to
        self.shapes: list[tuple[int, ...]] = []  # in a Sequential: of its input and each output
        self.tied: list[Parameter] = []  # in a network: those that several of its layers share
        self.in_backward = False  # True in a network while its backward runs

    def without_network(self) -> _Internals:
        """The same for a copy, which belongs to no network."""
        copied = _Internals(self.args, self.kwargs)
        copied.training, copied.random = self.training, self.random
        copied.trainable, copied.entropy = self.trainable, self.entropy
        return copied

    def signature(self) -> str:
        """The constructor's arguments as they were written, arrays by their shape."""

        def short(value: object) -> str:
            return f"array{value.shape}" if isinstance(value, np.ndarray) else repr(value)

        named = (f"{key}={short(value)}" for key, value in self.kwargs.items())
        return ", ".join([*map(short, self.args), *named])


_set = object.__setattr__


def _definer(cls: type, method: str) -> int:
    """Position in the class's MRO of the class that defines `method`."""
    return next(i for i, ancestor in enumerate(cls.__mro__) if method in vars(ancestor))


def _refuse_unfindable(cls: type) -> None:
    """A Parameter where `find` does not look would never be trained, without any error."""
    for name, value in vars(cls).items():
        if isinstance(value, Parameter) or is_layer(value):
            kind = "Parameter" if isinstance(value, Parameter) else "layer"
            raise TypeError(
                f"{cls.__name__}.{name}: expected a {kind} created in __init__, got one on the "
                f"class, shared by all objects. Write self.{name} = ... in __init__ (in a "
                f"dataclass: field(default_factory=...))."
            )
    if vars(cls).get("__slots__"):
        raise TypeError(
            f"{cls.__name__}: expected no __slots__, got __slots__: a slot is not found or trained."
        )


def _reserved(owner: str, name: str) -> TypeError:
    error = TypeError(
        f"{owner}: the name {name!r} belongs to the framework ({_RESERVED[name]}). "
        f"Give your attribute another name, for example {name}_ or my_{name}."
    )
    return with_code(error, "reserved-name")
