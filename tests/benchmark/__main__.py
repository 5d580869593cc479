"""`python -m tests.benchmark`: measures everything in one run, prints and writes the tables."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import agreement, imports, machine, memory, report, scaling, stacks, sweeps, timing
from .contenders import installed
from .contenders.of_minnet import BareSteps, StepFromOutside
from .workloads import WORKLOADS, Workload

HERE = Path(__file__).parent


def arguments() -> argparse.Namespace:
    """What to measure, and where to write it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--output", type=Path, default=HERE / "results", help="folder to write to")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these workloads alone")
    parser.add_argument("--rounds", type=int, default=timing.ROUNDS, help="paired blocks of steps")
    parser.add_argument("--steps", action="store_true", help="leave out all but the steps")
    parser.add_argument("--stacks", action="store_true", help="measure sweeps as stacks alone")
    return parser.parse_args()


def steps(workloads: list[Workload], rounds: int, say: list[str]) -> None:
    """The table of single steps."""
    kinds, missing = installed()
    say += missing
    measured = {}
    for workload in workloads:
        agreement.check(workload, [*kinds, StepFromOutside])
        measured[workload.label] = timing.time_steps(workload, [*kinds, StepFromOutside], rounds)
        print(f"  {workload.label}: steps done", file=sys.stderr)
    head = "One training step: time over that of the loop written by hand, median [quartiles]"
    say += ["", f"## {head}", "", report.relative_to(report.FLOOR, measured)]
    say += [
        "",
        f"Medians of {rounds} paired blocks. `minnet` is the step that `fit` takes, whose data",
    ]
    say += [
        "were checked when the fit began; `step(x, y)` is called from outside, and checks its data"
    ]
    say += ["each time. The targets hold for the first."]
    say += ["", report.targets(report.STEPS, measured)]


def fits(workloads: list[Workload], rounds: int, say: list[str]) -> None:
    """The table of whole fits."""
    kinds, _ = installed()
    measured = {}
    asked = {target.label for target in report.FITS}
    for workload in workloads:
        times = rounds if workload.label in asked else max(3, rounds // 4)
        measured[workload.label] = timing.time_fits(workload, [*kinds, BareSteps], times)
        print(f"  {workload.label}: fits done", file=sys.stderr)
    head = "One whole fit: time over that of the loop written by hand, median [quartiles]"
    say += ["", f"## {head}", "", report.relative_to(report.FLOOR, measured)]
    say += ["", f"Medians of {rounds} paired fits where something is asked, else of {rounds // 4}."]
    say += ["", report.targets(report.FITS, measured)]


def memories(workloads: list[Workload], say: list[str]) -> None:
    """The table of memory peaks."""
    rows = []
    for workload in workloads:
        size = 16 * workload.rows
        peak = memory.of_fit(workload, size)
        extra = max(0, peak.beside_data - 4 * peak.parameters - 8 * size - memory.PYTHON)
        batches = f"{extra / peak.activations:.2f}"
        rows.append([workload.label, f"{peak.beside_data / peak.data:.3f}", batches])
    say += ["", "## Memory of a fit in addition to its data", ""]
    head = ["", "peak / data", "beyond 4 parameter vectors, in batches of activations"]
    say += [report.table(head, rows), ""]
    say += ["Not counted: 8 bytes a row for the order of the epoch, 200 kB of Python's objects."]
    say += ["lenet holds the columns of its convolutions as well."]


def main() -> None:
    """Measure, print, write."""
    options = arguments()
    chosen = [w for w in WORKLOADS if not options.only or w.name in options.only]
    say = ["# minnet measured", "", *[f"- {line}" for line in machine.description()]]
    if options.stacks:
        say += stacks.measure(options.rounds // 5)
    else:
        steps(chosen, options.rounds, say)
    if not (options.steps or options.stacks):
        fits(chosen, options.rounds, say)
        memories(chosen, say)
        ratio, more = imports.measure()
        say += ["", f"`import minnet` / `import numpy`: {ratio:.2f} ({more:.0f} ms more)"]
        seconds, times = sweeps.measure()
        head = f"A sweep of {sweeps.RUNS} runs of {seconds:.1f} s each: two processes"
        say += ["", f"{head} are {times:.2f} times as fast as one (asked: at least 1.7)"]
        found = scaling.curves()
        slopes = [[c.name, f"{c.slope:.2f}", "at most 1.05"] for c in found]
        say += ["", "## How time grows: slopes in a log-log plot", ""]
        say += [report.table(["with", "slope", "asked"], slopes)]
        scaling.plot(found, options.output / "scaling.png")
    say += ["", f"- at the end: {machine.description()[-1]}"]
    text = "\n".join(say) + "\n"
    print(text)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "ratios.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
