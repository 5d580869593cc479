"""A student's file or notebook: load it, find its classes, and make objects and inputs for them."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import linecache
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from minnet.gradient_check.calling_convention import CallingConvention, required_arguments
from minnet.gradient_check.check_layer import check_layer
from minnet.gradient_check.check_loss import check_loss
from minnet.gradient_check.command_line import function_pairs, guesses
from minnet.gradient_check.notebook import code_cells
from minnet.gradient_check.prepare import explain_error
from minnet.gradient_check.report import Mistake, Report
from minnet.nn.layer import Layer
from minnet.nn.losses import Loss

_OF_THE_SHAPE = (ValueError, IndexError, AssertionError, ArithmeticError)
"""Errors that another shape of the input may not have; a wrong name or type is a mistake."""


class StudentFile:
    """The classes of one file, and a report on each.

    Attributes:
        classes: layers, activations, losses and pairs of functions, in the order of the file.
        refused: classes whose definition the framework refuses, each with the sentence.

    Raises:
        ImportError: not a Python file; and whatever the file raises.
    """

    classes: dict[str, type]

    def __init__(self, path: Path) -> None:
        self.refused: dict[str, str] = {}
        self.module = self._load(path)
        cases = getattr(self.module, "CASES", {})
        self.cases: dict[Any, Any] = cases if isinstance(cases, dict) else {}
        self.pairs = function_pairs.pairs_in(self.module)
        own = vars(self.module).items()
        self.classes = {
            name: value
            for name, value in own
            if isinstance(value, type)
            and value.__module__ == self.module.__name__
            and _is_written(value)
        }
        for cls in self.cases:
            if isinstance(cls, type):
                self.classes.setdefault(cls.__name__, cls)
        for name, pair in self.pairs.items():
            self.classes.setdefault(name, function_pairs.class_of(name, pair))

    def _load(self, path: Path) -> ModuleType:
        """Run the file as a module; what the framework refuses is noted, the rest still runs."""
        original = vars(Layer)["__init_subclass__"]

        def noting(cls: Any, /, **kwargs: Any) -> None:
            try:
                original.__func__(cls, **kwargs)
            except TypeError as error:
                self.refused[cls.__name__] = str(error)

        name = f"examined_{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        module = ModuleType(name) if spec is None else importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        sys.path.insert(0, str(path.parent))
        try:
            Layer.__init_subclass__ = classmethod(noting)  # type: ignore[assignment,method-assign]
            if path.suffix == ".ipynb":
                _run_cells(path, vars(module))
            elif spec is None or spec.loader is None:
                raise ImportError(f"{path}: expected a Python file (name.py), got something else.")
            else:
                spec.loader.exec_module(module)
        finally:
            Layer.__init_subclass__ = original  # type: ignore[method-assign]
        return module

    def examine(self, name: str, seed: int) -> Report:
        """The report on one class, by CASES or by what its names tell."""
        cls = self.classes[name]
        if name in self.refused:
            text, evidence = self.refused[name], "refused at its definition."
            return Report(name, mistakes=[Mistake("reserved-name", "__init__", text, evidence)])
        if "_functions" in vars(cls):
            return self._by_functions(name, seed)
        if self.cases.get(cls) is not None:
            return _by_case(cls, self.cases[cls], seed)
        return self._by_guesses(cls, seed)

    def _by_guesses(self, cls: type, seed: int) -> Report:
        failed: tuple[BaseException, str] | None = None
        for values in guesses.argument_guesses(cls):
            make = functools.wraps(cls, updated=())(functools.partial(cls, **values))
            try:
                made = make()
            except (Exception, SystemExit) as error:
                if not values:
                    return check_layer(make, guesses.VECTORS, seed=seed)
                failed = failed or (error, "")
                continue
            if is_loss(cls) and (issubclass(cls, Loss) or _gives_one_number(made)):
                return check_loss(make, seed=seed)
            shapes = guesses.shapes_for(cls, values)
            found = guesses.input_for(make, shapes)
            if isinstance(found, guesses.Input):
                return self._with_input(make, found, seed)
            says_its_input = values and set(values) <= set(guesses.KNOWN)
            if says_its_input or not isinstance(found, _OF_THE_SHAPE):
                return check_layer(make, shapes[0], seed=seed)
            failed = (found, ", ".join(map(str, shapes)))
        return Report(cls.__name__, note=_note(cls, *(failed or (None, ""))))

    def _with_input(self, make: Callable[[], Any], found: guesses.Input, seed: int) -> Report:
        """The report with a guessed input; as columns, where that is how this file is written."""
        report = check_layer(make, found.x, seed=seed, samples_axis=-1 if found.columns else 0)
        perhaps = {m.code for m in report.mistakes} & {"wrong-axis", "mixes-samples"}
        if found.columns or not perhaps or found.x != guesses.VECTORS or not self._in_columns():
            return report
        turned = check_layer(make, found.x[::-1], seed=seed, samples_axis=-1)
        return turned if turned.ok else report

    def _in_columns(self) -> bool:
        """Whether some class of the file takes its samples as columns only."""
        for cls in self.classes.values():
            values = next(guesses.argument_guesses(cls), {})
            shapes = guesses.shapes_for(cls, values)
            found = guesses.input_for(functools.partial(cls, **values), shapes)
            if isinstance(found, guesses.Input) and found.columns:
                return True
        return False

    def _by_functions(self, name: str, seed: int) -> Report:
        pair = self.pairs[name]
        case = self.cases.get(pair.forward)
        if pair.backward is None:
            return check_loss(function_pairs.class_of(name, pair), seed=seed)
        if isinstance(case, tuple):
            cls, x = function_pairs.by_case(name, pair, case)
            return check_layer(cls, x, seed=seed)
        found = function_pairs.guess(name, pair)
        if found is not None:
            cls, x, columns = found
            return check_layer(cls, x, seed=seed, samples_axis=-1 if columns else 0)
        first = pair.forward.__name__
        return Report(
            name,
            note=f"It is not known which arrays {first} takes. Add to the file: CASES = {{{first}: "
            f"((5, 3), (3, 4), (4,))}} with your shapes, in the order of its arguments.",
        )


def _run_cells(path: Path, names: dict[str, Any]) -> None:
    """Run the cells of a notebook; one that fails, as a training may, does not stop the others.

    Places name the cell and its line. If every cell fails, the first error comes through.
    """
    try:
        texts = [text for text in code_cells(path) if text.strip()]
    except ValueError as error:
        raise ImportError(str(error)) from error
    errors: list[Exception] = []
    for number, text in enumerate(texts, 1):
        cell = f"{path} cell {number}"
        linecache.cache[cell] = (len(text), None, text.splitlines(keepends=True), cell)
        try:
            exec(compile(text, cell, "exec"), names)
        except Exception as error:
            errors.append(error)
    if errors and len(errors) == len(texts):
        raise errors[0]


def _is_written(cls: type) -> bool:
    """Whether the class defines forward or backward itself; without a base, both."""
    verbs = {verb: getattr(cls, verb, None) for verb in ("forward", "backward")}
    bases = [base for base in (Layer, Loss) if issubclass(cls, base)]
    if bases:
        return any(v is not getattr(b, verb, None) for verb, v in verbs.items() for b in bases)
    return all(map(callable, verbs.values()))


def is_loss(cls: type) -> bool:
    """A Loss, or a class whose forward takes a prediction and a target."""
    if issubclass(cls, (Loss, Layer)):
        return issubclass(cls, Loss)
    return len(required_arguments(cls.forward)) == 3  # type: ignore[attr-defined]  # with self


def _gives_one_number(made: Any) -> bool:
    """Whether forward of two arrays gives one number, as a loss does; else it has two inputs."""
    for shape in (guesses.VECTORS, (5, 1)):
        with contextlib.suppress(Exception), np.errstate(all="ignore"):
            returned = made.forward(np.full(shape, 0.3), np.ones(shape))
            return bool(np.size(CallingConvention(made).output(returned)[0]) == 1)
    return True


def _by_case(cls: type, case: Any, seed: int) -> Report:
    factory, *rest = case if isinstance(case, tuple) else (case,)
    columns = any(isinstance(part, str) and part == "columns" for part in rest)
    rest = [part for part in rest if not (isinstance(part, str) and part == "columns")]
    try:
        if is_loss(cls) and (issubclass(cls, Loss) or len(rest) != 1):
            return check_loss(factory, *rest[:2], seed=seed)
        if not rest:
            return Report(cls.__name__, note=_note(cls))
        names = rest[1] if len(rest) > 1 else None
        axis = -1 if columns else 0
        return check_layer(factory, rest[0], seed=seed, parameters=names, samples_axis=axis)
    except (TypeError, ValueError) as error:
        return Report(cls.__name__, note=f"CASES[{cls.__name__}]: {error}")


def _note(cls: type, error: BaseException | None = None, shapes: str = "") -> str:
    """The message for a class of which no object or input is known, and the line to add."""
    name, needed = cls.__name__, guesses.required(cls)
    line = (
        f"Add to the file: CASES = {{{name}: (lambda: {name}(...), (5, 3))}} "
        f"with your numbers; the shape is that of an input, batch axis first."
    )
    values = f"{'s' * (len(needed) > 1)} {', '.join(needed)}"
    if error is None:
        asked = f": no value is known for the argument{values}" if needed else ""
        return f"Cannot create an object{asked}. {line}"
    tried = f"The values of {', '.join(needed)} are not known, and the guesses fail"
    if shapes:
        tried = f"The shape of its input is not known, and forward refuses {shapes}"
    more = "If it should take one of these, fix the line named above."
    return f"{tried}: {explain_error(error)}. {line} {more}"
