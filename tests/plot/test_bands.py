"""Mean and spread on an even axis: the right numbers at the right places."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from minnet.plot import bands, style


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


def test_words_stand_where_they_belong():
    ax = bands({"a": runs(), "b": runs(1)}, title="T", horizontal="H", quantity="Q")
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("T", "H", "Q")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert bands({"a": runs()}, legend=False).get_legend() is None


def test_colours_go_on_from_the_first_one_named():
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
