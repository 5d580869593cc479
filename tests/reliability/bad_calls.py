"""Bad calls: every argument of every public call gets every wrong value, one at a time.

A call must end in an error that says what was expected and where (clear), or be right: the value
is legal there, or the result is that of the plain value it stands for (a list for an array). Not
allowed are errors of NumPy or Python (raw), a nonsense value that is taken (silent), a refused
call after which something has changed (changed), more than some seconds or 200 MB, and traces in
the process: warnings, filters, open figures, NumPy's settings, global random numbers.

    python tests/reliability/bad_calls.py [--size 0.1] [--only Trainer.fit] [--report FILE]
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout, installed or not

import numpy as np
from bad_values import BAD, PLAIN, variants
from legal_values import TEXTS, is_legal
from public_calls import PATH, Call, calls, mn, plt, trainer

SECONDS = 5.0
MEGABYTES = 200
GOOD = ("right", "clear")


@dataclass
class Case:
    """One argument of one call, and one value for it."""

    call: Call
    argument: str
    value: str
    make: Callable[[], Any]
    rule: str  # how it must be answered: see bad_values.variants

    @property
    def name(self) -> str:
        """As the report says it: `Trainer.fit(x=NaN in it)`."""
        if self.call.name.endswith("="):
            return f"{self.call.name} {self.value}"
        return f"{self.call.name}({self.argument}={self.value})"


@dataclass
class Result:
    """What a call led to."""

    verdict: str
    detail: str = ""


class TooLong(BaseException):
    """Not caught by `except Exception`."""


def cases(only: str = "") -> list[Case]:
    """The whole table, in the order of the names."""
    return [
        case
        for call in calls()
        if call.name.startswith(only)
        for argument in call.values
        for case in _cases(call, argument)
    ]


def _cases(call: Call, argument: str) -> Iterator[Case]:
    for value, make in BAD.items():
        if not _endless(call, argument, value):
            yield Case(call, argument, value, make, "legal")
    with quiet():
        right = call.values[argument]()
    plt.close("all")
    for value, rule, make in variants(right):
        yield Case(call, argument, value, make, rule)


def _endless(call: Call, argument: str, value: str) -> bool:
    """A legal call that takes as long as it is told to."""
    if (call.name, argument, value) == ("plot.boundary_animation", "epochs", "[10**30]"):
        return True
    return value == "10**30" and (call.name, argument) in {
        ("Trainer.fit", "epochs"),
        ("Trainer.fit", "until"),
        ("sweep", "epochs"),
        ("lr_range_test", "steps"),
        ("plot.descend", "steps"),
    }


# ----------------------------------------------------------------------------------------------
# One call


def judge(case: Case) -> Result:
    """Run one case and say what came of it."""
    attempt = _Attempt(case, case.make)
    attempt.run()
    verdict = _verdict(case, attempt)
    _clean_up()
    return verdict


class _Attempt:
    """A call with fresh arguments, and all that it did."""

    def __init__(self, case: Case, make: Callable[[], Any] | None) -> None:
        self.call, self.argument = case.call, case.argument
        with quiet():
            self.subject = case.call.subject()
            self.values = case.call.needed(case.argument)
            self.others = {k: v for k, v in self.values.items() if k != case.argument}
            right = case.call.values[case.argument]
            self.values[case.argument] = (make or right)()
        self.error: BaseException | None = None
        self.result: Any = None
        self.traces: list[str] = []
        self.changed = False

    def run(self) -> None:
        """Call, and compare what was around before and after."""
        before, around = self.state(), _around()
        start, low = time.process_time(), _start_memory()
        with _recorded() as caught:
            filters = list(warnings.filters)
            figures = plt.get_fignums()
            try:
                with _time_limit():
                    self.result = self.call(self.subject, self.values)
                if (
                    type(self.result).__name__ == "FuncAnimation"
                ):  # else Matplotlib warns at its end
                    self.result._draw_was_started = True
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                self.error = error
            if warnings.filters != filters:
                self.traces.append("warning filters changed")
        if self.error and plt.get_fignums() != figures:
            self.traces.append("a figure was left open")
        self.traces += [f"warned {type(w.message).__name__}: {str(w.message)[:80]}" for w in caught]
        self.traces += [f"{key} changed" for key, v in _around().items() if v != around[key]]
        seconds, megabytes = time.process_time() - start, _grown(low)
        if seconds > SECONDS:
            self.traces.append(f"took {seconds:.0f} s")
        if megabytes > MEGABYTES:
            self.traces.append(f"took {megabytes:.0f} MB")
        self.changed = self.error is not None and self.state() != before

    def state(self) -> str:
        """What a refused call must leave as it was: the object, and the other arguments."""
        return digest([self.subject, self.others])

    def outcome(self) -> Any:
        """The numbers that came out, for a comparison with another attempt."""
        return numbers_of([self.result, self.subject])


def _verdict(case: Case, attempt: _Attempt) -> Result:
    if attempt.changed:
        return Result("changed", _sentence(attempt.error))
    if isinstance(attempt.error, TooLong):
        return Result("raw", "took too long")
    if attempt.traces:
        return Result("raw", "; ".join(sorted(set(attempt.traces)))[:200])
    if attempt.error is not None:
        clear = is_clear(case, attempt.error)
        return Result("clear" if clear else "raw", _sentence(attempt.error))
    return _accepted(case, attempt)


def _accepted(case: Case, attempt: _Attempt) -> Result:
    stands_for = PLAIN.get(case.value) if case.rule == "legal" else None
    if case.rule == "same" or stands_for:
        plain = _Attempt(case, stands_for)
        plain.run()
        if plain.error is None and not same(attempt.outcome(), plain.outcome()):
            return Result("silent", "not what the plain value gives")
        if not stands_for or plain.error is None:
            return Result("right")
    legal = is_legal(case.call, case.argument, case.value, case.rule)
    return Result("right") if legal else Result("silent", f"returned {_short(attempt.result)}")


def is_clear(case: Case, error: BaseException) -> bool:
    """An error of minnet: it says what was expected, and in which argument or function."""
    message = _text(error)
    if isinstance(error, mn.CheckpointError):
        return True
    if isinstance(error, OSError):
        path = case.argument in ("path", "folder")  # no such file, a name that is too long
        return path and case.value in (*TEXTS, "twice", "in capitals", "as np.str_")
    if isinstance(error, FloatingPointError) and "the loss is" in message:
        return True
    documented = type(error).__name__ in (case.call.function.__doc__ or "")
    if not isinstance(error, (TypeError, ValueError, FloatingPointError)) and not documented:
        return False
    return "expected" in message and _is_placed(case, message)


def _is_placed(case: Case, message: str) -> bool:
    """Whether it names the argument or the function, or begins with a part: `layers[0] Linear`."""
    words = {case.argument.strip("_"), *case.call.name.rstrip("=").split(".")}
    begins = re.match(r"['\"]?(layers\[\d+\]|\w+)\b", message)
    part = begins is not None and (begins[1].startswith("layers[") or begins[1] in mn.__all__)
    return part or any(re.search(rf"\b{re.escape(word)}\b", message) for word in words)


def _text(error: BaseException | None) -> str:
    try:
        return str(error)
    except Exception:
        return "(its text fails)"


def _sentence(error: BaseException | None) -> str:
    return f"{type(error).__name__}: {_text(error)[:160]}".replace("\n", " ")


def _short(value: Any) -> str:
    try:
        return repr(value)[:80].replace("\n", " ")
    except Exception:
        return f"a {type(value).__name__}"


# ----------------------------------------------------------------------------------------------
# What is compared


def same(one: Any, other: Any) -> bool:
    """Equal numbers, up to a rounding: another order in memory may sum in another order."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        if one.shape != other.shape:
            return False
        return bool(np.allclose(one, other, rtol=1e-4, atol=1e-6, equal_nan=True))
    return bool(one == other)


