"""A student's file: load it, find its classes, and make objects and inputs for them."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from minnet.gradient_check.check_layer import check_layer
from minnet.gradient_check.check_loss import check_loss
from minnet.gradient_check.prepare import explain_error
from minnet.gradient_check.report import Mistake, Report
from minnet.nn.layer import Layer
from minnet.nn.losses import Loss

ARGUMENTS: dict[str, Any] = {
    "features": 3,
    "in_features": 3,
    "out_features": 7,
    "in_channels": 2,
    "out_channels": 4,
    "channels": 2,
    "kernel_size": 2,
    "rate": 0.4,
    "slope": 0.1,
    "alpha": 1.0,
    "delta": 1.0,
    "epsilon": 1e-5,
    "momentum": 0.1,
    "axis": -1,
    "stride": 1,
    "padding": 0,
}
"""Values for required constructor arguments, by the names that minnet uses."""

SIZES = {"features", "in_features", "in_channels", "channels"}
"""Arguments that fix the shape of the input; they are given also where they have defaults."""

LARGEST_WIDTH = 2000
VECTORS, IMAGES = (5, 3), (3, 2, 6, 7)


class Refused(NamedTuple):
    """A class whose definition the framework refuses, and the sentence."""

    name: str
    message: str


def load(path: Path) -> tuple[ModuleType, list[Refused]]:
    """Run the file as a module; classes with reserved names are recorded, the others still run."""
    refused: list[Refused] = []
    original = vars(Layer)["__init_subclass__"]

    def noting(cls: Any, /, **kwargs: Any) -> None:
        try:
            original.__func__(cls, **kwargs)
        except TypeError as error:
            refused.append(Refused(cls.__name__, str(error)))

    name = f"examined_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path}: expected a Python file (name.py), got something else.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    try:
        Layer.__init_subclass__ = classmethod(noting)  # type: ignore[assignment,method-assign]
        spec.loader.exec_module(module)
    finally:
        Layer.__init_subclass__ = original  # type: ignore[method-assign]
    return module, refused


def classes_in(module: ModuleType) -> dict[str, type]:
    """The layers, activations and losses that the file defines, in its order."""
    found = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and _is_written(value)
    }
    for cls in _cases(module):
        if isinstance(cls, type):
            found.setdefault(cls.__name__, cls)
    return found


def _is_written(cls: type) -> bool:
    """Whether the class defines forward or backward itself."""
    verbs = [getattr(cls, verb, None) for verb in ("forward", "backward")]
    if issubclass(cls, (Layer, Loss)):
        bases = (Layer, Loss)
        return any(
            verb is not getattr(base, name, None)
            for name, verb in zip(("forward", "backward"), verbs, strict=True)
            for base in bases
            if issubclass(cls, base)
        )
    return all(callable(verb) for verb in verbs)


def _cases(module: ModuleType) -> dict[type, Any]:
    cases = getattr(module, "CASES", {})
    return cases if isinstance(cases, dict) else {}


def is_loss(cls: type) -> bool:
    """A Loss, or a class whose forward takes a prediction and a target."""
    if issubclass(cls, (Loss, Layer)):
        return issubclass(cls, Loss)
    try:
        wanted = [
            p
            for p in inspect.signature(cls.forward).parameters.values()  # type: ignore[attr-defined]
            if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
        ]
    except (TypeError, ValueError):
        return False
    return len(wanted) == 3  # self, prediction, target


def examine(module: ModuleType, cls: type, seed: int) -> Report:
    """The report on one class, by CASES or by the names of its constructor's arguments."""
    case = _cases(module).get(cls)
    if case is not None:
        return _by_case(cls, case, seed)
    values, missing = arguments_for(cls)
    if missing:
        return Report(cls.__name__, note=how_to_add(cls, missing))
    values = values if _can_be_made(cls, values) else {}

    def make() -> Any:
        return cls(**values)

    make.__name__ = cls.__name__
    if is_loss(cls):
        return check_loss(make, seed=seed)
    found = input_shape(make, shapes_for(cls, values))
    if isinstance(found, tuple):
        return check_layer(make, found, seed=seed)
    if SIZES & set(values) or not _may_be_the_shape(found):
        return check_layer(make, shapes_for(cls, values)[0], seed=seed)
    return Report(cls.__name__, note=refuses_all(cls, found, shapes_for(cls, values)))


def _can_be_made(cls: type, values: dict[str, Any]) -> bool:
    """Whether the constructor accepts these sizes; with defaults, it may accept only those."""
    if _required(cls):
        return True
    try:
        cls(**values)
    except (Exception, SystemExit):
        return False
    return True


