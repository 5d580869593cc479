"""The words under the table say what the numbers say, whatever the numbers are."""

import doctest
import math
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def runs(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import learning_speed_runs

    return learning_speed_runs


@pytest.fixture
def report(runs):
    import learning_speed_report

    return learning_speed_report


def found(runs, report, first):
    """The findings for 3 seeds that reach the goal at these steps: situation -> (CE, MSE)."""
    watched = tuple(range(21))
    results = {
        s: {
            loss: runs.Curves(
                np.ones((3, 21)),
                np.array([[float(step >= reached) for step in watched]] * 3),
                np.full((3, 20), gradient),
            )
            for loss, reached, gradient in zip(runs.LOSSES, first[s], (0.6, 0.2), strict=True)
        }
        for s in runs.SITUATIONS
    }
    rates = {(t, s, loss): 3.0 for t, s, _ in runs.SITUATIONS for loss in runs.LOSSES}
    rates["iris", "saturated", "squared error"] = 100.0
    return report.findings(results, rates, watched), report.comparison_table(
        results, rates, watched
    )


def test_the_words_say_what_the_numbers_say(runs, report):
    first = dict.fromkeys(runs.SITUATIONS, (4, 8))
    equal, tied, behind, never, neither = runs.SITUATIONS[1:6]
    first.update(
        {tied: (7, 7), equal: (10, 11), behind: (12, 6), never: (5, 99), neither: (99, 99)}
    )
    sentences, table = found(runs, report, first)
    text = "\n".join(sentences)
    assert "needs fewer in 5 of 8 comparisons" in text
    assert f"Farthest apart: {', '.join(never)} (5 against > 20)." in text
    both = f"{', '.join(equal)} (10 against 11); {', '.join(tied)} (7 against 7)"
    assert f"nearly vanishes (a factor below 1.5): {both}." in text
    assert f"Squared error needs fewer: {', '.join(behind)} (12 against 6)." in text
    assert f"under either: {', '.join(neither)} (> 20 against > 20)." in text
    assert text.count("0.6 against 0.2 on iris (3.0 times)") == 2
    assert "3 and 100 on iris, saturated start (an end of the grid)" in text
    assert "is 1 to 33 times as large" in text
    assert f"from +0.000 ({', '.join(runs.SITUATIONS[0])}) to +1.000 ({', '.join(never)})" in text
    rows = [line.split() for line in table.splitlines()[2:]]
    assert len(rows) == 16
    # to 90 %, never, to 95 %, never, first in, accuracy at the end
    at = 2 * runs.SITUATIONS.index(never)
    assert rows[at][-6:] == ["5", "0", "5", "0", "3", "1.000"]
    assert rows[2 * runs.SITUATIONS.index(tied)][-2] == "0"  # a tie is nobody's win
    assert rows[at + 1][-8:] == [">", "20", "3", ">", "20", "3", "0", "0.000"]


def test_where_nothing_is_to_be_said_the_words_say_so(runs, report):
    sentences, _ = found(runs, report, dict.fromkeys(runs.SITUATIONS, (4, 8)))
    text = "\n".join(sentences)
    assert "needs fewer in 8 of 8 comparisons" in text
    assert "(a factor below 1.5): nowhere." in text
    assert "Squared error needs fewer: nowhere." in text
    assert "under either: nowhere." in text


def test_the_lag_of_medians(report):
    assert report.lag(4, 10) == 2.5
    assert report.lag(0, 3) == 3  # a start that has the accuracy already counts as one step
    assert report.lag(4, math.inf) == math.inf
    assert report.lag(math.inf, 4) == 0
    assert math.isnan(report.lag(math.inf, math.inf))


def test_the_examples_in_the_docstrings_hold(report):
    result = doctest.testmod(report)
    assert result.attempted
    assert not result.failed
