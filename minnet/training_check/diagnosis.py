"""From suspects to findings: each cause is tried, in the order of causes before consequences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from minnet.training_check.codes import CODES, RANK
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.report import Finding, TrainingReport
from minnet.training_check.rules import inputs, network, start, steps, targets
from minnet.training_check.trial import ERRORS, Change, Outcome
from minnet.utils.progress_bar import can_show, new_bar

LEARNED = 0.6
"""Below this part of the loss of the best constant answer, a training is said to learn.

(If it begins below, it must fall by a twentieth, or to 0.3.)
"""

WEAK = ("wrong-backward", "conflicting-labels")
"""A training may learn in spite of these."""

_RULES = (*targets.RULES, *inputs.RULES, *network.RULES, *start.RULES, *steps.RULES)


def diagnose(e: Examination, progress: bool) -> TrainingReport:
    """All findings of one examination."""
    bar = new_bar(100, "%", "check_training") if progress and can_show() else None
    diagnosis = _Diagnosis(e, bar)
    try:
        with np.errstate(all="ignore"):
            diagnosis.examine()
    finally:
        if bar is not None:
            bar.close()
    return TrainingReport(diagnosis.findings, diagnosis.summary)


class _Diagnosis:
    """Findings so far, the changes that helped, and how the training goes with them."""

    def __init__(self, e: Examination, bar: Any) -> None:
        self.e, self.bar = e, bar
        self.findings: list[Finding] = []
        self.kept: list[Change] = []
        self.summary = "fit refuses this training."

    def examine(self) -> None:
        """Rules first, then trials."""
        suspects: list[Suspect] = []
        failed: list[str] = []
        for rule in _RULES:
            try:
                suspects += rule(self.e)
            except Exception as error:  # data or parts that `fit` refuses do not suit each rule
                failed.append(f"{rule.__name__} ({type(error).__name__})")
        suspects.sort(key=lambda suspect: RANK[suspect.code])
        if self.e.refusal is not None:
            self._refused(self.e.refusal, suspects)
            return
        try:
            start = self.e.part.relative_loss(self.e.x, self.e.y, self.e.part.weight)
        except ERRORS:  # not finite
            start = math.inf
        self.learned = min(LEARNED, max(0.3, 0.95 * start))
        self.baseline = self.now = self._trial()
        self.summary = f"As it is: {self.now} (of that of the best constant answer)."
        if failed:
            self.summary += f" Rules that could not be asked: {', '.join(failed)}."
        self.failed = self._fails
        unsolved = self._together(self._confirm(suspects))
        for suspect in unsolved:
            if suspect.remark in ("always", "only") or (self.failed and suspect.remark == "fails"):
                self._add(suspect)
        if not self._random(suspects):
            self._optimizer()
            self._by_heart()
        for suspect in steps.swinging(self.e, self.baseline):
            self._add(suspect)

    def _refused(self, refusal: Exception, suspects: list[Suspect]) -> None:
        """What explains the refusal of `fit` is a mistake, all else a remark."""
        for suspect in suspects:
            if suspect.certain or suspect.remark != "never":
                self._add(suspect, suspect.certain)
        if not any(finding.severity == "mistake" for finding in self.findings):
            message = " ".join(str(refusal).split()) or type(refusal).__name__
            place, step = message.partition(": ")[0], message.rpartition(". ")[2]
            self._add(Suspect("fit-refuses", place, message, step=step), True)

    def _trial(self, *changes: Change) -> Outcome:
        if self.bar is not None:  # it shows how much of the time is used
            self.bar.update(round(100 - 100 * self.e.time_left) - self.bar.n)
        return self.e.run(*self.kept, *changes)

    def _confirm(self, suspects: list[Suspect]) -> list[Suspect]:
        """Try each suspect; a change that helps is kept for the next ones. Returns the others."""
        unsolved = []
        for suspect in suspects:
            if suspect.certain or (suspect.change is None and suspect.remark != "never"):
                if self.failed or suspect.remark != "fails":
                    self._add(
                        suspect, suspect.certain and (self.failed or suspect.code not in WEAK)
                    )
            elif suspect.change is not None:
                outcome = self._trial(suspect.change)
                if self._helps(outcome):
                    self._confirmed([suspect], outcome)
                elif not self._slower(suspect, outcome):
                    unsolved.append(suspect)
        return unsolved

    def _slower(self, suspect: Suspect, outcome: Outcome) -> bool:
        """A training that learns, but would learn better without the cause: a remark."""
        before, after = self.now.relative, outcome.relative
        if 0.05 < before <= self.learned and after <= 0.7 * before:
            self._add(suspect, False, self._evidence([suspect], outcome))
            return True
        return False

    def _together(self, unsolved: list[Suspect]) -> list[Suspect]:
        """Two causes may hide each other: remove all, then find out which are needed."""
        group = [s for s in unsolved if s.change is not None and s.remark != "never"]
        for factor in (1.0, 0.1, 10.0) if self._fails and group else ():
            rate = [partial(steps.rate_times, factor)] if factor != 1 else []
            outcome = self._trial(*_changes(group), *rate)
            if not self._helps(outcome) or len(group) + len(rate) < 2:
                continue
            for suspect in list(group):
                rest = [other for other in group if other is not suspect]
                without = self._trial(*_changes(rest), *rate)
                if without.relative < max(1.3 * outcome.relative, 0.3):
                    group = rest
            if group:
                self.kept += rate
                self._confirmed(group, outcome, f" and {factor:g} times the rate" if rate else "")
                return [suspect for suspect in unsolved if suspect not in group]
        return unsolved

    def _helps(self, outcome: Outcome) -> bool:
        """It learns, and clearly better; much better, where the training learns anyway."""
        before, after = self.now.relative, outcome.relative
        if not self._fails:
            return before > 0.4 and after <= 0.4 * before
        return after <= min(0.8, 0.7 * before)

    def _evidence(self, group: list[Suspect], outcome: Outcome, more: str = "") -> str:
        """How much a trial without these causes has helped."""
        names = " and ".join(dict.fromkeys(s.without or CODES[s.code].without for s in group))
        same = f" in the same {self.e.all.epochs} epochs"
        where = "" if group[0].code == "too-few-steps" else same
        return (
            f" {names[0].upper()}{names[1:]}{more}: {self.now} -> {outcome}{where} (the loss: of "
            f"that of the best constant answer)."
        )

    def _confirmed(self, group: list[Suspect], outcome: Outcome, more: str = "") -> None:
        """A trial without these causes has shown that they keep the network from learning."""
        for suspect in group:
            self._add(suspect, True, self._evidence(group, outcome, more))
        self.now = outcome
        self.kept += _changes(group)

    def _optimizer(self) -> None:
        """Other rates and more steps, if what was found so far does not explain it."""
        explained = bool(self._mistakes - {"wrong-backward"})
        rules = [steps.rates, steps.more_epochs] if self.kept or not explained else []
        for rule in rules if self.e.steps >= 60 else reversed(rules):
            swings = steps.oscillates(self.now) and self.now.relative > 0.2
            for suspect in rule(self.e, self.kept, self.now) if self._fails or swings else ():
                outcome = suspect.outcome or self._trial(*_changes([suspect]))
                changes = [*self.kept, *_changes([suspect])]
                if self._helps(outcome) and steps.generalizes(self.e, changes):
                    self._confirmed([suspect], outcome)
                    break

    @property
    def _fails(self) -> bool:
        return self.now.relative > self.learned

    @property
    def _mistakes(self) -> set[str]:
        return {finding.code for finding in self.findings if finding.severity == "mistake"}

    def _random(self, suspects: list[Suspect]) -> bool:
        """Are the labels random? Then no rate helps."""
        for suspect in suspects:
            if suspect.code == "labels-look-random" and not self._mistakes:
                for found in steps.random_labels(self.e, self.kept, suspect):
                    self._add(found, True)
                    return True
        return False

    def _by_heart(self) -> None:
        """What nothing has made learn: can it learn a few rows by heart?"""
        if self._fails and self._mistakes <= {"wrong-backward"}:
            for found in steps.one_batch(self.e, self.kept):
                self._add(found, found.certain)

    def _add(self, suspect: Suspect, mistake: bool = False, evidence: str = "") -> None:
        code, confirmed = CODES[suspect.code], mistake and not evidence
        severity = "mistake" if mistake and (confirmed or code.remark != "only") else "remark"
        step = suspect.step or code.next_step
        message = suspect.message + evidence
        self.findings.append(Finding(suspect.code, severity, suspect.place, message, step))


def _changes(group: Sequence[Suspect]) -> list[Change]:
    return [suspect.change for suspect in group if suspect.change is not None]
