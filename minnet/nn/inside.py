"""What the framework itself remembers about one layer, kept apart from what a student writes."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet.nn.config import remember

if TYPE_CHECKING:
    from minnet.nn.layer import Layer


class Inside:
    """What the framework keeps about one layer, in one place, out of the student's way."""

    def __init__(self, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> None:
        self.training = False
        self.random: np.random.Generator | None = None
        self.args: tuple[Any, ...] = remember(args)
        self.kwargs: dict[str, Any] = remember(kwargs or {})
        self.owner: weakref.ref[Layer] | None = None  # the network that the layer belongs to
        self.shapes: list[tuple[int, ...]] = []  # in a chain: of the input and of each output
        self.differentiating = False  # True in a network whose backward is at work

    def free(self) -> Inside:
        """The same without ties to a network."""
        free = Inside(self.args, self.kwargs)
        free.training, free.random = self.training, self.random
        return free

    def signature(self) -> str:
        """The constructor's arguments as they were written, arrays by their shape."""

        def short(value: object) -> str:
            return f"array{value.shape}" if isinstance(value, np.ndarray) else repr(value)

        named = (f"{key}={short(value)}" for key, value in self.kwargs.items())
        return ", ".join([*map(short, self.args), *named])
