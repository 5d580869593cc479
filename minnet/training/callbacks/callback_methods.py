"""Whether the methods of a callback are those that a fit calls, with the arguments it gives."""

from __future__ import annotations

from minnet.training.callback import Callback
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


def check_methods(callback: Callback) -> None:
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
