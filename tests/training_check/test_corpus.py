"""What the doctor says of the corpus: wrong trainings are named, right ones left alone."""

from __future__ import annotations

import pytest
from training_check.corpus import (
    right_examples,
    right_mixed,
    right_settings,
    right_tasks,
    wrong_data,
    wrong_layers,
    wrong_mixed,
    wrong_network,
    wrong_posts,
    wrong_settings,
)
from training_check.corpus.case import Case

from minnet.training_check.codes import CODES

WRONG: list[Case] = [
    *(*wrong_data.CASES, *wrong_layers.CASES, *wrong_mixed.CASES, *wrong_network.CASES),
    *(*wrong_posts.CASES, *wrong_settings.CASES),
]
RIGHT: list[Case] = [
    *(*right_examples.CASES, *right_mixed.CASES, *right_settings.CASES, *right_tasks.CASES)
]

EVERY_DAY = {
    *("one_row_repeated", "milliseconds_since_1970", "one_and_two", "species_from_one"),
    *("labels_divided_by_their_maximum", "one_hot_transposed", "features_rounded_away"),
    *("eight_flowers", "validated_on_the_first_hundred_rows", "logits_into_binary_cross_entropy"),
    *("softmax_for_yes_or_no", "images_into_a_linear", "five_outputs_for_ten_digits"),
    *("two_softmaxes", "several_labels_behind_a_softmax", "penguins_in_grams"),
    *(
        "the_same_constant_everywhere",
        "labels_minus_one",
        "a_loss_that_climbs",
        "classes_ten_twenty_thirty",
    ),
}

TIME = 60.0
"""Enough for all trials, also on a busy machine: then the findings do not depend on it."""


def codes(case: Case, seed: int = 0) -> list[str]:
    report = case.make().check(seed=seed, seconds=TIME, progress=False)
    for finding in report.findings:
        assert finding.place
        assert finding.message
        assert finding.next_step
    return [finding.code for finding in report.findings]


def test_the_corpus_has_two_wrong_trainings_for_each_code() -> None:
    first = [case.codes[0] for case in WRONG]
    assert len(WRONG) >= 82
    assert len(RIGHT) >= 60
    assert set(first) <= set(CODES)
    counts = {code: first.count(code) for code in CODES if code != "fit-refuses"}
    assert min(counts.values()) >= 2, counts


@pytest.mark.parametrize("case", [c for c in WRONG if c.name in EVERY_DAY], ids=lambda c: c.name)
def test_a_sample_of_wrong_trainings_is_named(case: Case) -> None:
    assert codes(case)[0] in case.codes


@pytest.mark.parametrize("case", RIGHT[:8:3], ids=lambda c: c.name)
def test_a_sample_of_right_trainings_is_left_alone(case: Case) -> None:
    assert case.make().check(seconds=TIME, progress=False).ok


@pytest.mark.slow
def test_wrong_trainings_are_named() -> None:
    found = {case.name: codes(case) for case in WRONG}
    missed = [case.name for case in WRONG if not set(found[case.name]) & set(case.codes)]
    later = [
        case.name
        for case in WRONG
        if found[case.name][:1] and found[case.name][0] not in case.codes
    ]
    assert len(missed) <= 0.1 * len(WRONG), missed
    assert len(missed) + len(later) <= 0.25 * len(WRONG), later


@pytest.mark.slow
@pytest.mark.parametrize("case", RIGHT, ids=lambda c: c.name)
def test_right_trainings_are_left_alone(case: Case, seeds: range) -> None:
    for seed in seeds:
        report = case.make().check(seed=seed, seconds=TIME, progress=False)
        assert report.ok, f"seed {seed}: {report}"
