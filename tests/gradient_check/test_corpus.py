"""The doctor on wrong and right layers and losses: all found, named, and none accused."""

import importlib

import pytest
from doctor_corpus import CASES

from minnet.gradient_check import check_layer, check_loss
from minnet.gradient_check.mistakes import CODES

for _module in (
    "wrong_dense",
    "wrong_elementwise",
    "wrong_normalization",
    "wrong_losses",
    "second_wrong_layers",
    "second_wrong_functions",
    "second_losses",
    "third_wrong",
    "fourth_wrong",
    "fifth_wrong",
    "sixth_wrong",
    "sixth_losses",
    "right_layers",
    "right_losses",
    "second_right_layers",
    "third_right",
    "sixth_right",
):
    importlib.import_module(_module)

WRONG = [case for case in CASES if case.code]
RIGHT = [case for case in CASES if not case.code]


def examine(case, seed):
    if case.kind == "loss":
        return check_loss(case.source, *case.shape, seed=seed)
    return check_layer(case.source, case.shape, seed=seed, **case.options)


def ids(cases):
    return [case.name for case in cases]


def test_the_collections_are_large_and_hold_every_code():
    assert len(WRONG) >= 80
    assert len(RIGHT) >= 40
    assert {case.code for case in WRONG} == set(CODES)


@pytest.mark.parametrize("case", WRONG, ids=ids(WRONG))
def test_a_wrong_one_is_found_and_named(case):
    report = examine(case, 0)
    assert [mistake.code for mistake in report.mistakes][:1] == [case.code], str(report)
    assert not any("It broke" in check.sentence for check in report.checks)


@pytest.mark.parametrize("case", RIGHT, ids=ids(RIGHT))
def test_a_right_one_is_not_accused(case):
    report = examine(case, 0)
    assert report.ok, str(report)
    assert not any("It broke" in check.sentence for check in report.checks)


@pytest.mark.slow
@pytest.mark.parametrize("case", RIGHT, ids=ids(RIGHT))
def test_a_right_one_is_not_accused_with_any_seed(case):
    for seed in range(1, 50):
        report = examine(case, seed)
        assert report.ok, f"seed {seed}: {report}"


@pytest.mark.slow
def test_at_least_95_percent_are_named_first_with_any_seed():
    first = [
        (case.code, (report := examine(case, seed)).mistakes and report.mistakes[0].code)
        for seed in range(1, 20)
        for case in WRONG
    ]
    assert all(code for _, code in first)
    assert sum(wanted == code for wanted, code in first) >= 0.95 * len(first)
