"""The line of a wrong gradient, in layers of several steps and in losses."""

import re
import sys

import pytest
from tape.marked_mistakes import MARKED

import minnet as mn
from minnet.gradient_check import check_layer, check_loss


def first_mistake(case):
    check = check_loss if issubclass(case.cls, mn.Loss) else check_layer
    return check(case.cls, *case.given).mistakes[0]


def line_of(mistake):
    return int(re.search(r"line (\d+)$", mistake.place).group(1))


LINE_BESIDE = {"ConvolutionPatchShifted"}  # the value that is wrong is made one line further up


@pytest.mark.parametrize("case", MARKED, ids=[case.cls.__name__ for case in MARKED])
def test_the_place_is_the_line_to_change(case):
    line = line_of(first_mistake(case))
    if case.cls.__name__ in LINE_BESIDE:
        assert line - 1 in case.lines
    else:
        assert line in case.lines


@pytest.mark.skipif(sys.version_info < (3, 11), reason="before Python 3.11 only lines are known")
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("GruUpdateGate", "sign-flipped", "but for the sign of what comes back through `1 - z`"),
        ("LstmCellPathMissing", "jacobian-term-missing", "missing is what comes back through `f *"),
        ("AttentionValuesPathMissing", "jacobian-term-missing", "is only a part of dL/dx:"),
        ("MeanOverTime", "constant-factor", "is exactly 5 times the true one"),
        ("BatchNormStepByStep", "local-derivative-missing", "divided by `self.var + 1e-5` (line"),
        ("AttentionKeysUntransposed", "transposed", "is transposed (.T) first"),
        ("TwoLayersTanhOfInput", "local-derivative-at-wrong-point", "where `np.tanh(self.z)`"),
        ("ConvolutionPaddingNotCut", "wrong-index", "has numbers of dL/dp (line"),
        ("RnnOutputBias", "wrong-index", "of the wrong step: with that it is dL/dWh"),
        ("SoftmaxAttentionPool", "unknown", "Right up to there: `grad * self.x` (line"),
    ],
)
def test_the_sentence_says_what_the_value_is(name, code, words):
    (case,) = [case for case in MARKED if case.cls.__name__ == name]
    mistake = first_mistake(case)
    assert mistake.code == code
    assert words in mistake.message
