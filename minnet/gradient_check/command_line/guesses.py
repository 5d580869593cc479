"""Guesses constructor arguments and inputs of a class from the names that people give them.

Any one or two whole numbers get small distinct sizes, whatever they are called. What fails with a
guess is no mistake of the student's: then CASES is asked for.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minnet.gradient_check.calling_convention import CallingConvention
from minnet.nn.activations import ReLU
from minnet.utils.types import Array

KNOWN: dict[str, Any] = {
    "features": 3,
    "in_features": 3,
    "out_features": 7,
    "in_channels": 2,
    "out_channels": 4,
    "channels": 2,
}
"""Sizes by the names that minnet uses; the shape of an input follows from them."""

SIZES = {"features", "in_features", "in_channels", "channels"}
"""Arguments that fix the shape of the input; they are given also where they have defaults."""

OTHERS: tuple[tuple[str, Any], ...] = (
    (r"kernel|ksize|filter_size|pool|window|^k$", 2),
    (r"heads|groups|layers|steps|depth", 2),
    (r"stride|dilation", 1),
    (r"pad", 0),
    (r"rate|drop|^p$|prob|keep", 0.4),
    (r"slope|leak", 0.1),
    (r"eps", 1e-5),
    (r"momentum|decay", 0.1),
    (r"axis", -1),
    (r"seed|random_state", 0),
    (r"rng|random|generator", np.random.default_rng(0)),
    (r"alpha|beta|gamma|delta|temperature|scale|lam|sigma|std|^lr$|learning", 1.0),
    (r"activation|^act$", ReLU),
)
"""Values of other arguments, by patterns."""

_OUT = re.compile(r"out|hidden|units|neurons|next|curr|nh\b|^m$|^o$", re.IGNORECASE)
_IN = re.compile(r"in(?!it|ner|d)|prev|feature|nx\b|^d$|^i$", re.IGNORECASE)
LARGEST_WIDTH = 2000
VECTORS, IMAGES = (5, 3), (3, 2, 6, 7)
_TIME = (5, 4, 3)


class Input(NamedTuple):
    """What a class takes: a shape or an array, and whether the samples are its columns."""

    x: Any
    columns: bool = False


def arguments_of(cls: type) -> dict[str, inspect.Parameter]:
    """The arguments of the constructor, without self, *args and **kwargs."""
    if cls.__init__ is object.__init__:  # type: ignore[misc]
        return {}
    found = list(inspect.signature(cls.__init__).parameters.items())[1:]  # type: ignore[misc]
    return {n: a for n, a in found if a.kind not in (a.VAR_POSITIONAL, a.VAR_KEYWORD)}


def required(cls: type) -> list[str]:
    """The names of the arguments without which no object can be made."""
    return [name for name, a in arguments_of(cls).items() if a.default is a.empty]


def argument_guesses(cls: type) -> Iterator[dict[str, Any]]:
    """Arguments of the constructor to try, the likeliest first."""
    needed = required(cls)
    wanted = [n for n in arguments_of(cls) if n in needed or n in SIZES]
    first: dict[str, Any] = {}
    unknown = []
    for name in wanted:
        other = next((v for p, v in OTHERS if re.search(p, name.lower())), None)
        if name in KNOWN or other is not None:
            first[name] = KNOWN.get(name, other)
        else:
            unknown.append(name)
    if len(unknown) <= MOST_SIZES:
        yield {**first, **dict(zip(unknown, _sizes(unknown), strict=True))}
        if unknown:
            yield {**first, **dict.fromkeys(unknown, 4)}
            yield {**first, **dict.fromkeys(unknown, (3,))}
            yield {**first, **{name: [3, 7] for name in unknown}}
    if not needed and wanted:
        yield {}


MOST_SIZES = 3


def _sizes(names: list[str]) -> list[int]:
    """Small distinct numbers: 3 for what comes in, 7 for what goes out."""
    order = sorted(
        names, key=lambda n: (bool(_OUT.search(n)) - bool(_IN.search(n)), names.index(n))
    )
    size = dict(zip(order, (3, 7, 4), strict=False))
    return [size[name] for name in names]


def shapes_for(cls: type, values: dict[str, Any]) -> list[tuple[int, ...]]:
    """Shapes to try: vectors and images, and the widths that were guessed or are defaults."""
    shapes: list[tuple[int, ...]] = [VECTORS, IMAGES, _TIME]
    if any("channels" in name for name in values):
        shapes = [IMAGES, (5, 2), VECTORS, (5, 4, 2)]
    elif SIZES & set(values):
        shapes = [VECTORS, _TIME, (4, 3, 6, 8)]  # along the last axis, or along the channels
    guessed = [v for n, v in values.items() if n not in KNOWN]
    defaults = [a.default for n, a in arguments_of(cls).items() if n not in values]
    widths = [n for n in guessed + defaults if type(n) is int and 1 < n <= LARGEST_WIDTH]
    wide = [(5, n) for n in dict.fromkeys(widths)]
    return list(dict.fromkeys([*shapes, *wide, *((5, 4, n) for _, n in wide)]))


def input_for(make: Callable[[], Any], shapes: list[tuple[int, ...]]) -> Input | BaseException:
    """The first input that forward takes: floats, positive ones, whole numbers; then as columns."""
    errors: list[BaseException] = []
    for columns in (False, True):
        for shape in shapes if not columns else [s for s in shapes if len(s) == len(VECTORS)]:
            generator = np.random.default_rng(0)
            positive = generator.uniform(0.2, 1.2, size=shape)
            for x in (generator.normal(size=shape), positive, generator.integers(0, 3, size=shape)):
                try:
                    finite = _finite_output(make(), x, columns)
                except (Exception, SystemExit) as error:
                    errors.append(error)
                    continue
                if finite or x is not positive:
                    given = x if x is positive else shape
                    if not finite and x.dtype.kind == "f":
                        continue  # perhaps a logarithm: positive numbers come next
                    turned = given if not columns else _last(given)
                    return Input(turned, columns)
    return errors[0] if errors else ValueError("the output is not finite.")


def _last(given: Any) -> Any:
    if isinstance(given, tuple):
        return (*given[1:], given[0])
    return np.moveaxis(given, 0, -1)


def _finite_output(obj: Any, x: Array, columns: bool) -> bool:
    """Whether forward gives finite numbers; its errors come through."""
    convention = CallingConvention(obj)
    convention.columns = columns
    arguments = convention.forward_arguments(x) * max(1, len(convention.inputs))
    with np.errstate(all="ignore"):
        y, _ = convention.output(obj.forward(*arguments))
    if columns and np.shape(y)[:1] != (len(x),):
        raise ValueError(f"the output has shape {np.shape(y)}.")
    numbers = isinstance(y, np.ndarray) and y.dtype.kind == "f"
    return not numbers or bool(np.isfinite(y).all())
