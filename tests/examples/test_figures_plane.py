"""The pictures of the plane and of a network's health, each made again, show what the gallery says.

What is checked are the arrays that were plotted, not pixels. The runs are fewer and shorter than in
the committed pictures (`quick`), the drawings are the same.
"""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from figure_checks import PICTURES, lines, made, make_figures, texts

import minnet as mn
from minnet.plot import script_pictures

__all__ = ["made"]  # a fixture

# -- the plane -------------------------------------------------------------------------------


def contour(ax, width):
    """All points of the contour lines of this width."""
    found = [
        path.vertices
        for collection in ax.collections
        if hasattr(collection, "levels") and not collection.filled
        for path, drawn in zip(
            collection.get_paths(), np.resize(collection.get_linewidths(), 9), strict=False
        )
        if np.isclose(drawn, width)
    ]
    return np.concatenate(found)


def scatter(ax):
    """label -> points of each class."""
    return {
        c.get_label(): c.get_offsets() for c in ax.collections if not c.get_label().startswith("_")
    }


def test_boundary(made):
    ax = made("boundary").axes[0]
    points = scatter(ax)
    assert {name: len(at) for name, at in points.items()} == {
        "below the line": (mn.datasets.linear_binary(200, 0).y == 0).sum(),
        "above the line": (mn.datasets.linear_binary(200, 0).y == 1).sum(),
    }
    line = contour(ax, 1.8)
    slope, intercept = np.polyfit(*line.T, 1)
    assert (slope, intercept) == pytest.approx((2.0, -0.5), abs=0.3)  # how the data were made
    below, above = (points[name] for name in ("below the line", "above the line"))
    right = (below @ [-slope, 1] < intercept).sum() + (above @ [-slope, 1] > intercept).sum()
    assert right >= 190


def test_probability(made):
    axes = [ax for ax in made("probability").axes if ax.get_title()]
    straight, bent = (contour(ax, 1.8) for ax in axes)
    slope = np.polyfit(*straight.T, 1)
    np.testing.assert_allclose(np.polyval(slope, straight[:, 0]), straight[:, 1], atol=1e-2)
    assert np.ptp(bent[:, 1]) > 0.3 > np.ptp(straight[:, 1])


def test_three_classes(made):
    (ax,) = made("three_classes").axes
    assert texts(ax) == ["0|1", "0|2", "1|2"]
    assert sum(len(at) for at in scatter(ax).values()) == 200
    borders, dashed = contour(ax, 1.8), contour(ax, 1.3)
    apart = np.hypot(*(borders[:, None] - dashed[None]).transpose(2, 0, 1)).min(axis=1)
    assert apart.max() < 0.15, "where two regions meet, their two scores are equal"


def test_hidden_space(made):
    before, after = made("hidden_space").axes
    spread = [np.ptp(np.concatenate(list(scatter(ax).values())), axis=0) for ax in (before, after)]
    assert (spread[1] > 2 * spread[0]).all(), "training pulls the points apart"
    line = contour(after, 1.8)
    np.testing.assert_allclose(
        np.polyval(np.polyfit(*line.T, 1), line[:, 0]), line[:, 1], atol=0.02
    )


def test_logic_gates(made):
    truth = {"NOT": (1, 0), "AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "NAND": (1, 1, 1, 0)}
    truth |= {"NOR": (1, 0, 0, 0), "XOR: two hidden neurons": (0, 1, 1, 0)}
    axes = made("logic_gates").axes
    assert [ax.get_title() for ax in axes] == list(truth)
    for ax in axes:
        np.testing.assert_allclose([float(t) for t in texts(ax)], truth[ax.get_title()], atol=0.05)


def test_confusion_matrix(made):
    (ax,) = made("confusion_matrix").axes
    counts = [int(text.split("\n")[0]) for text in texts(ax)]
    assert sum(counts) == 200, "two splits of 100 held-out penguins"
    assert sum(counts[::4]) > 180
    species = [
        mn.data.train_test_split(*mn.datasets.penguins(), 0.3, seed=s, stratify=True)[3]
        for s in range(2)
    ]
    rows = np.reshape(counts, (3, 3)).sum(axis=1)
    assert rows.tolist() == np.bincount(np.concatenate(species)).tolist()
    assert [t.get_text() for t in ax.get_yticklabels()] == list(mn.datasets.penguins().class_names)


@pytest.mark.filterwarnings("ignore:Animation was deleted:UserWarning")
def test_boundary_film(tmp_path):
    film = PICTURES["boundary_film"](True)
    ax, other = plt.gcf().axes
    assert (ax.images[0].get_array() == other.images[0].get_array()).all(), "the same start"
    first = np.array(ax.images[0].get_array())
    path = make_figures.save(film, script_pictures.Pictures(tmp_path), "boundary_film", 30)
    assert path.name == "boundary_film.gif"
    assert path.read_bytes()[:6] == b"GIF89a"
    last = np.array(ax.images[0].get_array())
    assert np.ptp(first) < 0.5 < np.ptp(last)
    for panel, loss in ((ax, "cross-entropy"), (other, "squared error")):
        assert re.fullmatch(rf"{loss}\nepoch 40: \d+% right", panel.get_title())


# -- health ----------------------------------------------------------------------------------


def test_initial_signals(made):
    axes = np.array(made("initial_signals").axes).reshape(2, 3)

    def rows(ax):
        """Histogram by histogram: where its weight lies."""
        found = []
        for index, line in enumerate(ax.lines):
            x, y = line.get_data()
            weight = y[:-1] - index
            found.append(((x[1:] + x[:-1]) / 2, weight / weight.sum()))
        return found

    small, large, glorot = ([(x * w).sum() for x, w in rows(ax)] for ax in axes[0])
    assert (np.diff(small) < -0.7).all(), "each layer's output is about a tenth of the one before"
    assert min(large) > -0.3, "near 1: saturated"
    assert np.ptp(glorot) < 0.5
    small, _, glorot = ([(x * w).sum() for x, w in rows(ax)] for ax in axes[1])
    assert (np.diff(small) > 0.7).all(), "on its way back the gradient fades alike"
    assert np.ptp(glorot) < 0.7


def test_weight_norms(made):
    free, held = made("weight_norms").axes
    for name in ("layer 1", "layer 2", "layer 3"):
        assert lines(free)[name][1][-1] > lines(free)[name][1][0]
    assert lines(held)["layer 1"][1][-1] < lines(held)["layer 1"][1][0]


def test_optimizer_paths(made):
    axes = made("optimizer_paths").axes
    paths = {ax.get_title(): next(iter(lines(ax).values())) for ax in axes}
    for x, y in paths.values():
        assert (x[0], y[0]) == (-7, 2)
        assert len(x) == 31
        assert np.hypot(x[-1], y[-1]) < 2
    x, y = paths["SGD(0.95)"]
    np.testing.assert_allclose(x[:3], [-7, -7 * 0.81, -7 * 0.81**2])
    np.testing.assert_allclose(y[:3], [2, -1.8, 1.62])
    x, y = paths["SGD(0.1, momentum=0.9)"]
    np.testing.assert_allclose(x[:3], [-7, -6.86, -6.86 + 0.9 * 0.14 + 0.1 * 0.2 * 6.86])
    assert np.abs(np.diff(paths["Adam(0.3)"][0][:2])) == pytest.approx(0.3, rel=1e-6)
    assert np.abs(np.diff(paths["AdaGrad(1.5)"][1][:2])) == pytest.approx(1.5, rel=1e-6)
