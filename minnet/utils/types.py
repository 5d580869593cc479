"""The type of an array, written once."""

from typing import Any, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""An array of any number type; a comment or docstring next to it says the shape."""
