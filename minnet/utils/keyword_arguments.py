"""Errors for names that do not exist: arguments, attributes of objects and names in modules.

They name what there is and what was probably meant. One mechanism for all: constructors through
the base class `Explained`, functions and methods through the decorator `explained`, modules
through `explain_module`. What other libraries call it is in foreign_names.py.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from minnet.utils.checks import short
from minnet.utils.foreign_names import foreign_names

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
E = TypeVar("E", bound=BaseException)

_PACKAGE = str(Path(__file__).parents[1])


class Explained:
    """A base class whose subclasses explain arguments and attributes that they do not have."""

    def __new__(cls: type[T], *args: Any, **kwargs: Any) -> T:
        """Check the names of the arguments before `__init__` gets them."""
        check_arguments(cls, args, kwargs)
        return object.__new__(cls)

    def __dir__(self) -> list[str]:
        """What a user may use; what begins with `_` is left out."""
        return [name for name in super().__dir__() if not name.startswith("_")]

    if not TYPE_CHECKING:  # else every misspelt attribute would pass the type checker

        def __getattr__(self, name: str) -> Any:
            """Called where an attribute is missing: add to Python's error what was meant."""
            try:
                return object.__getattribute__(self, name)  # which raises the error again
            except AttributeError as error:
                known = foreign_names("attribute")
                here = known.get(f"{type(self).__name__}.{name}", known.get(name))
                if here and not hasattr(type(self), name):
                    error.args = (f"{error}. Write {here[0]}.",)
                raise


def explained(function: F) -> F:
    """Decorates a public function or method: arguments that it does not take are explained.

    An error that comes out of the user's code shows the user's lines alone.
    """
    names = _names(inspect.signature(function))

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # IPython and pytest leave this frame out
        if kwargs:
            _refuse_unknown(function.__name__, names, kwargs)
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise without_own_frames(error)  # noqa: B904 (it is the same error)

    return cast(F, checked)


def explain_module(module: ModuleType) -> None:
    """Let a module explain the names that it does not have, and list its public ones alone."""

    def missing(name: str) -> Any:
        raise missing_name(module.__name__, name, vars(module))

    module.__getattr__ = missing  # type: ignore[method-assign]
    names = getattr(module, "__all__", None)
    if names is not None:
        module.__dir__ = lambda: sorted(names)  # type: ignore[method-assign]


def missing_name(module: str, name: str, known: Iterable[str]) -> Exception:
    """The error for a name that a module does not have, with the one that was probably meant.

    To be called by the module's `__getattr__`. In `from module import name` it is an ImportError:
    Python replaces an AttributeError by its own, without the advice.
    """
    import difflib  # here: only this message needs it

    kind: type[Exception] = AttributeError
    message = f"module {module!r} has no attribute {name!r}"
    if _is_importing(sys._getframe(2)) and f"{module}.{name}" not in sys.modules:
        kind, message = ImportError, f"cannot import name {name!r} from {module!r}"
    if name.startswith("_"):
        return kind(message)
    if name in foreign_names("name"):
        return kind(f"{message}. Write {foreign_names('name')[name][0]}.")
    lower = {other.lower(): other for other in known if not other.startswith("_")}
    likely = difflib.get_close_matches(name.lower(), lower, n=1)
    return kind(f"{message}. Did you mean {lower[likely[0]]}?" if likely else message)


def _is_importing(frame: FrameType) -> bool:
    """True while the frame executes `from module import name`."""
    import dis

    return frame.f_code.co_code[frame.f_lasti] == dis.opmap["IMPORT_FROM"]


def check_arguments(kind: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse what the constructor of `kind` does not take, with a better message than Python's.

    Raises:
        TypeError: naming the argument, the existing ones, and the likely one.

    >>> class Scale:
    ...     def __init__(self, features): ...
    >>> check_arguments(Scale, (), {"feature": 3})
    Traceback (most recent call last):
    ...
    TypeError: Scale: feature: expected one of the arguments features, got feature=3. ...
    """
    constructor: Any = kind.__init__  # type: ignore[misc]
    if constructor is object.__init__ and (args or kwargs):
        given = ", ".join([*map(short, args), *(f"{k}={short(v)}" for k, v in kwargs.items())])
        advice = [_foreign(kind.__name__, name, []) for name in kwargs]
        raise TypeError(
            f"{kind.__name__}: the constructor takes no arguments, got ({given}). "
            f"{''.join(f'{a} ' for a in advice if a)}Write {kind.__name__}()."
        )
    if kwargs:
        signature = inspect.signature(constructor, follow_wrapped=False)
        _refuse_unknown(kind.__name__, _names(signature), kwargs)


def _names(signature: inspect.Signature) -> list[str] | None:
    """The names that may be given, in their order; None if any may."""
    parameters = signature.parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return [name for name in named if name != "self"]


def _refuse_unknown(place: str, names: list[str] | None, kwargs: dict[str, Any]) -> None:
    for name, value in kwargs.items():
        if names is not None and name not in names:
            known = ", ".join(names) or "(there are none)"
            raise TypeError(
                f"{place}: {name}: expected one of the arguments {known}, "
                f"got {name}={short(value)}. {_suggestion(place, name, names)}"
            )


def _suggestion(place: str, name: str, names: list[str]) -> str:
    """The argument that was probably meant, or what to do instead."""
    import difflib  # here: only this message needs it

    advice = _foreign(place, name, names)
    likely = difflib.get_close_matches(name, names, n=1) + [n for n in names if name in n]
    if advice:
        return advice
    return f"Did you mean {likely[0]}?" if likely else "Leave it out, or take one of these."


def _foreign(place: str, name: str, names: list[str]) -> str:
    """What the table says about a name of another library; "" if nothing."""
    known = foreign_names("argument")
    for candidate in known.get(f"{place}.{name}", known.get(name, ())):
        if " " in candidate:
            return candidate
        if candidate in names:
            return f"Did you mean {candidate}?"
    return ""


def without_own_frames(error: E) -> E:
    """The same error; its traceback names the user's lines alone, if it has any.

    A wrong shape in a custom layer is otherwise found at the end of a dozen calls of the package.
    An error of the package's own keeps its traceback.
    """
    entries = []
    entry = error.__traceback__
    while entry is not None:
        entries.append(entry)
        entry = entry.tb_next
    kept: TracebackType | None = None
    for entry in reversed(entries):
        if not entry.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return error if kept is None else error.with_traceback(kept)
