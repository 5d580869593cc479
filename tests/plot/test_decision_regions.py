"""Boundaries and regions are where the outputs of the network put them."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

import minnet as mn
from minnet.plot import decision_boundary, decision_regions, style

mpl.use("Agg")

X = np.array([[0.0, 0.0], [1.0, 0.2], [0.2, 1.0], [1.0, 1.0], [0.4, 0.3]])
Y = np.array([0, 0, 1, 1, 0])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def line_network(w1, w2, bias):
    """One sigmoid neuron whose boundary is w1 x1 + w2 x2 + bias = 0."""
    network = mn.Network([mn.Linear(2, 1), mn.Sigmoid()], dtype="float64")
    network.layers[0].weight.value = [[w1], [w2]]
    network.layers[0].bias.value = [bias]
    return network


def three_sectors():
    """Scores x1, x2 and -x1 - x2: class 2 wins at the lower left, else the larger coordinate."""
    network = mn.Network([mn.Linear(2, 3), mn.Softmax()], dtype="float64")
    network.layers[0].weight.value = [[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]]
    return network


def drawn(ax):
    """Line width -> all points of the contour lines of this width (filled areas have none)."""
    found = {}
    for collection in ax.collections:
        if len(collection.get_edgecolor()) and not len(collection.get_facecolor()):
            paths = collection.get_paths()
            for path, width in zip(paths, collection.get_linewidths(), strict=True):
                found.setdefault(float(width), []).append(path.vertices)
    return {width: np.concatenate(lines) for width, lines in found.items()}


def areas(ax):
    """(colour, paths, hatch) of each filled area; Matplotlib 3.8 put them into one collection."""
    found = []
    for collection in ax.collections:
        if not len(collection.get_facecolor()) or collection in points(ax).values():
            continue
        colours, paths = collection.get_facecolor(), collection.get_paths()
        hatches = getattr(collection, "hatches", [collection.get_hatch()])
        if len(colours) == 1:
            found.append((colours[0][:3], paths, hatches[0]))
        else:
            found.extend(
                (colour[:3], [path], None) for colour, path in zip(colours, paths, strict=True)
            )
    return found


def points(ax):
    """Label -> the scattered points of a class."""
    return {c.get_label(): c for c in ax.collections if str(c.get_label()).startswith("class")}


class Halving:
    """A scaler: the network's inputs are half of the coordinates on the axes."""

    def transform(self, x):
        return np.asarray(x) / 2


# -- one output ------------------------------------------------------------------------------


def test_the_boundary_is_where_the_probability_is_one_half():
    ax = decision_boundary(line_network(-4.0, 2.0, 1.0), X, Y)
    line = drawn(ax)[1.8]
    assert len(line) > 50
    np.testing.assert_allclose(line[:, 1], 2 * line[:, 0] - 0.5, atol=1e-3)


def test_the_thin_lines_are_at_a_tenth_and_nine_tenths():
    thin = drawn(decision_boundary(line_network(-40.0, 20.0, 10.0), X, Y))[0.6]
    z = -40 * thin[:, 0] + 20 * thin[:, 1] + 10
    np.testing.assert_allclose(np.abs(z), np.log(9), rtol=0.05)
    assert (z > 0).any()
    assert (z < 0).any()


def test_the_field_has_a_band_for_each_tenth_of_probability():
    ax = decision_boundary(line_network(-40.0, 20.0, 10.0), X, Y)
    bands = areas(ax)
    assert len(bands) == 10
    network = line_network(-40.0, 20.0, 10.0)
    for number, (_, paths, _) in enumerate(bands):
        corners = np.concatenate([path.vertices for path in paths if len(path.vertices)])
        probability = network.forward(corners)
        assert probability.min() > number / 10 - 0.02
        assert probability.max() < number / 10 + 0.12


def test_the_two_sides_of_a_boundary_differ_in_grey_as_well():
    bands = areas(decision_boundary(line_network(-4.0, 2.0, 1.0), X, Y))
    grey = [0.3 * red + 0.59 * green + 0.11 * blue for (red, green, blue), _, _ in bands]
    assert grey[0] < grey[-1] - 0.1
    assert grey[0] < grey[2] < grey[4]
    assert grey[5] > grey[7] > grey[9]


def test_each_class_has_its_points_colour_and_marker():
    shown = points(decision_boundary(line_network(1.0, 1.0, 0.0), X, Y))
    assert list(shown) == ["class 0", "class 1"]
    for index, (name, scattered) in enumerate(shown.items()):
        np.testing.assert_array_equal(scattered.get_offsets(), X[index == Y], err_msg=name)
        assert to_hex(scattered.get_facecolor()[0]).upper() == style.class_colour(index)
    first, second = (c.get_paths()[0].vertices.shape for c in shown.values())
    assert first != second, "the markers differ"


@pytest.mark.parametrize("y", [Y, Y.reshape(-1, 1), Y.astype(float), np.eye(2)[Y], list(Y)])
def test_labels_may_have_every_form_that_fit_takes(y):
    shown = points(decision_boundary(line_network(1.0, 1.0, 0.0), X, y))
    np.testing.assert_array_equal(shown["class 1"].get_offsets(), X[Y == 1])