def numbers_of(value: Any, depth: int = 6) -> Any:
    """A value as nested lists of float arrays and texts, without types, times and addresses."""
    if isinstance(value, (bool, int, float, np.number, np.bool_)):
        return np.array(float(value))
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return np.array(value, dtype=float)
    if isinstance(value, str):
        return str(value)
    if value is None or depth == 0:
        return str(value) if value is None else ""
    if isinstance(value, dict):
        kept = [(k, v) for k, v in value.items() if k not in ("seconds", "ax", "figure")]
        return [[str(k), numbers_of(v, depth - 1)] for k, v in kept]
    if isinstance(value, np.ndarray):
        return [str(value.dtype), numbers_of(value.ravel().tolist(), depth - 1)]
    if isinstance(value, (list, tuple)):
        return [numbers_of(entry, depth - 1) for entry in value]
    if isinstance(value, plt.Axes):
        return [numbers_of(np.asarray(line.get_xydata())) for line in value.lines] + [
            text.get_text() for text in value.texts
        ]
    return [type(value).__name__, numbers_of(_attributes(value), depth - 1)]


def _attributes(value: Any) -> dict[str, Any]:
    """What an object of minnet holds; nothing of other objects."""
    if not type(value).__module__.startswith("minnet"):
        return {}
    if isinstance(value, mn.Trainer):
        rows = [{k: v for k, v in row.items() if k != "seconds"} for row in value.history]
        return {
            "network": _attributes(value.network),
            "optimizer": _attributes(value.optimizer),
            "rows": rows,
            "epochs": value.epochs,
            "order": repr(value.order.bit_generator.state),
        }
    if isinstance(value, mn.Network):
        entries = {name: part.value for name, part in value.parameters().items()}
        return {**entries, "random": repr(value.random.bit_generator.state)}
    if isinstance(value, mn.Optimizer):
        return {"state": dict(value.state), "steps": value.steps, "rate": value.last_rate}
    if isinstance(value, mn.Parameter):
        return {"value": value.value, "grad": value.grad, "trainable": value.trainable}
    if isinstance(value, mn.History):
        return {"rows": list(value)}
    public = {k: v for k, v in getattr(value, "__dict__", {}).items() if not k.startswith("_")}
    if isinstance(value, (mn.Layer, mn.Loss)):  # what it keeps for backward is no change
        return {k: v for k, v in public.items() if isinstance(v, _SETTINGS) and k != "count"}
    return public


