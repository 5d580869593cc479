"""The methods of a traced array: each is the NumPy function of its name, which is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.gradient_check.tape.traced_array import Traced, active, base, operation_of, wrap

_METHODS = """
    sum mean var std max min prod cumsum argmax argmin swapaxes ravel repeat dot squeeze clip
    argsort take round diagonal trace any all copy
"""


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Traced, *args: Any, **options: Any) -> Any:
        return function(self, *args, **options)

    return method


def _astype(array: Traced, dtype: Any, *args: Any, **options: Any) -> Any:
    result = base(array).astype(dtype, *args, **options)
    made_of = [operation_of(array)] if active else []
    return wrap(result, lambda a: a * 1.0, made_of, "elementwise", "astype") if active else result


def _reshape(array: Traced, *shape: Any, **options: Any) -> Any:
    return np.reshape(array, shape[0] if len(shape) == 1 else shape, **options)


def _transpose(array: Traced, *axes: Any) -> Any:
    return np.transpose(array, axes[0] if len(axes) == 1 else axes or None)


for _name in _METHODS.split():
    setattr(Traced, _name, _method(getattr(np, _name)))
_own: dict[str, Callable[..., Any]] = {
    "astype": _astype,
    "reshape": _reshape,
    "transpose": _transpose,
    "item": lambda array, *index: base(array).item(*index) if index else array.reshape(()),
    "fill": lambda array, value: array.__setitem__(Ellipsis, value),
    "flatten": lambda array, *_: np.copy(np.ravel(array)),
}
for _name, _function in _own.items():
    setattr(Traced, _name, _method(_function))
