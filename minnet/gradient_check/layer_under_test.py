"""The layer or loss under test: makes new objects of it, and switches its mode."""

from __future__ import annotations

import copy
import inspect
import linecache
import re
import sys
import traceback
import types
from pathlib import Path
from typing import Any

import numpy as np

from minnet.gradient_check.calling_convention import CallingConvention
from minnet.gradient_check.parameter_recorder import layers_in, parameters_in, record
from minnet.gradient_check.random_state import Streams
from minnet.gradient_check.shared_state import SharedState
from minnet.gradient_check.training_mode import mode_arguments, set_mode
from minnet.nn.layer import Layer
from minnet.nn.network import Network
from minnet.utils.checks import describe


class NotALayerError(TypeError):
    """A factory function returned something that is not a layer or loss."""


def check_made(made: Any) -> None:
    """A factory function must return an object with forward and backward."""
    if isinstance(made, type):
        raise NotALayerError(
            f"expected a function that makes an object, got one that gives the class "
            f"{made.__name__}. Write {made.__name__}(...), or give the class itself."
        )
    missing = [v for v in ("forward", "backward") if not callable(getattr(made, v, None))]
    if missing:
        raise NotALayerError(
            f"expected a function that makes an object with forward and backward, got one that "
            f"gives {describe(made)}, without {' and '.join(missing)}. "
            f"{'Return the object.' if made is None else 'Give a class, or a function of its own.'}"
        )


class LayerUnderTest:
    """A layer or loss under test.

    Args:
        source: an object, a class, or a function that makes an object.
    """

    def __init__(self, source: Any) -> None:
        self.source = source
        self.made_here: bool = isinstance(source, type) or not hasattr(source, "forward")
        self.streams: Streams = Streams(_namespaces(source))
        with self.streams.frozen():
            first = self._make()
        check_made(first)
        self.cls: type[Any] = type(first)
        self.name: str = self.cls.__name__
        reached = _namespaces(source) + _namespaces(self.cls)
        self.streams = Streams(reached)
        self.by_copy: bool = True
        self.warmed: bool = False
        self.in_framework: bool = isinstance(first, Layer)
        self.has_mode: bool = bool(self.mode_arguments(True)) or set_mode(first, True)
        self._shared = SharedState(self.cls, reached)
        self._pristine = self._prepared()
        self.convention: CallingConvention = CallingConvention(self._pristine)

    def _make(self, stream: int = 1) -> Any:
        if not self.made_here:
            return copy.deepcopy(self.source)
        self.streams.restart(None, [], stream)
        return self.source()

    def initial_values(self, stream: int) -> dict[str, Any]:
        """The Parameters that the constructor itself draws, with these random numbers."""
        found = parameters_in(self._make(stream)).items()
        return {name: parameter._value for name, parameter in found if parameter._is_drawn}

    def _prepared(self) -> Any:
        with self.streams.frozen():
            obj = self._make()
            _in_double_precision(obj)
        return obj

    def fresh(self) -> Any:
        """A new object in the state in which the constructor left it."""
        self._shared.restore()
        if self.by_copy or not self.made_here:
            try:
                return copy.deepcopy(self._pristine)
            except Exception:
                if not self.made_here:
                    raise
                self.by_copy = False
        return self._prepared()

    def restore(self) -> None:
        """Leave the class and its module as they were before the check."""
        self._shared.restore()

    def warm(self, run_once: Any) -> None:
        """Let the prepared object go through one forward: for weights that are made there."""
        obj = self.fresh()
        run_once(obj)
        _in_double_precision(obj)
        self._pristine, self.by_copy, self.warmed = obj, True, True

    def mode_arguments(self, training: bool) -> dict[str, Any]:
        """Keyword arguments of forward that choose the mode: forward(x, training=True)."""
        return mode_arguments(getattr(self.cls, "forward", None), training)

    @property
    def file_name(self) -> str:
        """The name of the file that the class is written in."""
        return self.place("backward").rpartition(", line ")[0]

    def place(self, method: str) -> str:
        """File and line of a method, as `layers.py, line 12`; empty where there is none."""
        pair = getattr(self.cls, "_functions", {})
        function = pair.get(method) or getattr(self.cls, method, None)
        try:
            code = inspect.unwrap(function).__code__  # type: ignore[arg-type]
        except (AttributeError, ValueError):
            return ""
        return f"{shown_name(code.co_filename)}, line {code.co_firstlineno}"


def _in_double_precision(obj: Any) -> None:
    """Recorded Parameters of float64; inner networks, of float32 by default, follow."""
    for parameter in parameters_in(obj).values():
        record(parameter)
    for layer in layers_in(obj):
        if isinstance(layer, Network):
            layer._dtype = np.dtype(np.float64)


def _namespaces(source: Any) -> list[dict[str, Any]]:
    """The module-level names that the code of a class or factory can reach."""
    functions: list[Any] = [source]
    for base in (source if isinstance(source, type) else type(source)).__mro__:
        functions += [*vars(base).values(), *vars(base).get("_functions", {}).values()]
    unique: dict[int, dict[str, Any]] = {}
    for function in functions:
        if isinstance(function, types.FunctionType):
            reached = inspect.unwrap(function).__globals__
            if not reached.get("__name__", "").startswith("numpy"):
                unique[id(reached)] = reached
    return list(unique.values())


_SAYS_NO = re.compile(r"(^|[:;])\s*(raise|assert)\b")


def refused_on_purpose(error: BaseException) -> bool:
    """True if the code itself says no (`raise`, `assert`), False if an operation broke."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return False
    last = frames[-1]
    line = last.line or linecache.getline(last.filename, last.lineno or 0)
    # Also behind its condition: `if len(x) < 2: raise ValueError(...)`.
    return "numpy" not in Path(last.filename).parts and bool(_SAYS_NO.search(line))


def where_raised(error: BaseException) -> str:
    """File, line and text of the student's statement that raised."""
    here = Path(__file__).parent
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if "numpy" not in Path(f.filename).parts and here not in Path(f.filename).parents
    ]
    if not frames:
        return ""
    last = frames[-1]
    return f"{shown_name(last.filename)}, line {last.lineno}: {(last.line or '').strip()}"


def shown_name(filename: str) -> str:
    """The name of a file; in a notebook that is open, the cell: `Cell In[3]`."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    named = getattr(getattr(shell, "compile", None), "format_code_name", None)
    cell = named(filename) if named is not None else None
    return " ".join(cell) if cell else Path(filename).name
