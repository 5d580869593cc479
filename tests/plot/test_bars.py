"""When did a run reach its goal? And the door that all pictures of many runs share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.plot import steps_to_reach


def test_the_first_step_at_or_above_the_threshold_counts():
    curves = [[0.2, 0.9, 0.5, 1.0], [0.9, 0.1, 0.1, 0.1], [0.2, 0.3, 0.4, 0.89]]
    np.testing.assert_array_equal(steps_to_reach(curves, 0.9, [0, 2, 5, 7]), [2, 0, np.inf])
    np.testing.assert_array_equal(steps_to_reach(curves, 0.9), [1, 0, np.inf])
    np.testing.assert_array_equal(steps_to_reach(curves[0], 0.95, [0, 2, 5, 7]), [7])


@given(
    st.integers(1, 6).flatmap(
        lambda points: st.lists(
            st.lists(st.floats(0, 1), min_size=points, max_size=points), min_size=1, max_size=5
        )
    ),
    st.floats(0, 1),
)
def test_it_is_what_a_loop_finds(curves, threshold):
    steps = [3 * point for point in range(len(curves[0]))]
    expected = [
        next((step for step, value in zip(steps, run, strict=True) if value >= threshold), np.inf)
        for run in curves
    ]
    np.testing.assert_array_equal(steps_to_reach(curves, threshold, steps), expected)


@pytest.mark.parametrize(
    ("steps", "kind", "message"),
    [
        ([0, 1], ValueError, r"steps: expected one for each of the 3 points.*got \(2,\)"),
        ([[0, 1, 2]], ValueError, r"steps: expected one for each.*got \(1, 3\)"),
        ([0, 2, 1], ValueError, r"steps: expected numbers from 0 on that increase.*\[0, 2, 1\]"),
        ([0, 1, 1], ValueError, r"steps: expected numbers from 0 on that increase"),
        ([-1, 1, 2], ValueError, r"steps: expected numbers from 0 on that increase"),
        ([0, 1, np.inf], ValueError, r"steps: expected finite numbers, got steps\[2\] = inf"),
        (["a", "b", "c"], TypeError, r"steps: expected an array of numbers"),
    ],
)
def test_bad_steps(steps, kind, message):
    with pytest.raises(kind, match=rf"mn\.plot\.steps_to_reach: {message}"):
        steps_to_reach([[0.1, 0.2, 0.3]], 0.5, steps)


@pytest.mark.parametrize(
    ("curves", "threshold", "kind", "message"),
    [
        ([[0.1, 0.2]], "a", TypeError, r"threshold: expected a finite number, got 'a'"),
        ([[0.1, 0.2]], np.nan, ValueError, r"threshold: expected a finite number, got nan"),
        ([[0.1, np.nan]], 0.5, ValueError, r"finite numbers.*\[0, 1\] = nan"),
        ([[0.1, 0.2], [0.3]], 0.5, TypeError, r"expected an array of numbers"),
        ([], 0.5, ValueError, r"expected data"),
    ],
)
def test_bad_curves_and_thresholds(curves, threshold, kind, message):
    with pytest.raises(kind, match=rf"mn\.plot\.steps_to_reach: .*{message}"):
        steps_to_reach(curves, threshold)
