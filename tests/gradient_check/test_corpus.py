"""The gradient check finds and names every mistake of the corpus, and accuses no right class."""

import pytest
from corpus.cases import check, load, parameters

from minnet.gradient_check.mistakes import CODES

WRONG = [case for case in load() if case.code]
RIGHT = [case for case in load() if not case.code]


FIRST_OF_ITS_CODE = {(case.code, case.source.__module__): case for case in reversed(WRONG)}


def test_the_corpus_is_large_and_has_every_code():
    assert len(WRONG) >= 385
    assert len(RIGHT) >= 139
    assert {case.code for case in WRONG} == {c for c in CODES if not c.startswith("optimizer-")}


@pytest.mark.parametrize("case", parameters(WRONG, FIRST_OF_ITS_CODE.values()))
def test_a_mistake_is_found_and_named(case):
    report = check(case, 0)
    assert [mistake.code for mistake in report.mistakes][:1] == [case.code], str(report)
    assert not any("It broke" in c.sentence for c in report.checks)


@pytest.mark.parametrize("case", parameters(RIGHT, RIGHT[::2]))
def test_a_right_class_is_not_accused(case):
    report = check(case, 0)
    assert report.ok, str(report)
    assert not any("It broke" in c.sentence for c in report.checks)


def first_mistake(name):
    (case,) = [case for case in WRONG if case.source.__name__ == name]
    return check(case).mistakes[0]


@pytest.mark.parametrize(
    ("name", "where", "words"),
    [
        (
            "TransposedLoss",
            "input",
            "the prediction (5, 3). Your gradient is exactly the transpose",
        ),
        ("FlattenedLoss", "input", "shape (15,), the prediction (5, 3). The numbers are right"),
        ("Normalized", "forward", "the output holds NaN: x[1] is [0., 0., 0.]"),
        ("Entropy", "forward", "the output holds NaN: x[1, 0] is 0"),
        ("PowerByLogarithm", "input", "the returned gradient holds NaN: x[0, 2] is 0"),
        ("GradientOfZeroOverZero", "input", "first at [0, 2], where the prediction is 0"),
        ("ValueOfZeroTimesLogZero", "forward", "NaN or inf for the arrays that were given"),
        ("RecurrentOverwrites", "Wh", "is set, but to zeros: in a loop over time"),
        ("RecurrentOverwritesInputs", "Wx", "for one step of the loop alone"),
        ("FillsNothing", "w", "is set, but to zeros."),
        ("NeverSet", "w", "is never set."),
        ("SquareWeight", "input", "is grad @ W where grad @ W.T belongs; `W` is square"),
        ("SquareWeightOtherWay", "input", "is grad @ W.T where grad @ W belongs; `W` is square"),
        ("SoftmaxOfOnes", "input", "is zero but for rounding, as it is for a gradient of"),
        ("SoftmaxOfZeros", "input", "Yours is zero everywhere, as it is for a gradient of ones"),
        ("SoftmaxLossOverAll", "forward", "its softmax runs over the whole array"),
        ("SoftmaxLossOverSamples", "forward", "its softmax runs over axis 0, the samples"),
        ("NoMeanAndWrongSign", "input", "lacks mean(q) and has the wrong sign before xhat mean"),
        ("BatchNormGain", "gamma", "With its initial parameters (gains 1, biases 0) it happens"),
    ],
)
def test_the_message_says_more_than_the_code(name, where, words):
    mistake = first_mistake(name)
    assert mistake.where == where
    assert words in mistake.message


@pytest.mark.slow
@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.name)
def test_a_right_class_is_not_accused_with_any_seed(case, seeds):
    for seed in seeds:
        report = check(case, 1 + seed)
        assert report.ok, f"seed {1 + seed}: {report}"


@pytest.mark.slow
def test_at_least_95_percent_are_named_first_with_any_seed(seeds):
    first = [
        (case.code, (report := check(case, 1 + seed)).mistakes and report.mistakes[0].code)
        for seed in seeds
        for case in WRONG
    ]
    assert all(code for _, code in first)
    assert sum(wanted == code for wanted, code in first) >= 0.95 * len(first)
