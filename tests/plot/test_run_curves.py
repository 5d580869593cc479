"""Pictures of learning speed show what they were given: means, bands, medians, and who never came.

Each array below is small enough that its mean, percentiles and median are known by hand.
"""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from minnet import plot
from minnet.plot import style

mpl.use("Agg")

# Eleven runs: the 10th and the 90th percentile are the second lowest and the second highest.
ELEVEN = np.arange(11.0)[:, None] * np.array([1.0, 0.5, 0.1]) + 1.0


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def bars(ax):
    """Every bar that has a place of its own, from left to right."""
    return sorted((bar for bar in ax.patches if bar.get_width()), key=lambda bar: bar.get_x())


def labels_of_bars(ax):
    return [text.get_text() for text in sorted(ax.texts, key=lambda text: text.xy[0])]


class TestLearningSpeed:
    def test_the_line_is_the_mean_over_the_runs(self):
        curves = {"one": ELEVEN[::-1], "two": [[1, 2, 4], [1, 3, 4], [7, 4, 7]]}
        ax = plot.learning_speed(curves, [0, 10, 40])
        assert list(lines(ax)) == ["one", "two"]
        np.testing.assert_allclose(lines(ax)["one"].get_ydata(), [6.0, 3.5, 1.5])
        np.testing.assert_allclose(lines(ax)["two"].get_ydata(), [3.0, 3.0, 5.0])
        for line in ax.lines:
            assert list(line.get_xdata()) == [0, 10, 40]

    def test_the_band_goes_from_the_10th_to_the_90th_percentile(self):
        ax = plot.learning_speed({"one": ELEVEN[np.random.default_rng(0).permutation(11)]})
        (band,) = ax.collections
        corners = band.get_paths()[0].vertices
        for x, low, high in [(0, 2.0, 10.0), (1, 1.5, 5.5), (2, 1.1, 1.9)]:
            at_x = corners[corners[:, 0] == x, 1]
            assert at_x.min() == pytest.approx(low)
            assert at_x.max() == pytest.approx(high)

    def test_line_and_band_have_one_colour_and_names_have_different_ones(self):
        ax = plot.learning_speed({"one": ELEVEN, "two": ELEVEN + 1})
        for index, (line, band) in enumerate(zip(ax.lines, ax.collections, strict=True)):
            assert line.get_color() == style.colour(index)
            assert to_hex(band.get_facecolor()[0]).upper() == style.colour(index)
        assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()

    def test_it_is_labelled(self):
        ax = plot.learning_speed({"one": ELEVEN}, quantity="loss (nats)", title="a title")
        assert (ax.get_title(), ax.get_ylabel()) == ("a title", "loss (nats)")
        assert ax.get_xlabel() == "update step"
        assert legend_of(ax) == ["one"]

    def test_the_first_steps_get_more_room_than_the_last(self):
        ax = plot.learning_speed({"one": np.ones((2, 201))})
        place = ax.transData.transform([(0, 1), (1, 1), (10, 1), (190, 1), (200, 1)])[:, 0]
        assert place[1] - place[0] > 10 * (place[4] - place[3])
        assert (np.diff(place) > 0).all()
        ax.figure.canvas.draw()
        shown = [text.get_text() for text in ax.get_xticklabels()]
        assert shown[:5] == ["0", "1", "3", "10", "30"]

    def test_it_draws_where_it_is_told_to_and_without_a_legend_if_so_told(self):
        _, mine = plt.subplots()
        assert plot.learning_speed({"one": ELEVEN}, legend=False, ax=mine) is mine
        assert mine.get_legend() is None
        assert len(plt.get_fignums()) == 1

    def test_a_logarithmic_axis_on_request_also_with_a_0(self):
        assert plot.learning_speed({"one": ELEVEN}).get_yscale() == "linear"
        ax = plot.learning_speed({"one": [[1.0, 0.1, 0.0], [1.0, 0.2, 0.0]]}, logarithmic=True)
        assert ax.get_yscale() == "log"
        ax.figure.canvas.draw()

    def test_one_run_and_one_point_are_enough(self):
        ax = plot.learning_speed({"one": [0.5]})
        assert list(ax.lines[0].get_ydata()) == [0.5]
        ax.figure.canvas.draw()

    def test_what_was_given_is_not_changed(self):
        given = ELEVEN.copy()
        ax = plot.learning_speed({"one": given})
        ax.lines[0].get_ydata()[:] = 0
        np.testing.assert_array_equal(given, ELEVEN)