_SETTINGS = (bool, int, float, str, tuple, np.number, np.bool_, type(None))


def digest(value: Any) -> str:
    """Of every bit of the numbers in a value."""
    result = hashlib.sha256()

    def add(part: Any) -> None:
        if isinstance(part, list):
            for entry in part:
                add(entry)
        else:
            result.update(
                part.tobytes() if isinstance(part, np.ndarray) else part.encode("utf8", "replace")
            )

    add(numbers_of(value))
    return result.hexdigest()


# ----------------------------------------------------------------------------------------------
# The process around a call


def _around() -> dict[str, Any]:
    """What belongs to the whole process."""
    legacy = np.random.get_state()  # noqa: NPY002 (that it stays is what is asked)
    return {
        "np.seterr": np.geterr(),
        "np.random": hashlib.sha256(legacy[1].tobytes()).hexdigest() + str(legacy[2]),
        "random": hash(random.getstate()),
        "folder": str(Path.cwd()),
        "stdout": id(sys.stdout),
        "print options": repr(np.get_printoptions()),
        "signal handler": signal.getsignal(signal.SIGINT),
        "rcParams": plt.rcParams["axes.grid"],
    }


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No warnings of what prepares a call."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _recorded() -> Iterator[list[warnings.WarningMessage]]:
    """Warnings are kept; what is printed is dropped."""
    text = io.StringIO()
    with (
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stderr(text),
        contextlib.redirect_stdout(text),
    ):
        warnings.simplefilter("always")
        yield caught


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """TooLong, raised in the call, after its time."""

    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of this process, however busy the machine is
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _status(name: str) -> float:
    """One figure of /proc/self/status in MB; 0 where there is none."""
    with contextlib.suppress(OSError), Path("/proc/self/status").open() as file:
        for line in file:
            if line.startswith(name):
                return int(line.split()[1]) / 1024
    return 0.0


