"""A value that a network learns, and the gradient of the loss with respect to it.

A Parameter keeps its place in memory: assigning to `.value` or `.grad` copies numbers there. So a
Network can keep all parameters in one flat vector while each layer sees an array of its own shape.
"""

from __future__ import annotations

import numbers
import weakref
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from minnet.nn import initializers
from minnet.utils.array_checks import finite, numeric_array
from minnet.utils.array_messages import likely_fix
from minnet.utils.checks import boolean, describe, listed, whole_number
from minnet.utils.error_codes import with_code
from minnet.utils.foreign_names import foreign_names
from minnet.utils.types import Array

_FIX = "Look for a division by 0 or an overflow where the numbers were computed."


class _ArrayProperty(property):
    """A property of an array; `attrgetter` as its getter costs no Python call in each step."""

    if TYPE_CHECKING:

        def __get__(  # type: ignore[override]
            self, instance: Any, owner: type | None = None
        ) -> Array: ...

        def __set__(self, instance: Any, value: ArrayLike) -> None: ...


class Parameter:
    """A trainable array: `Parameter(value)`, or `Parameter(shape=..., initializer=...)`.

    Args:
        value: the numbers to start from, copied; floats (integers would truncate every update).
        trainable: False for state that is saved, cast and copied but not trained, such as the
            running mean of a normalization layer.
        shape: instead of `value`, with an initializer: it is drawn when first needed, or,
            reproducibly, by the seed of the network.
        initializer: a name from `mn.initializers` or a function (shape, generator) -> array.
        penalized: whether L1 and L2 penalties act on it; None: if it has two or more dimensions.

    Attributes:
        value, grad: arrays of one shape. Assignment copies into place; a shape that differs
            is refused.
        shape, size, trainable: as given. name: the place, for messages.

    Raises:
        TypeError: not an array of floats. ValueError: NaN, inf, or neither value nor shape.

    >>> gain = Parameter([1.0, 2.0])
    >>> gain.grad = [0.5, 0.5]
    >>> gain.value - 0.1 * gain.grad
    array([0.95, 1.95])
    """

    def __init__(
        self,
        value: ArrayLike | None = None,
        trainable: bool = True,
        *,
        shape: int | tuple[int, ...] | None = None,
        initializer: str | initializers.Initializer | None = None,
        penalized: bool | None = None,
    ) -> None:
        self.name = "Parameter"
        self._penalized = penalized
        if penalized is not None:
            self._penalized = boolean("Parameter", "penalized", penalized)
        self.trainable = trainable
        self._is_state = not self.trainable  # as a running mean: not a frozen weight
        self._value: Array  # both are made when they are first needed: __getattr__
        self._grad: Array
        self._drawn: bytes | None = None  # digest of a random draw that a seed may repeat
        self._owner: weakref.ref[Any] | None = None  # the network that it is part of
        self._initializer: initializers.Initializer = initializers.zeros
        if value is not None:
            if shape is not None or initializer is not None:
                both = "Parameter: expected a value, or a shape and an initializer, got both."
                raise ValueError(both)
            self._value = _checked_value(value)
            self._shape = self._value.shape
        elif shape is None:
            raise ValueError(
                "Parameter: expected a value or a shape, got neither. "
                'Write Parameter(np.zeros(3)) or Parameter(shape=(4, 3), initializer="he_normal").'
            )
        else:
            self._initializer = initializers.get("zeros" if initializer is None else initializer)
            lengths = listed(shape)
            lengths = [shape] if lengths is None else lengths
            self._shape = tuple(whole_number("Parameter", "shape", n) for n in lengths)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of value and grad; it never changes."""
        return self._shape

    @property
    def size(self) -> int:
        """The number of entries."""
        return int(np.prod(self._shape, dtype=int))

    @property
    def penalized(self) -> bool:
        """True if the Trainer's penalties act on it."""
        chosen = len(self._shape) > 1 if self._penalized is None else self._penalized
        return self.trainable and chosen

    def _set_value(self, value: ArrayLike) -> None:
        current = self._value
        if value is not current:
            new = self._of_our_shape("value", value)
            finite(self.name, "value", new, dtype=current.dtype, fix=_FIX)
            current[...] = new

    def _set_grad(self, grad: ArrayLike) -> None:
        current = self._grad
        if grad is not current:  # `p.grad += g` has written in place already
            current[...] = self._of_our_shape("grad", grad)

    value: _ArrayProperty = _ArrayProperty(attrgetter("_value"), _set_value, doc="The numbers.")
    grad: _ArrayProperty = _ArrayProperty(
        attrgetter("_grad"), _set_grad, doc="dL/dvalue, zero at first."
    )

    @property
    def is_frozen(self) -> bool:
        """True for a weight that does not train now, False for state that never does."""
        return not (self.trainable or self._is_state)

    @property
    def _is_drawn(self) -> bool:
        return "_value" in vars(self)

    def _draw(self, generator: np.random.Generator) -> None:
        """Fill the value by the initializer; a later seed may draw again, unless it is changed."""
        returned = self._initializer(self._shape, generator)
        drawn = numeric_array(self.name, "initializer: its result", returned)
        if drawn.shape != self._shape:
            raise ValueError(
                f"{self.name}: initializer: expected an array of shape {self._shape}, "
                f"got {describe(drawn)}."
            )
        finite(self.name, "initializer: its result", drawn, fix=_FIX)
        if not self._is_drawn:
            self._value = np.empty(self._shape)
        self._value[...] = drawn
        self._drawn = _digest(self._value)

    def _is_fixed(self) -> bool:
        """True if it was given, assigned, trained or drawn from a seed: no seed draws it again."""
        return self._is_drawn and (self._drawn is None or self._drawn != _digest(self._value))

    def _fix(self) -> None:
        """Keep the value as it is: no later seed draws it again."""
        self._drawn = None

    def _move(self, value: Array, grad: Array) -> None:
        """Use these arrays from now on (parts of a network's flat vectors)."""
        self._touch()
        fixed = self._is_fixed()
        value[...] = self.value
        grad[...] = vars(self).get("_grad", 0.0)
        self._value, self._grad = value, grad
        self._drawn = None if fixed else _digest(value)

    def _touch(self) -> None:
        """Tell the network that it must look at its Parameters again."""
        owner = vars(self).get("_owner")
        if owner is not None and owner() is not None:
            owner()._flat.touched = True

    def _of_our_shape(self, what: str, array: ArrayLike) -> Array:
        """The array if it has the right shape, else an error that says how to fix it."""
        place = f"{self.name}.{what}"
        if isinstance(array, Parameter):
            raise TypeError(f"{place}: expected an array, got a Parameter. Take its .value.")
        new = numeric_array(place, what, array)
        if new.shape != self._shape:
            raise ValueError(
                f"{place}: expected shape {self._shape}, got {new.shape}. "
                f"{likely_fix(self._shape, new.shape)}"
            )
        return new

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: the copy belongs to no network and has its own arrays."""
        state = dict(vars(self), _owner=None)
        for key in ("_value", "_grad"):
            if key in state:
                state[key] = state[key].copy()
        return state

    def __repr__(self) -> str:
        return f"Parameter(shape={self._shape}{'' if self.trainable else ', trainable=False'})"

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse `p.gradient = g` and `p.values = v`, which would train nothing, silently."""
        known = name.startswith("_") or name in ("name", "trainable") or hasattr(type(self), name)
        if not known:
            raise AttributeError(
                f"{self.name}: expected .value, .grad or .trainable to be set, got .{name}. "
                f"Keep other things in attributes of the layer."
            )
        if name == "trainable":
            value = boolean(self.__dict__.get("name", "Parameter"), name, value)
            if value:
                object.__setattr__(self, "_is_state", False)
            self._touch()
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (np.ndarray, numbers.Number)):
            self._misused()
        return self is other

    __hash__: Callable[..., int] = object.__hash__

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet: value and gradient, and the methods of arrays."""
        if name == "_value":  # by a new generator, if no network has drawn it
            self._draw(np.random.default_rng())
        if name == "_grad":
            self._grad = np.zeros_like(self._value)
        if name in vars(self):
            return vars(self)[name]
        if hasattr(np.ndarray, name) and not name.startswith("__"):
            raise AttributeError(
                f"{self.__dict__.get('name', 'this')} is a Parameter and has no .{name}: "
                f"write .value.{name} for the array's."
            )
        here = foreign_names("attribute").get(name)
        advice = f". Write {here[0]}." if here else ""
        raise AttributeError(f"'Parameter' object has no attribute '{name}'{advice}")

    def _misused(self, *_arguments: Any, **_keywords: Any) -> Any:
        """A Parameter was used where its .value was meant."""
        raise TypeError(
            f"{self.name} is a Parameter, not an array: write .value for its numbers "
            f"(self.gain.value) and .grad for its gradient."
        )

    if not TYPE_CHECKING:  # a type checker then reports their use
        __array__: Callable[..., Any] = _misused
        __array_ufunc__: Callable[..., Any] = _misused
        __array_function__: Callable[..., Any] = _misused
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _misused
        __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = __pow__ = __rpow__ = _misused
        __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __neg__ = __pos__ = __abs__ = _misused
        __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __float__ = __int__ = _misused
        __getitem__ = __setitem__ = __len__ = __iter__ = _misused


def _checked_value(value: ArrayLike) -> Array:
    """A new float array with these numbers."""
    if isinstance(value, Parameter):
        raise TypeError("Parameter: value: expected an array, got a Parameter. Take its .value.")
    array = numeric_array("Parameter", "value", value)
    if array.dtype.kind != "f":
        error = TypeError(
            f"Parameter: value: expected floats, got {describe(array)}: every update of a weight "
            f"would be truncated to an integer. Write 1.0 for 1, or add dtype=float."
        )
        raise with_code(error, "integer-arithmetic")
    if array.size == 0:
        raise ValueError(f"Parameter: value: expected numbers, got an empty array {array.shape}.")
    finite("Parameter", "value", array, fix=_FIX)
    return np.array(array, dtype=np.float32 if array.dtype.itemsize <= 4 else np.float64)


def _digest(array: Array) -> bytes:
    """A short digest, to notice whether the numbers have been changed."""
    import hashlib  # here: it loads OpenSSL, which `import minnet` alone does not need

    return hashlib.blake2b(np.ascontiguousarray(array).tobytes(), digest_size=16).digest()
