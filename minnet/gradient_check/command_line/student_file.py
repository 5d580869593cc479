"""A student's file or notebook: load it, find its classes, and make objects and inputs for them."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from minnet.gradient_check.calling_convention import CallingConvention
from minnet.gradient_check.check_layer import check_layer
from minnet.gradient_check.check_loss import check_loss
from minnet.gradient_check.command_line import function_pairs, guesses
from minnet.gradient_check.command_line.notebook import run_cells
from minnet.gradient_check.prepare import explain_error
from minnet.gradient_check.report import Mistake, Report
from minnet.nn.layer import Layer
from minnet.nn.losses import Loss


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
    notebook = path.suffix == ".ipynb"
    if not notebook and (spec is None or spec.loader is None):
        raise ImportError(f"{path}: expected a Python file (name.py), got something else.")
    module = importlib.util.module_from_spec(spec) if spec is not None else ModuleType(name)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    try:
        Layer.__init_subclass__ = classmethod(noting)  # type: ignore[assignment,method-assign]
        if notebook:
            run_cells(path, vars(module))
        elif spec is not None and spec.loader is not None:
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
    for name, pair in function_pairs.pairs_in(module).items():
        found.setdefault(name, function_pairs.class_of(name, pair))
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


def _cases(module: ModuleType) -> dict[Any, Any]:
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
    """The report on one class, by CASES or by what its names tell."""
    pair = function_pairs.pairs_in(module).get(cls.__name__)
    if pair is not None and "_functions" in vars(cls):
        return _by_functions(cls.__name__, pair, _cases(module).get(pair.forward), seed)
    case = _cases(module).get(cls)
    if case is not None:
        return _by_case(cls, case, seed)
    failed: tuple[BaseException, str] | None = None
    for values in guesses.argument_guesses(cls):
        make = functools.wraps(cls, updated=())(functools.partial(cls, **values))
        try:
            made = make()
        except (Exception, SystemExit) as error:
            failed = failed or (error, "")
            if not values:
                return check_layer(make, guesses.VECTORS, seed=seed)
            continue
        if is_loss(cls) and (issubclass(cls, Loss) or _gives_one_number(made)):
            return check_loss(make, seed=seed)
        shapes = guesses.shapes_for(cls, values)
        found = guesses.input_for(make, shapes)
        if isinstance(found, guesses.Input):
            return _checked(module, make, found, seed)
        if guesses.SIZES & set(values) <= set(values) <= set(guesses.KNOWN) and values:
            return check_layer(make, shapes[0], seed=seed)  # its names say which input it takes
        if not _may_be_the_shape(found):
            return check_layer(make, shapes[0], seed=seed)
        failed = (found, ", ".join(map(str, shapes)))
    if failed is None:
        return Report(cls.__name__, note=how_to_add(cls, guesses.required(cls)))
    return Report(cls.__name__, note=_with_guesses(cls, *failed))


def _checked(module: ModuleType, make: Any, found: guesses.Input, seed: int) -> Report:
    """The report with a guessed input; as columns, where that is how this file is written."""
    if found.columns:
        return check_layer(make, found.x, seed=seed, samples_axis=-1)
    report = check_layer(make, found.x, seed=seed)
    perhaps = {m.code for m in report.mistakes} & {"wrong-axis", "mixes-samples"}
    if perhaps and found.x == guesses.VECTORS and _in_columns(module):
        turned = check_layer(make, found.x[::-1], seed=seed, samples_axis=-1)
        return turned if turned.ok else report
    return report


def _in_columns(module: ModuleType) -> bool:
    """Whether some class of the file takes its samples as columns only."""
    for cls in classes_in(module).values():
        values = next(guesses.argument_guesses(cls), {})
        make = functools.partial(cls, **values)
        found = guesses.input_for(make, guesses.shapes_for(cls, values))
        if isinstance(found, guesses.Input) and found.columns:
            return True
    return False


def _gives_one_number(made: Any) -> bool:
    """Whether forward of two arrays gives one number, as a loss does; else it has two inputs."""
    for shape in (guesses.VECTORS, (5, 1)):
        with contextlib.suppress(Exception), np.errstate(all="ignore"):
            returned = made.forward(np.full(shape, 0.3), np.ones(shape))
            return bool(np.size(CallingConvention(made).output(returned)[0]) == 1)
    return True


def _may_be_the_shape(error: BaseException) -> bool:
    """An error that another shape would not make: a wrong name, a wrong type of argument."""
    return isinstance(error, (ValueError, IndexError, AssertionError, ArithmeticError))


def _by_functions(name: str, pair: function_pairs.Pair, case: Any, seed: int) -> Report:
    if pair.backward is None:
        return check_loss(function_pairs.class_of(name, pair), seed=seed)
    if isinstance(case, tuple):
        cls, x = function_pairs.by_case(name, pair, case)
        return check_layer(cls, x, seed=seed)
    found = function_pairs.guess(name, pair)
    if found is None:
        first = pair.forward.__name__
        return Report(
            name,
            note=f"It is not known which arrays {first} takes. Add to the file: CASES = {{{first}: "
            f"((5, 3), (3, 4), (4,))}} with your shapes, in the order of its arguments.",
        )
    cls, x, columns = found
    return check_layer(cls, x, seed=seed, samples_axis=-1 if columns else 0)


def _by_case(cls: type, case: Any, seed: int) -> Report:
    parts = case if isinstance(case, tuple) else (case,)
    factory, rest = parts[0], list(parts[1:])
    columns = "columns" in [part for part in rest if isinstance(part, str)]
    rest = [part for part in rest if not (isinstance(part, str) and part == "columns")]
    try:
        if is_loss(cls) and (issubclass(cls, Loss) or len(rest) != 1):
            return check_loss(factory, *rest[:2], seed=seed)
        if not rest:
            return Report(cls.__name__, note=how_to_add(cls, []))
        names = rest[1] if len(rest) > 1 else None
        axis = -1 if columns else 0
        return check_layer(factory, rest[0], seed=seed, parameters=names, samples_axis=axis)
    except (TypeError, ValueError) as error:
        return Report(cls.__name__, note=f"CASES[{cls.__name__}]: {error}")


def _with_guesses(cls: type, error: BaseException, shapes: str) -> str:
    """The message for a class for which the guessed arguments and inputs do not fit."""
    tried = (
        f"the shape of its input is not known, and forward refuses {shapes}"
        if shapes
        else (
            f"the values of {', '.join(guesses.required(cls))} are not known, and the guesses fail"
        )
    )
    return (
        f"{tried[0].upper()}{tried[1:]}: {explain_error(error)}. {_line_to_add(cls)} If it should "
        f"take one of these, fix the line named above."
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
