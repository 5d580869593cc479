"""The benchmark: its contenders train the same network, and its tables are written.

No time is asserted here.
"""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from benchmark import __main__ as program
from benchmark import agreement, imports, memory, report, scaling, stacks, sweeps, timing
from benchmark.contenders import Plain, installed, scikit_learn
from benchmark.contenders.bare_products import Products
from benchmark.contenders.hand_written import HandWritten
from benchmark.contenders.of_minnet import Minnet, StepFromOutside
from benchmark.workloads import WORKLOADS, Workload, dense

SMALL = Workload("small", dense(2, 5, 3, activation="relu"), 8, 32, 2, block=2)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.label)
def test_all_contenders_that_need_no_other_package_compute_the_same_losses(workload):
    agreement.check(workload, [HandWritten, Minnet, StepFromOutside, Products], steps=3)


@pytest.mark.parametrize("workload", WORKLOADS[:4], ids=lambda w: w.label)
def test_scikit_learn_computes_the_same_losses(workload):
    pytest.importorskip("sklearn")
    agreement.check(workload, [HandWritten, *scikit_learn.contenders()], steps=3)


@pytest.mark.slow
@pytest.mark.parametrize("package", ["torch", "jax"])
def test_the_frameworks_compute_the_same_losses(package):
    pytest.importorskip(package)
    for workload in WORKLOADS:
        agreement.check(workload, installed()[0])


class Wrong(HandWritten):
    """Another rate."""

    name = "wrong"

    def __init__(self, workload):
        super().__init__(workload)
        self.values *= 1.01


def test_a_contender_that_computes_something_else_is_named():
    with pytest.raises(AssertionError, match="small, SGD: wrong against NumPy by hand"):
        agreement.check(SMALL, [HandWritten, Wrong])


def test_a_package_that_is_missing_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    found, missing = installed()
    assert "torch is not installed: left out" in missing
    assert {Minnet, HandWritten, Products} <= set(found)


def test_ratios_are_of_blocks_of_the_same_round():
    times = timing.Times({"a": np.array([2.0, 30.0, 4.0]), "b": np.array([1.0, 10.0, 1.0])})
    assert times.ratio("a", "b") == (3.0, 2.5, 3.5)
    assert times.ratio("b", "b") == (1.0, 1.0, 1.0)


def test_each_contender_has_one_block_in_each_round():
    done = []
    runs = {n: timing.Run(lambda: None, lambda n=n: done.append(n)) for n in "abc"}
    times = timing.taken_in_turns(runs, 7)
    assert [sorted(done[i : i + 3]) for i in range(0, 21, 3)] == [["a", "b", "c"]] * 7
    assert all(len(block) == 7 and (block >= 0).all() for block in times.blocks.values())


@pytest.mark.parametrize(("most", "least", "said"), [(1.25, 0, "missed"), (0, 1.2, "met")])
def test_a_target_is_met_or_missed(most, least, said):
    times = timing.Times({"a": np.array([1.5, 1.5]), "b": np.array([1.0, 1.0])})
    target = report.Target("x", "a", "b", most=most, least=least)
    assert target.row({"x": times}) == [
        "x", "a / b", "1.50", "at most 1.25" if most else "at least 1.2", said
    ]  # fmt: skip
    assert target.row({}) is None
    assert report.Target("x", "c", "b", most=1).row({"x": times}) is None


def test_imports_are_compared(monkeypatch):
    done = []
    monkeypatch.setattr(imports, "_python", done.append)
    imports.measure(rounds=2)
    assert sorted(done) == ["import minnet"] * 4 + ["import numpy"] * 4  # each once to warm up
    times = timing.Times({"minnet": np.array([0.3, 0.33]), "numpy": np.array([0.2, 0.22])})
    monkeypatch.setattr(imports, "taken_in_turns", lambda runs, rounds: times)
    assert imports.measure() == pytest.approx((1.5, 105.0))


def test_an_interpreter_that_fails_is_no_measurement():
    imports._python("import minnet")
    with pytest.raises(subprocess.CalledProcessError):
        imports._python("raise SystemExit(3)")


@pytest.mark.slow
def test_a_sweep_is_timed_with_one_process_and_with_two():
    seconds, ratio = sweeps.measure()  # by another interpreter: it must find its way there
    assert min(seconds, ratio) > 0


def test_the_slope_of_a_curve():
    work = [1.0, 2.0, 4.0]
    assert scaling.Curve("", "", work, [3.0, 12.0, 48.0]).slope == pytest.approx(2.0)


def test_the_scaling_plot_is_drawn(tmp_path):
    found = scaling.curves(rounds=1, sizes=2)
    assert [curve.name for curve in found] == ["rows", "width", "depth", "batch"]
    assert all(curve.times[0] == 1 for curve in found)
    scaling.plot(found, tmp_path / "new" / "scaling.png")
    assert (tmp_path / "new" / "scaling.png").stat().st_size > 10_000


def test_memory_of_a_workload_is_counted():
    peak = memory.of_fit(SMALL, 4096)
    assert peak.data == 4096 * (2 * 4 + 8)
    assert peak.activations == 8 * (2 + 5 + 5 + 3 + 3) * 4
    assert 4096 * 8 < peak.beside_data <= memory.allowed(peak, 4096)


def test_the_report_is_written(monkeypatch, tmp_path, capsys):
    kinds: list[type[Plain]] = [Minnet, HandWritten, Products]
    monkeypatch.setattr(program, "installed", lambda: (kinds, ["torch is not installed"]))
    monkeypatch.setattr(program, "WORKLOADS", [SMALL])
    monkeypatch.setattr(program.imports, "measure", lambda: (1.2, 20.0))
    monkeypatch.setattr(program.sweeps, "measure", lambda: (1.5, 1.8))
    found = [scaling.Curve("rows", "rows", [1.0, 2.0], [1.0, 2.0])]
    monkeypatch.setattr(program.scaling, "curves", lambda: found)
    monkeypatch.setattr(sys, "argv", ["benchmark", "--output", str(tmp_path), "--rounds", "3"])
    program.main()
    text = (tmp_path / "ratios.md").read_text(encoding="utf-8")
    assert text.strip() == capsys.readouterr().out.strip()
    for part in (
        "processor:",
        "torch is not installed",
        "| small, SGD |",
        "1.00 [1.00-1.00]",
        "1.80 times",
    ):
        assert part in text
    assert "minnet / NumPy by hand" in text
    assert "`import minnet` / `import numpy`: 1.20 (20 ms more)" in text
    assert "| rows | 1.00  | at most 1.05 |" in text
    assert (tmp_path / "scaling.png").exists()


@pytest.mark.parametrize("workload", stacks.WORKLOADS[:3], ids=lambda w: w.name)
def test_stacks_are_the_single_runs(workload):
    few = dataclasses.replace(workload, epochs=2)
    stacks.check_bits(few)
    assert all(run.stacked == stacks.RUNS for run in stacks.sweep(few, True))


@pytest.mark.slow
@pytest.mark.parametrize("workload", stacks.WORKLOADS[:3], ids=lambda w: w.name)
def test_the_other_stacks_compute_the_same_losses(workload):
    stacks.check_losses(dataclasses.replace(workload, epochs=2))
