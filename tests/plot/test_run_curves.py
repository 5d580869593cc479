"""Curves of many runs: mean and band, axes, and which input is refused."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from minnet import plot
from minnet.plot import bands, style

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

    def test_it_draws_into_the_given_axes_and_without_a_legend_on_request(self):
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

    def test_several_runs_are_refused(self):
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
def test_ax_must_be_axes(name):
    with pytest.raises(TypeError, match=rf"mn\.plot\.{name}: ax: expected a Matplotlib Axes"):
        EVERY_PICTURE[name]({"one": [[0.5, 0.6]]}, ax=plt)


def test_logarithmic_must_be_a_bool():
    with pytest.raises(TypeError, match="learning_speed: logarithmic: expected True or False"):
        plot.learning_speed({"one": ELEVEN}, logarithmic=1)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def runs(seed=0, shape=(20, 6)):
    return np.random.default_rng(seed).uniform(0.1, 2, size=shape)


@pytest.mark.parametrize("logarithmic", [False, True])
def test_the_line_is_the_mean_and_the_band_the_middle_80_per_cent(logarithmic):
    values, at = runs(), [0.5, 1, 2, 4, 8, 16]
    ax = bands({"one": values}, at, logarithmic=logarithmic)
    (line,) = ax.lines
    np.testing.assert_allclose(line.get_xdata(), at)
    np.testing.assert_allclose(line.get_ydata(), values.mean(axis=0))
    corners = ax.collections[0].get_paths()[0].vertices
    for x, low, high in zip(at, *np.percentile(values, (10, 90), axis=0), strict=True):
        there = corners[np.isclose(corners[:, 0], x), 1]
        assert there.min() == pytest.approx(low)
        assert there.max() == pytest.approx(high)
    assert ax.get_yscale() == ("log" if logarithmic else "linear")
    assert ax.get_xscale() == "linear"


def test_places_are_counted_from_0_and_one_run_alone_will_do():
    ax = bands({"one": [3.0, 2.0, 1.0]})
    assert ax.lines[0].get_xdata().tolist() == [0, 1, 2]
    assert ax.lines[0].get_ydata().tolist() == [3, 2, 1]


def test_labels_and_title_are_in_place():
    ax = bands({"a": runs(), "b": runs(1)}, title="T", horizontal="H", quantity="Q")
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("T", "H", "Q")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert bands({"a": runs()}, legend=False).get_legend() is None


def test_colours_continue_from_first():
    _, ax = plt.subplots()
    assert bands({"a": runs()}, first=2, ax=ax) is ax
    assert ax.lines[0].get_color() == style.colour(2)
    assert ax.lines[0].get_marker() == style.marker(2)


def test_whole_places_get_whole_ticks():
    ax = bands({"a": runs(shape=(3, 4))}, [1, 2, 3, 4])
    ax.figure.canvas.draw()
    assert all(float(tick).is_integer() for tick in ax.get_xticks())


def test_the_curves_stay_as_they_are():
    values = runs()
    before = values.copy()
    bands({"a": values}, logarithmic=True)
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "parts"),
    [
        (([1, 2],), {}, TypeError, ["bands", "curves", "dict"]),
        (({},), {}, ValueError, ["bands", "curves", "empty"]),
        (({"a": [1, np.nan]},), {}, ValueError, ["bands", "curves['a']"]),
        (({"a": [1, 2], "b": [1]},), {}, ValueError, ["bands", "'a': 2", "'b': 1", "places"]),
        (({"a": [1, 2]}, [2, 1]), {}, ValueError, ["bands", "places", "increase"]),
        (({"a": [1, 2]}, [1]), {}, ValueError, ["bands", "places", "(2,)"]),
        (({"a": [1, -2]},), {"logarithmic": True}, ValueError, ["bands", "logarithmic", "-2"]),
        (({"a": [1]},), {"logarithmic": 1}, TypeError, ["bands", "logarithmic"]),
        (({"a": [1]},), {"first": -1}, ValueError, ["bands", "first", "-1"]),
        (({"a": [1]},), {"ax": 3}, TypeError, ["bands", "ax", "3"]),
    ],
)
def test_bad_input_is_refused(arguments, options, error, parts):
    with pytest.raises(error) as caught:
        bands(*arguments, **options)
    for part in parts:
        assert part in str(caught.value)