def test_the_picture_reaches_around_all_points():
    ax = decision_boundary(line_network(-4.0, 2.0, 1.0), X * 10, Y)
    assert ax.get_xlim()[0] < 0 < 10 < ax.get_xlim()[1]
    assert ax.get_ylim()[0] < 0 < 10 < ax.get_ylim()[1]


def test_points_on_one_spot_still_have_surroundings():
    ax = decision_boundary(line_network(1.0, 1.0, 0.0), [[2.0, 3.0]], [0])
    assert ax.get_xlim() == (1.5, 2.5)
    assert ax.get_ylim() == (2.5, 3.5)


def test_names_label_the_axes_the_legend_and_the_colour_bar():
    ax = decision_boundary(
        line_network(-4.0, 2.0, 1.0),
        X,
        Y,
        feature_names=["length (cm)", "width (cm)"],
        class_names=["below", "above"],
    )
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("length (cm)", "width (cm)")
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["below", "above"]
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    marks = [c for c in bar.collections if hasattr(c, "get_segments")]
    heights = {round(float(segment[0, 1]), 6) for c in marks for segment in c.get_segments()}
    assert {0.1, 0.5, 0.9} <= heights, "the bar shows which line is which"
    assert bar.get_ylabel() == "probability: above"
    assert ax.get_title() == "Decision boundary"


def test_a_scaler_keeps_the_axes_in_the_units_of_the_data():
    ax = decision_boundary(line_network(-4.0, 2.0, 1.0), X, Y, scaler=Halving())
    line = drawn(ax)[1.8]
    np.testing.assert_allclose(line[:, 1] / 2, 2 * line[:, 0] / 2 - 0.5, atol=1e-3)


def test_a_trainer_is_as_good_as_its_network():
    trainer = mn.Trainer(line_network(-4.0, 2.0, 1.0), mn.BinaryCrossEntropy(), mn.SGD(0.1))
    line = drawn(decision_boundary(trainer, X, Y))[1.8]
    np.testing.assert_allclose(line[:, 1], 2 * line[:, 0] - 0.5, atol=1e-3)


def test_a_picture_leaves_the_network_as_it_is():
    network = line_network(-4.0, 2.0, 1.0)
    network.training = True
    before = network.flat_values.copy()
    decision_boundary(network, X, Y)
    assert network.training
    np.testing.assert_array_equal(network.flat_values, before)


def test_a_network_that_is_sure_everywhere_has_no_line_but_a_picture():
    ax = decision_boundary(line_network(0.0, 0.0, 50.0), X, Y)
    assert not any(len(path) for path in drawn(ax).values())
    assert len(points(ax)) == 2


# -- several outputs -------------------------------------------------------------------------


def test_regions_meet_where_two_classes_are_equally_probable():
    square = np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]])
    lines = drawn(decision_regions(three_sectors(), square, [2, 0, 1, 0]))[1.8]
    assert len(lines) > 100
    scores = np.sort(np.column_stack([lines, -lines.sum(axis=1)]), axis=1)
    np.testing.assert_allclose(scores[:, 2], scores[:, 1], atol=0.02)


def test_each_region_has_the_tint_of_its_class_and_its_own_hatch():
    square = np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]])
    ax = decision_regions(three_sectors(), square, [2, 0, 1, 0])
    assert len(areas(ax)) == 3
    middles = [(0.9, -0.2), (-0.2, 0.9), (-0.8, -0.8)]
    for index, (colour, paths, _) in enumerate(areas(ax)):
        np.testing.assert_allclose(colour, style.tint(index, 0.25))
        inside = [any(path.contains_point(m) for path in paths) for m in middles]
        assert inside == [other == index for other in range(3)], index
    assert len({hatch for _, _, hatch in areas(ax)}) == 3


def test_regions_name_axes_classes_and_points():
    names = ["setosa", "versicolor", "virginica"]
    features = ["petal length (cm)", "petal width (cm)"]
    ax = decision_regions(three_sectors(), X, Y, feature_names=features, class_names=names)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == names
    assert [ax.get_xlabel(), ax.get_ylabel()] == features
    assert ax.get_title() == "Decision regions"
    shown = {c.get_label(): len(c.get_offsets()) for c in ax.collections}
    assert [shown[name] for name in names] == [3, 2, 0]


def test_a_class_that_wins_nowhere_has_no_region():
    network = mn.Network([mn.Linear(2, 3), mn.Softmax()], dtype="float64")
    network.layers[0].weight.value = np.zeros((2, 3))
    network.layers[0].bias.value = [0.0, 5.0, -5.0]
    ax = decision_regions(network, X, Y)
    ((colour, _, _),) = areas(ax)
    np.testing.assert_allclose(colour, style.tint(1, 0.25))


