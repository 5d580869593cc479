"""`python -m minnet check-training SCRIPT.py`: examines the first `fit` of a script as it is.

The script runs in a process of its own: what it changes there, or an `os._exit`, does not matter.
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import json
import multiprocessing
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minnet.training.trainer import Trainer
from minnet.training_check.check import check_training, trainer_of_parts
from minnet.training_check.report import HINTS
from minnet.utils.console import above_0, say

_ENDINGS = {
    "timeout": "it did not come to an end within {0:g} s. Allow more: --timeout SECONDS.",
    "no fit": "it ended without calling trainer.fit(x, y, ...).",
    "error": "it ended with an error before trainer.fit(x, y, ...).",
}


class _FirstFit(BaseException):
    """Ends the script where it calls `fit`; no `except Exception` of the script's catches it."""


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 if no mistake was found, 1 if one was, 2 if no `fit` was reached."""
    parser = argparse.ArgumentParser(prog="python -m minnet check-training")
    parser.add_argument("script", type=Path, metavar="SCRIPT.py")
    parser.add_argument("--hints", choices=[*HINTS, "full"], default="full")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--seconds", type=float, default=5.0, help="for all trials (default 5)")
    whole = "for the script up to its first fit, and all trials (default 600)"
    parser.add_argument("--timeout", type=above_0(float), default=600.0, help=whole)
    options = parser.parse_args(argv)
    if not options.script.is_file():
        say(f"{options.script}: expected a Python script, found none.", sys.stderr)
        return 2
    ending, text = _in_a_process(options)
    if ending in _ENDINGS:
        say(f"{options.script}: {_ENDINGS[ending].format(options.timeout)}", sys.stderr)
        return 2
    say(text)
    return 0 if ending == "ok" else 1


def _in_a_process(options: argparse.Namespace) -> tuple[str, str]:
    """How the examination in a process of its own ended, and the text of the report."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_examine, args=(options, sender))
    process.start()
    sender.close()  # so that the end of the process ends the pipe
    try:
        ending: tuple[str, str] = (
            receiver.recv() if receiver.poll(options.timeout) else ("timeout", "")
        )
    except EOFError:
        ending = ("error", "")
    finally:
        process.terminate()
        process.join()
    return ending


def _examine(options: argparse.Namespace, sender: Any) -> None:
    """In that process: run the script up to its first `fit`, and examine that."""
    call = first_fit(options.script)
    if call is None:
        sender.send(("no fit", ""))
        return
    report = check_training(**call, seconds=options.seconds)
    data = json.dumps(report.to_dict(options.hints), indent=2)
    text = data if options.json else report.text(options.hints)
    sender.send(("ok" if report.ok else "mistakes", text))


def first_fit(script: Path) -> dict[str, Any] | None:
    """Run a script up to its first `fit`; the arguments of `check_training`, or None.

    What it prints goes to the standard error. Parts that `mn.Trainer` refuses are taken.
    """
    calls: list[dict[str, Any]] = []
    make, fit, arguments, path = Trainer.__init__, Trainer.fit, sys.argv, list(sys.path)

    def tolerant(
        trainer: Trainer, layers: Any, loss: Any, optimizer: Any, *a: Any, **k: Any
    ) -> None:
        try:
            make(trainer, layers, loss, optimizer, *a, **k)
        except ValueError:
            vars(trainer).update(vars(trainer_of_parts(layers, loss, optimizer)))

    def stop(*args: Any, **kwargs: Any) -> None:
        call = inspect.signature(fit).bind(*args, **kwargs).arguments
        trainer, until = call["self"], call.pop("until", None)
        if until is not None:
            call["epochs"] = max(1, until - trainer.epochs)
        taken = inspect.signature(check_training).parameters
        kept = {name: value for name, value in call.items() if name in taken}
        calls.append({"trainer": trainer, **kept})
        raise _FirstFit

    Trainer.__init__, Trainer.fit = tolerant, stop  # type: ignore[assignment,method-assign]
    sys.argv, sys.path[:0] = [str(script)], [str(script.resolve().parent)]
    try:
        with contextlib.redirect_stdout(sys.stderr), contextlib.suppress(_FirstFit, SystemExit):
            runpy.run_path(str(script), run_name="__main__")
    finally:
        Trainer.__init__, Trainer.fit = make, fit  # type: ignore[method-assign]
        sys.argv, sys.path[:] = arguments, path
    return calls[0] if calls else None
