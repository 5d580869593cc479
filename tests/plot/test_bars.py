"""Bars: counts, the first step at a threshold, and medians of many runs."""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from minnet import plot
from minnet.plot import step_counts, steps_to_reach, style


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


mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_each_bar_is_as_high_as_its_count_and_says_so():
    ax = step_counts({"first": 67, "second": 0, "third": 16}, title="mine", quantity="epochs")
    assert [bar.get_height() for bar in ax.patches] == [67, 0, 16]
    assert [text.get_text() for text in ax.texts] == ["67", "0", "16"]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["first", "second", "third"]
    assert (ax.get_title(), ax.get_ylabel()) == ("mine", "epochs")
    assert len({bar.get_hatch() for bar in ax.patches}) == 3
    assert len({bar.get_facecolor() for bar in ax.patches}) == 3
    assert ax.get_ylim()[1] > 67


@pytest.mark.parametrize(
    ("counts", "kind", "message"),
    [
        ([1, 2], TypeError, r"counts: expected a dict"),
        ({}, ValueError, r"counts: expected at least one name"),
        ({"a": 1.5}, ValueError, r"counts\['a'\]: expected a whole number >= 0, got 1.5"),
        ({"a": -1}, ValueError, r"counts\['a'\]: expected a whole number >= 0, got -1"),
        ({"a": "many"}, TypeError, r"counts\['a'\]: expected a whole number"),
    ],
)
def test_bad_counts(counts, kind, message):
    with pytest.raises(kind, match=rf"mn\.plot\.step_counts: {message}"):
        step_counts(counts)


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def bars(ax):
    """Every bar that has a place of its own, from left to right."""
    return sorted((bar for bar in ax.patches if bar.get_width()), key=lambda bar: bar.get_x())


def labels_of_bars(ax):
    return [text.get_text() for text in sorted(ax.texts, key=lambda text: text.xy[0])]


class TestMedianSteps:
    # Steps to 0.9: 10, 10, 30 and never. Steps to 0.5: 0, 10, 10, 30.
    FOUR = np.array([[0.6, 0.9, 0.8], [0.1, 0.95, 1.0], [0.1, 0.5, 0.9], [0.4, 0.4, 0.6]])
    AT = (0, 10, 30)

    def test_a_bar_is_as_high_as_the_median(self):
        ax = plot.median_steps({"one": self.FOUR}, (0.5, 0.9), self.AT)
        assert [bar.get_height() for bar in bars(ax)] == [10, 20]
        assert labels_of_bars(ax) == ["10", "20\n1 of 4\nnever"]

    def test_where_half_of_the_runs_never_arrive_the_bar_is_empty(self):
        ax = plot.median_steps({"one": self.FOUR[2:], "two": self.FOUR[:2]}, (0.9,), self.AT)
        empty, full = bars(ax)
        assert empty.get_height() == 30
        assert empty.get_facecolor()[3] == 0
        assert full.get_height() == 10
        assert full.get_facecolor()[3] == 1
        assert labels_of_bars(ax) == ["> 30\n1 of 2\nnever", "10"]

    def test_bars_do_not_overlap_and_are_centred_on_their_tick(self):
        names = dict.fromkeys(("one", "two", "three"), self.FOUR)
        ax = plot.median_steps(names, (0.5, 0.9), self.AT)
        edges = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars(ax)]
        assert len(edges) == 6
        for (_, right), (left, _) in itertools.pairwise(edges):
            assert right < left
        for tick, group in enumerate((edges[:3], edges[3:])):
            assert np.mean(group) == pytest.approx(tick)
        assert [text.get_text() for text in ax.get_xticklabels()] == ["50%", "90%"]

    def test_the_legend_shows_full_bars_also_where_all_are_empty(self):
        ax = plot.median_steps({"one": self.FOUR[3:], "two": self.FOUR[3:]}, (0.9,), self.AT)
        assert legend_of(ax) == ["one", "two"]
        shown = ax.get_legend().get_patches()
        assert [to_hex(p.get_facecolor()).upper() for p in shown] == list(style.COLOURS[:2])
        assert shown[0].get_hatch() != shown[1].get_hatch()

    def test_the_text_on_the_highest_bar_stays_inside(self):
        ax = plot.median_steps({"one": self.FOUR[3:]}, (0.9,), self.AT)
        ax.figure.canvas.draw()
        top = max(text.get_window_extent().y1 for text in ax.texts)
        assert top < ax.get_window_extent().y1

    def test_medians_of_0_draw_too(self):
        ax = plot.median_steps({"one": [[1.0, 1.0]]}, (0.9,))
        assert labels_of_bars(ax) == ["0"]
        assert ax.get_ylim() == (0, 1)

    def test_it_is_labelled(self):
        ax = plot.median_steps({"one": self.FOUR}, title="a title")
        assert ax.get_title() == "a title"
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("accuracy to reach", "median update steps")

    @pytest.mark.parametrize(
        ("thresholds", "kind", "message"),
        [
            (0.9, TypeError, r"median_steps: thresholds: expected a list .* got 0.9"),
            ((), TypeError, r"median_steps: thresholds: expected a list"),
            ("90", TypeError, r"median_steps: thresholds: expected a list"),
            (
                (0.9, 95),
                ValueError,
                r"thresholds\[1\]: expected a finite number >= 0 and <= 1, got",
            ),
            ((0.9, "a"), TypeError, r"thresholds\[1\]: expected a finite number .* got 'a'"),
        ],
    )
    def test_bad_thresholds(self, thresholds, kind, message):
        with pytest.raises(kind, match=message):
            plot.median_steps({"one": self.FOUR}, thresholds)

    def test_accuracies_in_per_cent_are_refused(self):
        message = r"median_steps: curves\['one'\]: .*0\.95\), got 95 in run 1, point 0"
        with pytest.raises(ValueError, match=message):
            plot.median_steps({"one": [[0.5, 0.9], [95.0, 0.9]]})
