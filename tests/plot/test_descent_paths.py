"""Descent paths: contours, and the points that each optimizer visited."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from minnet.plot import descent_paths, step_counts

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def bowl(x, y):
    return x**2 + 3 * y**2


PATH = [[-2.0, 1.0], [-1.0, 0.5], [0.5, 0.0]]


def test_a_path_is_drawn_point_by_point_with_start_and_end():
    ax = descent_paths(bowl, {"one": PATH, "two": [[1.0, 1.0]]}, names=("u", "v"))
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_array_equal(np.column_stack(lines["one"].get_data()), PATH)
    ends = [line for line in ax.lines if len(line.get_xdata()) == 1 and line is not lines["two"]]
    np.testing.assert_array_equal(np.ravel(ends[0].get_data()), PATH[0])
    np.testing.assert_array_equal(np.ravel(ends[1].get_data()), PATH[-1])
    assert ends[0].get_marker() != ends[1].get_marker()
    assert lines["one"].get_color() != lines["two"].get_color()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("u", "v")


def test_the_contours_are_lines_of_equal_height():
    (contours,) = descent_paths(bowl, {"one": PATH}).collections
    seen = 0
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        if len(path.vertices):
            np.testing.assert_allclose(bowl(*path.vertices.T), level, atol=5e-3)
            seen += 1
    assert seen > 5


def test_the_spans_set_the_limits_of_the_axes():
    ax = descent_paths(bowl, {"one": PATH}, spans=((-5, 6), (-3, 2)), legend=False)
    assert (ax.get_xlim(), ax.get_ylim()) == ((-5, 6), (-3, 2))
    assert ax.get_legend() is None
    ax = descent_paths(bowl, {"one": PATH})
    assert ax.get_xlim()[0] < -2 < 0.5 < ax.get_xlim()[1]


def test_it_draws_into_the_given_axes():
    _, axes = plt.subplots(1, 2)
    assert descent_paths(bowl, {"one": PATH}, axes[0]) is axes[0]
    assert step_counts({"a": 1}, axes[1]) is axes[1]


@pytest.mark.parametrize(
    ("function", "paths", "options", "kind", "message"),
    [
        (3, {"a": PATH}, {}, TypeError, r"function: expected a function of two arrays"),
        (lambda x, y: 1.0, {"a": PATH}, {}, ValueError, r"function: expected heights of the shape"),
        (lambda x, y: x / 0 * y, {"a": PATH}, {}, ValueError, r"function\(x, y\): .*finite"),
        (bowl, [PATH], {}, TypeError, r"paths: expected a dict"),
        (bowl, {}, {}, ValueError, r"paths: expected at least one name"),
        (bowl, {"a": [1.0, 2.0]}, {}, ValueError, r"paths\['a'\]: .*\(n, 2\), got \(2,\)"),
        (bowl, {"a": [[1.0, np.nan]]}, {}, ValueError, r"paths\['a'\]: .*\[0, 1\] = nan"),
        (bowl, {"a": [["x", "y"]]}, {}, TypeError, r"paths\['a'\]: expected an array of numbers"),
        (bowl, {"a": PATH}, {"spans": (1, 2, 3)}, TypeError, r"spans: expected two pairs"),
        (bowl, {"a": PATH}, {"spans": ((1, 2), (3, 3))}, ValueError, r"spans\[1\]: .*low < high"),
        (bowl, {"a": PATH}, {"ax": 5}, TypeError, r"ax: expected a Matplotlib Axes"),
    ],
)
def test_bad_paths(function, paths, options, kind, message):
    with (
        pytest.raises(kind, match=rf"mn\.plot\.descent_paths: {message}"),
        np.errstate(all="ignore"),
    ):
        descent_paths(function, paths, **options)
