"""From suspects to findings: each cause is tried, in the order of causes before consequences."""

from __future__ import annotations

import copy
from collections.abc import Iterable
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
        self._confirm([*suspects, *steps.regularized(e)])
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

    def _confirm(self, suspects: Iterable[Suspect]) -> None:
        """Try each suspect; a change that helps is kept for the next ones."""
        for suspect in suspects:
            if suspect.certain or suspect.change is None or CODES[suspect.code].always_remark:
                if not suspect.quiet:
                    self._add(suspect, suspect.certain)
                continue
            if self.e.time_left < 0.1:
                continue
            self.bar.set_description(suspect.code)
            outcome = self._trial(suspect.change, share=0.15)
            if self._helps(outcome):
                self._keep(suspect, outcome)
            elif not suspect.quiet and self.baseline.relative > LEARNED:
                self._add(suspect, False)

    def _helps(self, outcome: Outcome) -> bool:
        """Clearly better; much better where the training learns anyway."""
        if self.now.relative <= LEARNED:
            much = outcome.relative <= 0.4 * self.now.relative and self.now.relative > 0.2
            return much
        return outcome.clearly_better_than(self.now)

    def _keep(self, suspect: Suspect, outcome: Outcome) -> None:
        epochs = f"the same {self.e.epochs} epochs"
        where = "" if suspect.code == "too-few-steps" else f" in {epochs}"
        evidence = (
            f"{suspect.without or 'without it'}: {self.now.described()} -> {outcome.described()}"
            f"{where} (loss: part of that of the best constant answer)."
        )
        assert suspect.change is not None
        self.kept.append(suspect.change)
        self.now = outcome
        self._add(suspect, True, f" {evidence[0].upper()}{evidence[1:]}")

    def _rates(self) -> None:
        """Other rates and more steps, if what was found so far does not explain it."""
        e = self.e
        certain = any(f.severity == "mistake" and f.code != "wrong-backward" for f in self.findings)
        if self.now.relative <= LEARNED or (certain and not self.kept):
            return
        order = [steps.steps, steps.rates] if e.steps < 60 else [steps.rates, steps.steps]
        for rule in order:
            if self.now.relative > LEARNED and e.time_left > 0.05:
                for suspect in rule(e, self.kept, self.now):
                    assert suspect.change is not None
                    outcome = self._trial(suspect.change, share=0.3)
                    if self._helps(outcome) and (self.now.complete or self.now.relative > 0.9):
                        self._keep(suspect, outcome)

    def _unlearnable(self, suspects: list[Suspect]) -> None:
        """What no change has made learn: random labels, or a network that learns nothing."""
        e = self.e
        if self.now.relative <= LEARNED or any(f.severity == "mistake" for f in self.findings):
            return
        if e.time_left > 0.05:
            batch = list(steps.one_batch(e, self.kept))
            for suspect in batch:
                self._add(suspect, suspect.certain)
            for suspect in suspects:
                if suspect.code == "labels-look-random" and not batch:
                    message = f"{suspect.message}; a batch can be learned by heart, the rest not."
                    changed = copy.copy(suspect)
                    changed.message = message
                    self._add(changed, True)

    def _add(self, suspect: Suspect, mistake: bool, evidence: str = "") -> None:
        if CODES[suspect.code].always_remark:
            mistake = False
        severity = "mistake" if mistake else "remark"
        self.findings.append(
            Finding(
                suspect.code, severity, suspect.place, suspect.message + evidence, suspect.next_step
            )
        )