class TestOutputGradient:
    def test_it_is_a_mean_on_a_logarithmic_axis(self):
        ax = plot.output_gradient({"one": [[0.5, 0.2], [0.3, 0.1]]}, [1, 2])
        np.testing.assert_allclose(ax.lines[0].get_ydata(), [0.4, 0.15])
        assert list(ax.lines[0].get_xdata()) == [1, 2]
        assert ax.get_yscale() == "log"
        assert "dL/dz" in ax.get_ylabel()
        assert ax.get_xlabel() == "update step"

    def test_a_negative_size_is_refused_under_its_own_name(self):
        with pytest.raises(ValueError, match=r"output_gradient: curves\['one'\].*from 0 on.*-1.*2"):
            plot.output_gradient({"one": [[1.0, 1.0, -1.0]]})


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

    def test_all_bars_stand_apart_and_around_their_tick(self):
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
            ((0.9, 95), ValueError, r"thresholds: expected a finite number >= 0 and <= 1, got 95"),
            ((0.9, "a"), TypeError, r"thresholds: expected a finite number .* got 'a'"),
        ],
    )
    def test_bad_thresholds(self, thresholds, kind, message):
        with pytest.raises(kind, match=message):
            plot.median_steps({"one": self.FOUR}, thresholds)

    def test_accuracies_in_per_cent_are_refused(self):
        message = r"median_steps: curves\['one'\]: .*0\.95\), got 95 in run 1, point 0"
        with pytest.raises(ValueError, match=message):
            plot.median_steps({"one": [[0.5, 0.9], [95.0, 0.9]]})


class TestStepsByRate:
    def test_the_line_is_the_mean_and_the_best_rate_is_marked(self):
        curves = {"one": [[90, 20, 50], [70, 30, 60]], "two": [[5, 9, 0]]}
        ax = plot.steps_by_rate(curves, [0.1, 1, 10])
        np.testing.assert_allclose(lines(ax)["one"].get_ydata(), [80, 25, 55])
        assert lines(ax)["one"].get_markevery() == [1]
        assert lines(ax)["two"].get_markevery() == [2]
        assert lines(ax)["one"].get_marker() != lines(ax)["two"].get_marker()
        ax.figure.canvas.draw()
        assert [text.get_text() for text in ax.get_xticklabels()] == ["0.1", "1", "10"]
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("learning rate", "mean update steps")
        assert legend_of(ax) == ["one", "two"]

    @pytest.mark.parametrize(
        ("rates", "message"),
        [
            ([0, 1, 10], r"steps_by_rate: rates: expected numbers above 0, got 0"),
            ([1, 10], r"steps_by_rate: rates: expected one for each of the 3 points"),
            ([1, 10, 3], r"steps_by_rate: rates: expected numbers from 0 on that increase"),
        ],
    )
    def test_bad_rates(self, rates, message):
        with pytest.raises(ValueError, match=message):
            plot.steps_by_rate({"one": [[90, 20, 50]]}, rates)


class TestSingleNeuron:
    def test_each_way_is_a_line_by_epoch(self):
        ax = plot.single_neuron({"one": [0.8, 0.5, 0.3], "two": [0.8, 0.7, 0.6]}, quantity="a")
        assert list(lines(ax)["one"].get_ydata()) == [0.8, 0.5, 0.3]
        assert list(lines(ax)["two"].get_xdata()) == [0, 1, 2]
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "a")
        assert ax.get_ylim()[0] == 0
        assert legend_of(ax) == ["one", "two"]

    def test_many_runs_are_sent_elsewhere(self):
        message = r"single_neuron: curves\['one'\].*got 11 runs.*learning_speed"
        with pytest.raises(ValueError, match=message):
            plot.single_neuron({"one": ELEVEN})


EVERY_PICTURE = {
    "learning_speed": plot.learning_speed,
    "output_gradient": plot.output_gradient,
    "median_steps": plot.median_steps,
    "single_neuron": plot.single_neuron,
    "steps_by_rate": lambda curves, ax=None: plot.steps_by_rate(curves, [1, 3], ax=ax),
}


@pytest.mark.parametrize("name", EVERY_PICTURE)
@pytest.mark.parametrize(
    ("curves", "kind", "message"),
    [
        ([[0.5, 0.6]], TypeError, r"curves: expected a dict"),
        ({}, ValueError, r"curves: expected at least one name"),
        ({"one": [[0.5, np.nan]]}, ValueError, r"curves\['one'\].*finite.*\[0, 1\] = nan"),
        ({"one": "ab"}, TypeError, r"curves\['one'\]: expected an array of numbers"),
        ({"one": np.ones((2, 2, 2))}, ValueError, r"\(runs, points\).* got \(2, 2, 2\)"),
        ({"one": np.ones((0, 3))}, ValueError, r"curves\['one'\]: expected data"),
        ({"one": [[0.5, 0.6]], "two": [[0.5]]}, ValueError, r"'one': 2, 'two': 1.*at the same"),
    ],
)
def test_bad_curves_are_refused_before_a_figure_is_made(name, curves, kind, message):
    with pytest.raises(kind, match=rf"mn\.plot\.{name}: .*{message}"):
        EVERY_PICTURE[name](curves)
    assert not plt.get_fignums()


@pytest.mark.parametrize("name", EVERY_PICTURE)
def test_axes_that_are_none_are_refused(name):
    with pytest.raises(TypeError, match=rf"mn\.plot\.{name}: ax: expected a Matplotlib Axes"):
        EVERY_PICTURE[name]({"one": [[0.5, 0.6]]}, ax=plt)


def test_logarithmic_is_a_question_of_yes_or_no():
    with pytest.raises(TypeError, match="learning_speed: logarithmic: expected True or False"):
        plot.learning_speed({"one": ELEVEN}, logarithmic=1)
