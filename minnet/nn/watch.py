"""Has anybody changed the layers since the last look? Asked before each single training step.

`find` walks through everything that a layer holds, which takes longer than a whole step of a
small network. A Watch remembers the places where a part was found, and looks at these alone. A
part that is bound to a new name cannot be overlooked: `Layer.__setattr__` counts it.
"""

from __future__ import annotations

from collections.abc import Collection
from operator import is_
from typing import Any

from minnet.nn.layer import Bindings, Layer, may_hold_parts
from minnet.nn.parameter import Parameter


class Watch:
    """The places of all parts inside a layer, as they are now.

    Written around `Layer.__setattr__`, as by `vars(layer)["gain"] = Parameter(...)`, a part is
    found by the full look of `fit` and `save` only.
    """

    def __init__(self, root: Layer | None = None) -> None:
        self._bindings = Bindings.count if root is not None else -1
        self._attributes: list[tuple[dict[str, Any], str, Any]] = []
        self._contents: list[tuple[Collection[Any], list[Any]]] = []
        self._parameters: list[tuple[Parameter, Any, bool]] = []
        if root is not None:
            self._add(root)

    def nothing_new(self) -> bool:
        """True if each part still stands where it stood, and each Parameter in its array."""
        if self._bindings != Bindings.count:
            return False
        for attributes, name, part in self._attributes:
            if attributes.get(name) is not part:
                return False
        for container, content in self._contents:
            if len(container) != len(content) or not all(map(is_, container, content)):
                return False
        for parameter, value, trainable in self._parameters:
            if parameter._value is not value or parameter.trainable != trainable:
                return False
        return True

    def _add(self, part: Any) -> None:
        """This part, and all that stands in it."""
        if isinstance(part, Parameter):
            self._parameters.append((part, part._value, part.trainable))
            return
        if isinstance(part, Layer):
            attributes = vars(part)
            for name, inner in attributes.items():
                if may_hold_parts(inner):
                    self._attributes.append((attributes, name, inner))
                    self._add(inner)
            return
        self._contents.append((part, list(part)))
        inside = part
        if isinstance(part, dict):
            inside = part.values()
            self._contents.append((inside, list(inside)))
        for inner in inside:
            if may_hold_parts(inner):
                self._add(inner)