def test_regions_take_two_outputs_and_scores_that_are_no_probabilities():
    network = mn.Network([mn.Linear(2, 2)], dtype="float64")
    network.layers[0].weight.value = [[-4.0, 4.0], [2.0, -2.0]]
    lines = drawn(decision_regions(network, X, Y))[1.8]
    np.testing.assert_allclose(lines[:, 1], 2 * lines[:, 0], atol=1e-3)


def test_both_draw_into_the_axes_that_they_are_given():
    _, axes = plt.subplots(1, 2)
    assert decision_boundary(line_network(1.0, 1.0, 0.0), X, Y, ax=axes[0]) is axes[0]
    assert decision_regions(three_sectors(), X, Y, axes[1]) is axes[1]
    assert len(plt.get_fignums()) == 1


# -- bad input -------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize(
    ("function", "network"),
    [(decision_boundary, line_network(1.0, 1.0, 0.0)), (decision_regions, three_sectors())],
    ids=["boundary", "regions"],
)


@BOTH
@pytest.mark.parametrize(
    ("x", "y", "kind", "parts"),
    [
        (np.ones((4, 3)), [0, 1, 0, 1], ValueError, ["x", "two features", "got (4, 3)"]),
        (np.ones(4), [0, 1, 0, 1], ValueError, ["x", "got shape (4,)"]),
        (np.ones((0, 2)), [], ValueError, ["x", "empty"]),
        ([[np.nan, 1.0]], [0], ValueError, ["x[0, 0] = nan"]),
        ([["a", "b"]], [0], TypeError, ["x", "numbers"]),
        (X, [0, 1], ValueError, ["x and y", "5 and 2"]),
        (X, [0, 1, 7, 1, 0], ValueError, ["y", "y[2] = 7"]),
        (X, [0, 1, 0.5, 1, 0], ValueError, ["y", "labels", "0.5"]),
        (X, list("abcde"), TypeError, ["y", "numbers"]),
    ],
)
def test_wrong_data_are_refused(function, network, x, y, kind, parts):
    with pytest.raises(kind) as caught:
        function(network, x, y)
    for part in [f"mn.plot.{function.__name__}", *parts]:
        assert part in str(caught.value)
    assert not plt.get_fignums(), "nothing is drawn before the data are looked at"


@BOTH
def test_what_is_no_network_is_refused(function, network):
    for wrong in (None, mn.Linear(2, 1), [mn.Linear(2, 1)]):
        with pytest.raises(TypeError, match="expected a Trainer or a Network, got"):
            function(wrong, X, Y)


@BOTH
def test_a_wrong_ax_scaler_or_name_is_refused(function, network):
    with pytest.raises(TypeError, match=r"ax: expected a Matplotlib Axes"):
        function(network, X, Y, ax="here")
    with pytest.raises(TypeError, match=r"scaler: expected the mn\.data\.Standardizer"):
        function(network, X, Y, scaler=2.0)
    with pytest.raises(ValueError, match=r"feature_names: expected 2 names, got 3"):
        function(network, X, Y, feature_names=["a", "b", "c"])
    with pytest.raises(TypeError, match=r"class_names: expected a list of . names, got 5"):
        function(network, X, Y, class_names=5)


@BOTH
def test_a_network_of_three_inputs_is_no_picture_of_the_plane(function, network):
    wide = mn.Network([mn.Linear(3, network.layers[0].out_features)])
    with pytest.raises(ValueError, match=r"two features.*Linear\(3 -> \d\).*x\[:, \[0, 1\]\]"):
        function(wide, X, Y)


def test_each_sends_the_other_kind_of_network_to_the_other():
    with pytest.raises(ValueError, match=r"expected one output, got 3.*decision_regions"):
        decision_boundary(three_sectors(), X, Y)
    with pytest.raises(ValueError, match=r"one output.*decision_boundary"):
        decision_regions(line_network(1.0, 1.0, 0.0), X, Y)


def test_a_label_needs_an_output_of_its_own():
    with pytest.raises(ValueError, match=r"y: expected labels from 0 to 1.*got y\[3\] = 2"):
        decision_boundary(line_network(1.0, 1.0, 0.0), X, [0, 1, 1, 2, 0])
    with pytest.raises(ValueError, match=r"y: expected labels from 0 to 2.*got y\[3\] = 3"):
        decision_regions(three_sectors(), X, [0, 1, 2, 3, 0])


def test_a_boundary_needs_probabilities():
    network = mn.Network([mn.Linear(2, 1)], seed=0)
    network.layers[0].weight.value = [[10.0], [10.0]]
    with pytest.raises(ValueError, match=r"probabilities from 0 to 1, got outputs from.*Sigmoid"):
        decision_boundary(network, X, Y)


@BOTH
def test_a_network_that_has_gone_to_nan_is_refused(function, network):
    broken = mn.Network([mn.Linear(2, network.layers[0].out_features)], dtype="float64")
    broken.layers[0].weight.value[...] = np.full(broken.layers[0].weight.shape, np.inf)
    with pytest.raises(ValueError, match=r"finite"), np.errstate(invalid="ignore"):
        function(broken, X, Y)
