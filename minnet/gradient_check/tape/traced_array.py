"""An array that writes each operation on it to the tape: also indexing, views, writes in place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minnet.gradient_check.tape.operations import Compute, Operation, Tape, as_array, new_array

_MOVES = """
    reshape transpose swapaxes ravel repeat stack concatenate hstack vstack dstack column_stack
    flip flipud fliplr roll broadcast_to squeeze expand_dims split array_split hsplit vsplit tile
    moveaxis rollaxis take take_along_axis diagonal diag rot90 atleast_1d atleast_2d copy
    ascontiguousarray sliding_window_view as_strided triu tril pad
"""
MOVES = frozenset(_MOVES.split())
"""Functions that put numbers elsewhere and change none."""

active: list[Tape] = []  # the tape that is being written, if any


class Slot:
    """The place of a traced array among the arguments of a function."""

    def __init__(self, number: int) -> None:
        self.number = number


def base(value: Any) -> Any:
    """The plain array behind a traced one; anything else unchanged."""
    return value.view(np.ndarray) if isinstance(value, Traced) else value


def plain(value: Any, found: list[Traced], slots: bool = False) -> Any:
    """Arguments with plain arrays (or slots) for the traced ones, which are added to `found`."""
    if isinstance(value, Traced):
        found.append(value)
        return Slot(len(found) - 1) if slots else base(value)
    if type(value) in (list, tuple):
        return type(value)(plain(item, found, slots) for item in value)
    if type(value) is dict:
        return {key: plain(item, found, slots) for key, item in value.items()}
    return value


def fill(value: Any, arrays: tuple[Any, ...]) -> Any:
    """Arguments with arrays in their slots."""
    if isinstance(value, Slot):
        return arrays[value.number]
    if type(value) in (list, tuple):
        return type(value)(fill(item, arrays) for item in value)
    if type(value) is dict:
        return {key: fill(item, arrays) for key, item in value.items()}
    return value


class Traced(np.ndarray[Any, Any]):
    """An array on the tape.

    operation: the one that made its numbers. parent: of a view, the array that it is a part of,
    and the function that takes that part.
    """

    __array_priority__ = 1000
    operation: Operation | None = None
    parent: tuple[Traced, Compute] | None = None
    origin: Traced | None = None

    def __array_finalize__(self, obj: Any) -> None:
        self.origin = obj if isinstance(obj, Traced) else None

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any
    ) -> Any:
        found: list[Traced] = []
        slots, options = plain(inputs, found, True), plain(options, [])
        if not active or ufunc.nout > 1:
            kept = {} if out is None else {"out": tuple(base(o) for o in out)}
            return getattr(ufunc, method)(*(base(i) for i in inputs), **kept, **options)
        made_of = [operation_of(array) for array in found]

        def compute(*arrays: Any) -> Any:
            arguments = fill(slots, arrays)
            if method != "at":
                return getattr(ufunc, method)(*arguments, **options)
            target = new_array(arguments[0])
            ufunc.at(target, *arguments[1:])
            return target

        kind = "elementwise" if method == "__call__" and ufunc.signature is None else "other"
        target = inputs[0] if method == "at" else None if out is None else out[0]
        if target is None:
            return wrap(compute(*map(base, found)), compute, made_of, kind, ufunc.__name__)
        history = lineage(target)
        if method == "at":
            ufunc.at(*(base(i) for i in inputs))
        else:
            getattr(ufunc, method)(*map(base, inputs), out=base(target), **options)
        write(history, compute, made_of, "other" if method == "at" else kind, ufunc.__name__)
        return target

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        found: list[Traced] = []
        target = kwargs.pop("out", None) if isinstance(kwargs.get("out"), Traced) else None
        slots = plain((args, kwargs), found, True)
        if not active:
            return func(*fill(slots, tuple(map(base, found)))[0], **plain(kwargs, []))
        made_of = [operation_of(array) for array in found]

        def compute(*arrays: Any) -> Any:
            positional, named = fill(slots, arrays)
            return func(*positional, **named)

        name = func.__name__
        kind = "moves" if name in MOVES and _is_plain_move(name, args, kwargs) else "other"
        kind = "elementwise" if name in ("where", "clip") else kind
        if target is not None:
            history = lineage(target)
            base(target)[...] = compute(*map(base, found))
            write(history, compute, made_of, kind, name)
            return target
        history = lineage(found[0])
        result = compute(*map(base, found))
        if result is None:  # np.copyto, np.put_along_axis, np.fill_diagonal ...
            write(history, _in_place(compute), made_of, "other", name)
            return None
        if name.endswith("_like"):
            return constant(result)
        if isinstance(result, (list, tuple)):
            items = (
                wrap(item, _item(compute, k), made_of, kind, name, found[0])
                for k, item in enumerate(result)
            )
            return list(items) if isinstance(result, list) else tuple(items)
        return wrap(result, compute, made_of, kind, name, found[0])

    def __getitem__(self, index: Any) -> Any:
        where = plain(index, [])
        result = np.ndarray.__getitem__(base(self), where)
        if not active:
            return result

        def compute(array: Any) -> Any:
            return array[where]

        return wrap(result, compute, [operation_of(self)], "moves", "getitem", self)

    def __setitem__(self, index: Any, value: Any) -> None:
        found: list[Traced] = []
        where = plain(index, [])
        slot = plain(value, found, True)
        if not active:
            np.ndarray.__setitem__(base(self), where, plain(value, []))
            return
        history, made_of = lineage(self), [operation_of(array) for array in found]

        def compute(old: Any, *arrays: Any) -> Any:
            new = new_array(old)
            new[where] = fill(slot, arrays)
            return new

        np.ndarray.__setitem__(base(self), where, plain(value, []))
        write(history, compute, [history[0][1], *made_of], "assign", "setitem")

    def __array__(self, *_: Any, **__: Any) -> Any:  # np.asarray of the framework asks for it
        return self

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __float__(self) -> float:
        value = float(base(self))
        if active and self.size == 1:
            active[-1].floats[value] = operation_of(self)
        return value

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(base(self).item())

    T = property(lambda self: np.transpose(self))

    def __deepcopy__(self, memo: Any) -> Any:
        return np.copy(self)


def _is_plain_move(name: str, args: Any, kwargs: Any) -> bool:
    """np.pad moves numbers only where it pads with zeros."""
    return name != "pad" or (
        len(args) < 3
        and kwargs.get("mode", "constant") == "constant"
        and "constant_values" not in kwargs
    )


def _item(compute: Compute, number: int) -> Compute:
    return lambda *arrays: compute(*arrays)[number]


def _in_place(compute: Compute) -> Compute:
    def computed(first: Any, *others: Any) -> Any:
        target = new_array(first)
        compute(target, *others)
        return target

    return computed


def constant(value: Any, name: str = "") -> Traced:
    """An array that nothing recorded made."""
    made = as_array(value).view(Traced)
    made.operation = active[-1].leaf(value, name)
    return made


def wrap(
    result: Any,
    compute: Compute,
    made_of: list[Operation],
    kind: str,
    name: str,
    source: Traced | None = None,
) -> Any:
    """The result as a traced array; single whole numbers and truth values stay what they are."""
    if not isinstance(result, (np.ndarray, np.generic)):
        return result
    if result.dtype.kind not in "fbiu" or (result.dtype.kind != "f" and result.ndim == 0):
        return result
    made = as_array(result).view(Traced)
    made.operation = Operation(active[-1], compute, made_of, result, kind, name)
    if source is not None and made.ndim and np.may_share_memory(base(made), base(source)):
        made.parent = (source, compute)
    return made


def operation_of(array: Traced) -> Operation:
    """What made these numbers; for a view into what was written to since, it is looked up again."""
    known = array.operation
    if known is not None and known.value.tobytes() == base(array).tobytes():
        return known
    if array.parent is not None:
        source, view = array.parent
        array.operation = Operation(
            active[-1], view, [operation_of(source)], base(array), "moves", "getitem"
        )
    else:
        origin = array.origin  # what NumPy itself copied or viewed
        array.operation = None
        if known is None and origin is not None and origin.shape == array.shape:
            array.operation = operation_of(origin)
        if array.operation is None or array.operation.value.tobytes() != base(array).tobytes():
            array.operation = active[-1].leaf(base(array), "")
    return array.operation


def lineage(array: Any) -> list[tuple[Traced, Operation, Compute | None]]:
    """A traced array and those that it is a view into, as they are before a write."""
    found: list[tuple[Traced, Operation, Compute | None]] = []
    while isinstance(array, Traced):
        view = array.parent[1] if array.parent else None
        found.append((array, operation_of(array), view))
        array = array.parent[0] if array.parent else None
    return found


def write(
    history: list[tuple[Traced, Operation, Compute | None]],
    compute: Compute,
    made_of: list[Operation],
    kind: str,
    name: str,
) -> None:
    """Note a write in place, for the array and for all that it is a view into."""
    if not history:
        return
    tape = active[-1]
    (array, _, view), *parents = history
    array.operation = Operation(tape, compute, made_of, base(array), kind, name)
    tape.writes += [(old, array.operation.line) for _, old, _ in history]
    for source, old, upper in parents:
        made_of = [old, array.operation]
        array = source
        array.operation = Operation(tape, _put(view), made_of, base(array), "assign", "setitem")
        view = upper


def _put(view: Compute | None) -> Compute:
    def computed(old: Any, new: Any) -> Any:
        result = new_array(old)
        assert view is not None
        view(result)[...] = new
        return result

    return computed
