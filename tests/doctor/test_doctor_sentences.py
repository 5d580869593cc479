"""What the messages say beyond their code: the place, the entry, the shape that was asked about."""

import pytest
import sixth_wrong
from doctor_corpus import CASES
from test_doctor_corpus import examine


def first_mistake(cls):
    (case,) = [case for case in CASES if case.source is cls]
    return examine(case, 0).mistakes[0]


@pytest.mark.parametrize(
    ("name", "where", "words"),
    [
        ("TransposedLoss", "input", "shape (3, 5), the prediction (5, 3). Transposed it is right"),
        ("FlattenedLoss", "input", "shape (15,), the prediction (5, 3). The numbers are right"),
        ("Normalized", "forward", "the output holds NaN: x[1] is [0., 0., 0.]"),
        ("Entropy", "forward", "the output holds NaN: x[1, 0] is 0"),
        ("PowerByLogarithm", "input", "the returned gradient holds NaN: x[0, 2] is 0"),
        ("GradientOfZeroOverZero", "input", "first at [0, 2], where the prediction is 0"),
        ("ValueOfZeroTimesLogZero", "forward", "NaN or inf for the arrays that were given"),
        ("RecurrentOverwrites", "Wh", "is set, but to zeros: in a loop over time"),
        ("RecurrentOverwritesInputs", "Wx", "holds the part of time step 0 of 6 alone"),
        ("FillsNothing", "w", "is set, but to zeros."),
        ("NeverSet", "w", "is never set."),
    ],
)
def test_the_sentence(name, where, words):
    mistake = first_mistake(getattr(sixth_wrong, name))
    assert mistake.where == where
    assert words in mistake.message
