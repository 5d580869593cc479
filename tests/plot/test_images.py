"""Pictures of images: each at its place, the right way up, all in one scale."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import feature_maps, filters, image_grid

mpl.use("Agg")

GENERATOR = np.random.default_rng(3)
STACK = GENERATOR.normal(size=(10, 4, 6))


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def places(ax):
    """(left, top) of each image, in order."""
    return [(image.get_extent()[0], image.get_extent()[3]) for image in ax.images]


def shown(ax):
    return np.array([image.get_array() for image in ax.images])


def test_each_image_is_shown_unchanged_and_the_right_way_up():
    ax = image_grid(STACK)
    np.testing.assert_array_equal(shown(ax), STACK)
    for image in ax.images:
        left, right, bottom, top = image.get_extent()
        assert right - left == pytest.approx(1)
        assert bottom - top == pytest.approx(4 / 6)
        assert image.origin == "upper"
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "row 0 of an image is at the top"


def test_row_after_row_from_the_left_without_overlap():
    lefts, tops = zip(*places(image_grid(STACK, columns=4)), strict=True)
    assert len(set(np.round(tops, 6))) == 3
    assert len(set(np.round(lefts, 6))) == 4
    assert list(lefts[:4]) == sorted(lefts[:4])
    assert tops[0] == tops[3] < tops[4] == tops[7] < tops[8]
    assert lefts[1] - lefts[0] > 1
    assert tops[4] - tops[0] > 4 / 6


def test_rows_are_filled_evenly():
    tops = [top for _, top in places(image_grid(STACK))]
    assert len(set(tops[:5])) == 1
    assert tops[5] > tops[4]


def test_all_images_share_one_scale():
    for image in image_grid(STACK).images:
        assert image.get_clim() == (STACK.min(), STACK.max())


def test_the_largest_number_is_black_and_the_least_white():
    (image,) = image_grid(np.array([[[0.0, 1.0]]])).images
    colours = image.cmap(image.norm(image.get_array()))[0]
    assert colours[0][:3].min() > 0.99
    assert colours[1][:3].max() < 0.01


def test_each_label_is_above_its_image():
    names = [f"image {k}" for k in range(10)]
    ax = image_grid(STACK, names, columns=4, title="Ten")
    assert [text.get_text() for text in ax.texts] == names
    for (left, top), text in zip(places(ax), ax.texts, strict=True):
        x, y = text.get_position()
        assert x == pytest.approx(left + 0.5)
        assert top - 0.2 < y <= top
    assert ax.get_title() == "Ten"


def test_labels_do_not_touch_the_row_above():
    ax = image_grid(STACK, ["two\nlines"] * 10, columns=4)
    ax.figure.canvas.draw()
    above = ax.images[0].get_window_extent()
    label = ax.texts[4].get_window_extent()
    assert label.y1 <= above.y0 + 1


@pytest.mark.parametrize("shape", [(5, 49), (5, 1, 7, 7), (5, 7, 7)])
def test_rows_and_planes_are_images_too(shape):
    stack = GENERATOR.normal(size=shape)
    np.testing.assert_array_equal(shown(image_grid(stack)), stack.reshape(5, 7, 7))


def test_equal_pixels_and_a_single_image():
    assert len(image_grid(np.zeros((1, 3, 3))).images) == 1


def test_it_draws_into_the_axes_that_it_is_given():
    _, ax = plt.subplots()
    assert image_grid(STACK, ax=ax) is ax
    assert filters(STACK, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("arguments", "kind", "parts"),
    [
        ({"images": np.zeros((5, 50))}, ValueError, ["images", "square number", "(5, 50)"]),
        ({"images": np.zeros((5, 3, 7, 7))}, ValueError, ["images", "(5, 3, 7, 7)"]),
        ({"images": np.zeros(49)}, ValueError, ["images", "(49,)"]),
        ({"images": np.zeros((0, 7, 7))}, ValueError, ["images", "empty"]),
        ({"images": np.full((1, 2, 2), np.nan)}, ValueError, ["images[0, 0, 0] = nan"]),
        ({"images": [["a"]]}, TypeError, ["images", "numbers"]),
        ({"images": STACK, "labels": ["one"]}, ValueError, ["labels: expected 10 names, got 1"]),
        ({"images": STACK, "labels": "ten"}, TypeError, ["labels: expected a list of 10"]),
        ({"images": STACK, "columns": 0}, ValueError, ["columns: expected a whole number >= 1"]),
        ({"images": STACK, "ax": 3}, TypeError, ["ax: expected a Matplotlib Axes"]),
    ],
)
def test_what_is_no_image_is_refused(arguments, kind, parts):
    with pytest.raises(kind) as caught:
        image_grid(**arguments)
    for part in ["mn.plot.image_grid: ", *parts]:
        assert part in str(caught.value)


def test_kernels_in_a_scale_around_zero():
    weight = GENERATOR.normal(size=(6, 1, 3, 3))
    ax = filters(weight)
    np.testing.assert_array_equal(shown(ax), weight[:, 0])
    low, high = ax.images[0].get_clim()
    assert (low, high) == (-np.abs(weight).max(), np.abs(weight).max())
    image = ax.images[0]
    red, blue = image.cmap(image.norm(low)), image.cmap(image.norm(high))
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert min(image.cmap(image.norm(0.0))[:3]) > 0.95
    assert ax.figure.axes[-1].get_ylabel() == "weight"


def test_several_channels_give_a_row_for_each_output():
    layer = mn.Conv2d(3, 5, (2, 4))
    ax = filters(layer.weight)
    np.testing.assert_array_equal(shown(ax), layer.weight.value.reshape(15, 2, 4))
    tops = np.array([top for _, top in places(ax)]).reshape(5, 3)
    assert (tops == tops[:, :1]).all()
    assert (np.diff(tops[:, 0]) > 0).all()


def test_weights_of_zero_are_white():
    image = filters(np.zeros((2, 3, 3))).images[0]
    assert min(image.cmap(image.norm(0.0))[:3]) > 0.95


@pytest.mark.parametrize(
    ("weight", "kind", "parts"),
    [
        (np.zeros((64, 10)), ValueError, ["weight: expected kernels", "(64, 10)", "T.reshape"]),
        (mn.Linear(64, 10).weight, ValueError, ["(64, 10)"]),
        (np.full((1, 1, 2, 2), np.inf), ValueError, ["weight[0, 0, 0] = inf"]),
        (mn.Conv2d(1, 2, 3), TypeError, ["weight"]),
    ],
)
def test_what_are_no_kernels_is_refused(weight, kind, parts):
    with pytest.raises(kind) as caught:
        filters(weight)
    for part in ["mn.plot.filters: ", *parts]:
        assert part in str(caught.value)


@pytest.fixture
def network():
    layers = [mn.Reshape(1, 6, 5), mn.Conv2d(1, 4, 3, padding=1), mn.ReLU(), mn.Flatten()]
    return mn.Network([*layers, mn.Linear(120, 3), mn.Softmax()], seed=0)


def test_the_planes_are_what_the_layer_gives(network):
    image = GENERATOR.normal(size=30)
    expected = network.activations(image[None])
    for layer in (1, 2):
        ax = feature_maps(network, image, layer)
        np.testing.assert_array_equal(shown(ax), expected[layer][0])
        assert ax.get_title().startswith(f"layers[{layer}] ")
    assert ax.get_title() == "layers[2] ReLU(): 4 planes of 6 x 5"
    assert feature_maps(network, image, 0).get_title().endswith(": 1 plane of 6 x 5")
    assert feature_maps(network, image, 2, title="Found").get_title() == "Found"


def test_a_trainer_does_as_well_and_nothing_changes(network):
    trainer = mn.Trainer(network, mn.CategoricalCrossEntropy(), mn.SGD(0.1))
    image = GENERATOR.normal(size=30)
    before = network.flat_values.copy()
    assert len(feature_maps(trainer, image, 1, columns=2).images) == 4
    np.testing.assert_array_equal(network.flat_values, before)


def test_what_has_no_planes_is_refused(network):
    image = np.zeros(30)
    with pytest.raises(ValueError, match=r"feature_maps: layer: .*layers\[3\] Flatten.*\(120,\)"):
        feature_maps(network, image, 3)
    with pytest.raises(ValueError, match=r"feature_maps: layer: .*<= 5, got 6"):
        feature_maps(network, image, 6)
    with pytest.raises(ValueError, match="image: expected one sample, got a single number"):
        feature_maps(network, 3.0, 1)
    with pytest.raises(TypeError, match="trainer_or_network: expected a Trainer or a Network"):
        feature_maps([mn.ReLU()], image, 0)
    with pytest.raises(ValueError, match="expected samples of 30 numbers"):
        feature_maps(network, np.zeros(31), 1)
