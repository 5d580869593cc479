"""Type aliases that all modules use."""

from typing import Any, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""A NumPy array of any dtype; the docstrings say the shapes."""
