"""From suspects to findings: each cause is tried, in the order of causes before consequences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from minnet.training.progress_bar import can_show
from minnet.training_check.codes import CODES, RANK
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.report import Finding, TrainingReport
from minnet.training_check.rules import inputs, labels, network, start, steps
from minnet.training_check.trial import Change, Outcome

LEARNED = 0.6
"""Below this part of the loss of the best constant answer, a training is said to learn."""

_RULES = (*labels.RULES, *inputs.RULES, *network.RULES, *start.RULES)


def diagnose(e: Examination, progress: bool) -> TrainingReport:
    """All findings of one examination."""
    with _bar(progress) as bar, np.errstate(all="ignore"):
        diagnosis = _Diagnosis(e, bar)
        diagnosis.examine()
    report = TrainingReport(diagnosis.findings, diagnosis.summary)
    report.sort()
    return report


def _bar(shown: bool) -> Any:
    from tqdm.auto import tqdm  # takes 50 ms: imported when it is needed

    return tqdm(desc="check_training", unit="trial", disable=not (shown and can_show()), leave=False)


class _Diagnosis:
    """Findings so far, the changes that helped, and how the training goes with them."""

    def __init__(self, e: Examination, bar: Any) -> None:
        self.e, self.bar = e, bar
        self.findings: list[Finding] = []
        self.kept: list[Change] = []
        self.summary = ""

    def examine(self) -> None:
        """Rules first, then trials."""
        e = self.e
        suspects = []
        for rule in _RULES:
            self.bar.set_description(rule.__name__.replace("_", " "))
            try:
                suspects += list(rule(e))
            except (ArithmeticError, ValueError, TypeError, IndexError):
                if e.refusal is None:
                    raise
        suspects.sort(key=lambda s: RANK[s.code])
        if e.refusal is not None:
            self._refused(suspects)
            return
        self.baseline = self.now = self._trial()
        self.summary = f"As it is: {self.baseline.described()} of that of the best constant answer."
        suspects += steps.regularized(e)
        unsolved = self._confirm(suspects)
        if self.now.relative > LEARNED:
            unsolved = self._together(unsolved)
        for suspect in unsolved:
            if suspect.always or (not suspect.quiet and self.baseline.relative > LEARNED):
                self._add(suspect, False)
        self._rates()
        self._unlearnable(suspects)
        for suspect in steps.swinging(e, self.baseline):
            self._add(suspect, False)

    def _refused(self, suspects: list[Suspect]) -> None:
        """`fit` would refuse: what explains it is a mistake, all else a remark."""
        for suspect in suspects:
            if suspect.certain or not suspect.quiet:
                self._add(suspect, suspect.certain)
        if not any(f.severity == "mistake" for f in self.findings):
            message = " ".join(str(self.e.refusal).split())
            step = message.rpartition(". ")[2] or "print(x.shape, y.shape)"
            self._add(Suspect("fit-refuses", message.partition(":")[0], message, step), True)
        self.summary = "fit refuses this training."

    def _trial(self, *changes: Change, share: float = 0.25) -> Outcome:
        self.bar.update()
        return self.e.run(*self.kept, *changes, share=share)

    def _confirm(self, suspects: Iterable[Suspect]) -> list[Suspect]:
        """Try each suspect; a change that helps is kept for the next ones. Returns the others."""
        unsolved = []
        for suspect in suspects:
            if suspect.certain or suspect.change is None:
                if not suspect.quiet:
                    self._add(suspect, suspect.certain)
                continue
            self.bar.set_description(suspect.code)
            outcome = self._trial(suspect.change, share=0.15) if self.e.time_left > 0.1 else None
            if outcome is not None and self._helps(outcome):
                self.kept.append(suspect.change)
                self._confirmed([suspect], outcome)
            else:
                unsolved.append(suspect)
        return unsolved

    def _together(self, unsolved: list[Suspect]) -> list[Suspect]:
        """Two causes may hide each other: remove all, then find out which are needed."""
        group = [s for s in unsolved if s.change is not None and not s.quiet]
        for factor in (1.0, 0.1, 10.0):
            if (len(group) < 2 and factor == 1.0) or not group or self.e.time_left < 0.2:
                continue
            rate = [] if factor == 1.0 else [partial(steps.rate_times, factor)]
            outcome = self._trial(*_changes(group), *rate, share=0.15)
            if not self._helps(outcome):
                continue
            for suspect in list(group):
                if len(group) + len(rate) > 1 and self.e.time_left > 0.05:
                    rest = [s for s in group if s is not suspect]
                    without = self._trial(*_changes(rest), *rate, share=0.1)
                    if without.relative < 1.3 * outcome.relative or without.relative < 0.3:
                        group = rest
            if group:
                self.kept += [*_changes(group), *rate]
                self._confirmed(group, outcome, rate)
                return [s for s in unsolved if s not in group]
        return unsolved

    def _helps(self, outcome: Outcome) -> bool:
        """Clearly better; much better where the training learns anyway."""
        if self.now.relative <= LEARNED:
            return outcome.relative <= 0.4 * self.now.relative and self.now.relative > 0.2
        return outcome.clearly_better_than(self.now)

    def _confirmed(self, group: list[Suspect], outcome: Outcome, rate: Sequence[Any] = ()) -> None:
        """What a trial without these causes has shown."""
        names = " and ".join(dict.fromkeys(s.without for s in group))
        if rate:
            names += f" and {rate[0].args[0]:g} times the rate"
        where = "" if group[0].code == "too-few-steps" else f" in the same {self.e.epochs} epochs"
        evidence = (
            f" {names[0].upper()}{names[1:]}: {self.now.described()} -> {outcome.described()}"
            f"{where} (loss: part of that of the best constant answer)."
        )
        self.now = outcome
        for suspect in group:
            self._add(suspect, True, evidence)

    def _rates(self) -> None:
        """Other rates and more steps, if what was found so far does not explain it."""
        e = self.e
        certain = any(f.severity == "mistake" and f.code != "wrong-backward" for f in self.findings)
        if certain and not self.kept:
            return
        for rule in [steps.steps, steps.rates] if e.steps < 60 else [steps.rates, steps.steps]:
            for suspect in rule(e, self.kept, self.now) if self._fails() else ():
                assert suspect.change is not None
                outcome = self._trial(suspect.change, share=0.3)
                if self._helps(outcome) and steps.generalizes(e, [*self.kept, suspect.change]):
                    self.kept.append(suspect.change)
                    self._confirmed([suspect], outcome)
                    break

    def _fails(self) -> bool:
        swings = steps.oscillates(self.now) and self.now.relative > 0.2
        return self.e.time_left > 0.05 and (self.now.relative > LEARNED or swings)

    def _unlearnable(self, suspects: list[Suspect]) -> None:
        """What no change has made learn: random labels, or a network that learns nothing."""
        e = self.e
        known = {f.code for f in self.findings if f.severity == "mistake"}
        for suspect in suspects:
            if suspect.code == "labels-look-random" and not known and e.time_left > 0.05:
                for found in steps.random_labels(e, self.kept, suspect):
                    self._add(found, True)
                    return
        if self.now.relative > LEARNED and known <= {"wrong-backward"} and e.time_left > 0.05:
            for found in steps.one_batch(e, self.kept):
                self._add(found, found.certain)

    def _add(self, suspect: Suspect, mistake: bool, evidence: str = "") -> None:
        if CODES[suspect.code].always_remark:
            mistake = False
        severity = "mistake" if mistake else "remark"
        self.findings.append(
            Finding(
                suspect.code, severity, suspect.place, suspect.message + evidence, suspect.next_step
            )
        )


def _changes(group: Iterable[Suspect]) -> list[Change]:
    return [suspect.change for suspect in group if suspect.change is not None]