def _start_memory() -> float:
    """Start the record of the highest use of memory again."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _grown(low: float) -> float:
    return _status("VmHWM") - low


def _clean_up() -> None:
    """Close figures; leave only the good files in the temporary folder that `folder` made."""
    plt.close("all")
    if not _FILES:
        raise RuntimeError("bad calls run inside `with folder():` only: it is emptied after each.")
    for path in Path().iterdir():
        if path.name not in _FILES:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    _make_files()


_FILES: dict[str, bytes] = {}


def _make_files() -> None:
    for name, data in _FILES.items():
        if not Path(name).is_file() or Path(name).read_bytes() != data:
            Path(name).write_bytes(data)


@contextlib.contextmanager
def folder() -> Iterator[None]:
    """Calls run in a folder of their own, with a file of each kind."""
    before, limits = Path.cwd(), resource.getrlimit(resource.RLIMIT_AS)
    most = int(_status("VmSize") * 2**20) + 2**31  # nothing asks the machine for more
    resource.setrlimit(resource.RLIMIT_AS, (most, limits[1]))
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            made = trainer()
            made.network.save(PATH)
            made.save_checkpoint("training.minnet")
            Path("numbers-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3]))
            _FILES.update({path.name: path.read_bytes() for path in Path().iterdir()})
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)
            _FILES.clear()
            os.chdir(before)


# ----------------------------------------------------------------------------------------------
# All of them


def chosen(size: float, only: str = "") -> list[Case]:
    """All cases, or a share of them: the same ones, whatever else is added to the table."""
    share = size * 2**32
    return [case for case in cases(only) if zlib.crc32(case.name.encode()) < share]


def bad_ones(todo: list[Case], counts: Counter[str]) -> Iterator[tuple[Case, Result]]:
    """Run the cases; those that are neither right nor clear."""
    for case in todo:
        result = judge(case)
        counts[result.verdict] += 1
        if result.verdict not in GOOD:
            yield case, result


def problems_of_the_table(every_argument: bool = True) -> list[str]:
    """Public calls without a right value for an argument, or whose right call fails."""
    result = []
    for call in calls():
        result += [f"{call.name}: no right value for {argument}" for argument in call.missing]
        arguments = list(call.values) if not call.missing else []
        for argument in arguments if every_argument else arguments[:1]:
            attempt = _Attempt(Case(call, argument, "right", lambda: None, "same"), None)
            attempt.run()
            needs_files = call.name == "datasets.fashion_mnist"
            if (attempt.error is not None and not needs_files) or attempt.traces:
                result.append(
                    f"{call.name}({argument}): {_sentence(attempt.error)} {attempt.traces}"
                )
            _clean_up()
    return result


def main() -> None:
    """Run, count, report."""
    options = _options()
    print("== bad calls ==", flush=True)
    start, counts = time.perf_counter(), Counter[str]()
    with folder():
        broken = problems_of_the_table() if not options.only else []
        todo = chosen(options.size, options.only)
        bad = list(bad_ones(todo, counts))
    for line in broken:
        print(f"the table: {line}")
    print(f"calls: {len(todo)} of {len({case.call.name for case in todo})} functions")
    for verdict in ("right", "clear", "raw", "silent", "changed"):
        print(f"{verdict}: {counts[verdict]}")
    if options.report:
        text = "\n".join(_lines(bad)) + "\n"
        options.report.write_text(text, encoding="utf8", errors="replace")
    if options.known:
        names = sorted(case.name for case, _ in bad)
        options.known.write_text("\n".join([*names, ""]), encoding="utf8")
    print(f"seconds: {time.perf_counter() - start:.1f}")
    wrong = counts["silent"] + counts["changed"] + max(0, counts["raw"] - options.raw)
    sys.exit(1 if broken or wrong else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Every wrong value for every public argument.")
    parser.add_argument("--size", type=float, default=1.0, help="share of the full run")
    parser.add_argument("--only", default="", help="calls whose name begins so")
    parser.add_argument("--report", type=Path, help="write each bad case to this file")
    parser.add_argument("--known", type=Path, help="write the names of the bad cases to this file")
    parser.add_argument("--raw", type=int, default=0, help="how many raw errors are allowed")
    return parser.parse_args()


def _lines(bad: list[tuple[Case, Result]]) -> Iterator[str]:
    """The report: first how many by function and argument, then each case."""
    places = Counter((c.call.name, c.argument, r.verdict) for c, r in bad)
    for (function, argument, verdict), count in places.most_common():
        yield f"{count:4} {verdict:8} {function}({argument})"
    yield ""
    for case, result in sorted(bad, key=lambda pair: pair[1].verdict):
        yield f"{result.verdict:8} {case.name}  ->  {result.detail}"


if __name__ == "__main__":
    main()