def _may_be_the_shape(error: BaseException) -> bool:
    """An error that another shape would not make: a wrong name, a wrong type of argument."""
    return isinstance(error, (ValueError, IndexError, AssertionError))


def _by_case(cls: type, case: Any, seed: int) -> Report:
    parts = case if isinstance(case, tuple) else (case,)
    factory, rest = parts[0], parts[1:]
    try:
        if is_loss(cls):
            return check_loss(factory, *rest[:2], seed=seed)
        if not rest:
            return Report(cls.__name__, note=how_to_add(cls, []))
        names = rest[1] if len(rest) > 1 else None
        return check_layer(factory, rest[0], seed=seed, parameters=names)
    except (TypeError, ValueError) as error:
        return Report(cls.__name__, note=f"CASES[{cls.__name__}]: {error}")


def arguments_for(cls: type) -> tuple[dict[str, Any], list[str]]:
    """Values for the constructor's required arguments and its sizes; names that are unknown."""
    names = _arguments(cls)
    wanted = [name for name in names if name in _required(cls) or name in SIZES]
    values = {name: ARGUMENTS[name] for name in wanted if name in ARGUMENTS}
    return values, [name for name in wanted if name not in ARGUMENTS]


def _arguments(cls: type) -> dict[str, inspect.Parameter]:
    """The arguments of the constructor, without self, *args and **kwargs."""
    if cls.__init__ is object.__init__:  # type: ignore[misc]
        return {}
    found = list(inspect.signature(cls.__init__).parameters.items())[1:]  # type: ignore[misc]
    return {n: a for n, a in found if a.kind not in (a.VAR_POSITIONAL, a.VAR_KEYWORD)}


def _required(cls: type) -> list[str]:
    return [name for name, a in _arguments(cls).items() if a.default is a.empty]


def shapes_for(cls: type, values: dict[str, Any]) -> list[tuple[int, ...]]:
    """Shapes to try: vectors and images, and the widths that are defaults."""
    shapes: list[tuple[int, ...]] = [VECTORS, IMAGES, (5, 4, 3)]
    if any("channels" in name for name in values):
        shapes = [IMAGES, VECTORS]
    elif SIZES & set(values):
        shapes = [VECTORS, (5, 4, 3), (4, 3, 6, 8)]  # along the last axis, or along the channels
    defaults = [a.default for name, a in _arguments(cls).items() if name not in values]
    widths = [n for n in defaults if isinstance(n, int) and 1 < n <= LARGEST_WIDTH]
    return shapes + [(5, n) for n in dict.fromkeys(widths) if n != VECTORS[1]]


def input_shape(make: Any, shapes: list[tuple[int, ...]]) -> tuple[int, ...] | BaseException:
    """The first shape that forward takes, of floats or of whole numbers; else the first error."""
    errors: list[BaseException] = []
    for shape in shapes:
        generator = np.random.default_rng(0)
        for x in (generator.normal(size=shape), generator.integers(0, 3, size=shape)):
            try:
                with np.errstate(all="ignore"):
                    make().forward(x)
            except (Exception, SystemExit) as error:
                errors.append(error)
                continue
            return shape
    return errors[0]


def refuses_all(cls: type, error: BaseException, shapes: list[tuple[int, ...]]) -> str:
    """The message for a class whose input shape is unknown."""
    tried = ", ".join(map(str, shapes))
    return (
        f"The shape of its input is not known, and forward refuses the shapes {tried}: "
        f"{explain_error(error)}. {_line_to_add(cls)} If it should take one of these shapes, "
        f"fix the line named above."
    )


def how_to_add(cls: type, missing: list[str]) -> str:
    """The message for a class that cannot be made."""
    asked = (
        f": no value is known for the argument{'s' * (len(missing) > 1)} {', '.join(missing)}"
        if missing
        else ""
    )
    return f"Cannot create an object{asked}. {_line_to_add(cls)}"


def _line_to_add(cls: type) -> str:
    return (
        f"Add to the file: CASES = {{{cls.__name__}: (lambda: {cls.__name__}(...), (5, 3))}} "
        f"with your numbers; the shape is that of an input, batch axis first."
    )


def refused_report(refused: Refused) -> Report:
    """The report on a class that the framework refuses to define."""
    mistake = Mistake("reserved-name", "__init__", refused.message, "refused at its definition.")
    return Report(refused.name, mistakes=[mistake])
