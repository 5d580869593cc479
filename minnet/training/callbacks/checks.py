"""Checks the callbacks of a fit: their methods are those that it calls; checkpoints come last."""

from __future__ import annotations

from collections.abc import Sequence

from minnet.training.callback import Callback
from minnet.training.callbacks.checkpoint import Checkpoint
from minnet.utils.checks import describe, items
from minnet.utils.signatures import argument_names, fits, signature_of

_ELSEWHERE = {
    "on_train_begin": "on_fit_begin",
    "on_train_start": "on_fit_begin",
    "on_fit_start": "on_fit_begin",
    "on_train_end": "on_fit_end",
    "on_epoch_start": "on_epoch_begin",
    "on_train_epoch_start": "on_epoch_begin",
    "on_train_epoch_end": "on_epoch_end",
    "on_batch_end": "on_step_end",
    "on_train_batch_end": "on_step_end",
}
"""Names of other libraries, and the name here."""

_CALLED = (
    *("on_fit_begin", "on_epoch_begin", "on_step_end", "on_epoch_end", "on_fit_end"),
    *("state", "takes", "restore"),
)


def checked_callbacks(callbacks: Sequence[Callback]) -> list[Callback]:
    """The callbacks of a `fit`, each an object of a subclass, in the order of their calls."""
    given = items(callbacks)
    result = [callbacks] if given is None else given
    for callback in result:
        if not isinstance(callback, Callback):
            raise TypeError(
                f"fit: callbacks: expected objects of subclasses of mn.Callback, got "
                f"{describe(callback)}."
            )
        _check_methods(callback)
    return sorted(result, key=_order)


def _order(callback: Callback) -> int:
    """Checkpoints last, because they save the state of all others; of these the best first.

    "This epoch was the best" may be saved in the last checkpoint only after the file of the best
    epoch has been written: the training may be killed between the two.
    """
    if not isinstance(callback, Checkpoint):
        return 0
    return 2 if callback.tracker is None else 1


def _check_methods(callback: Callback) -> None:
    """Refuse an unknown method on_..., which would never be called, and one of other arguments.

    Raises:
        TypeError: naming the method, and what it should be.
    """
    name = type(callback).__name__
    for method in dir(callback):
        if (
            method.startswith("on_")
            and method not in _CALLED
            and callable(getattr(callback, method))
        ):
            raise TypeError(
                f"{name}: expected methods {', '.join(m for m in _CALLED if m[:3] == 'on_')}, got "
                f"{method}, which is never called. {_likely(method)}"
            )
    for method in _CALLED:
        names = argument_names(getattr(Callback, method))[1:]
        function = getattr(callback, method)
        if not callable(function) or not fits(function, len(names)):
            got = signature_of(function) if callable(function) else repr(function)
            raise TypeError(
                f"{name}.{method}: expected a method with the arguments ({', '.join(names)}), got "
                f"{got}. Write def {method}({', '.join(['self', *names])}): ..."
            )


def _likely(method: str) -> str:
    import difflib  # here: only this message needs it

    likely = [_ELSEWHERE[method]] if method in _ELSEWHERE else []
    likely += difflib.get_close_matches(method, _CALLED, n=1)
    return f"Did you mean {likely[0]}?" if likely else "Give your own method another name."
