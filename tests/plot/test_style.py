"""The shared look: series stay apart in colour and in grey, and ax is checked."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

import minnet as mn
from minnet.plot import style

HISTORY = mn.History()
HISTORY.append({"epoch": 1, "loss": 0.5})

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_every_series_has_a_look_of_its_own_without_colour():
    looks = [(str(style.line(i)["linestyle"]), style.marker(i)) for i in range(7)]
    lines, markers = zip(*looks, strict=True)
    assert len(set(lines)) == len(set(markers)) == 7
    assert len({style.hatch(i) for i in range(7)}) == 7
    assert len({style.colour(i) for i in range(7)}) == 7


def test_looks_begin_again_after_the_last():
    assert style.colour(7) == style.colour(0)
    assert style.line(8) == style.line(1)
    assert style.hatch(9) == style.hatch(2)


def test_a_tint_goes_from_white_to_the_colour():
    assert style.tint(1, 0) == (1, 1, 1)
    assert to_hex(style.tint(1, 1)).upper() == style.class_colour(1)
    half = style.tint(1, 0.5)
    assert half == pytest.approx([(1 + part) / 2 for part in to_rgb(style.class_colour(1))])


def test_new_axes_keeps_the_axes_that_it_is_given():
    _, ax = plt.subplots()
    assert style.new_axes(ax) is ax
    assert len(plt.get_fignums()) == 1


def test_new_axes_makes_a_figure_of_the_default_size():
    ax = style.new_axes(None)
    assert tuple(ax.figure.get_size_inches()) == style.SIZE


@pytest.mark.parametrize("wrong", [5, "ax", plt, [None]])
def test_a_picture_refuses_what_are_no_axes(wrong):
    with pytest.raises(TypeError, match=r"mn\.plot\.cross_entropy: ax: expected a Matplotlib Axes"):
        mn.plot.cross_entropy(wrong)


def test_a_picture_refuses_a_figure():
    with pytest.raises(TypeError, match="expected a Matplotlib Axes"):
        mn.plot.cross_entropy(plt.figure())


def test_label_writes_all_three_texts_large_enough_to_halve():
    ax = style.new_axes(None)
    style.label(ax, "title", "time (s)", "loss (nats)")
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == (
        "title",
        "time (s)",
        "loss (nats)",
    )
    sizes = [
        ax.title.get_size(),
        ax.xaxis.label.get_size(),
        ax.xaxis.get_ticklabels()[0].get_size(),
    ]
    assert min(sizes) >= 11


def test_a_legend_below_hides_neither_data_nor_the_axis_label():
    ax = style.new_axes(None)
    for index in range(5):
        ax.plot([0, 1], [index, 0], label=f"curve {index}", **style.line(index))
    style.label(ax, "title", "epoch", "loss")
    style.legend_below(ax, columns=2)
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    legend = ax.get_legend().get_window_extent(renderer)
    assert legend.y1 < ax.xaxis.label.get_window_extent(renderer).y0
    assert legend.y0 >= 0
    assert legend.x0 >= 0
    assert legend.x1 <= ax.figure.bbox.x1
    assert len(ax.get_legend().get_texts()) == 5


NAMES = ["_first", "$b$ and $c", "d_$e$"]


def test_names_are_drawn_as_they_are():
    x, y = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3
    network = mn.Network([mn.Linear(2, 3), mn.Softmax()], seed=0)
    matrix = mn.plot.confusion_matrix(np.eye(3, dtype=int), NAMES)
    regions = mn.plot.decision_regions(network, x, y, class_names=NAMES)
    curves = mn.plot.learning_speed({name: np.ones((2, 3)) for name in NAMES})
    groups = [
        matrix.get_xticklabels(),
        matrix.get_yticklabels(),
        regions.get_legend().get_texts(),
        curves.get_legend().get_texts(),
    ]
    for texts in groups:
        for text, name in zip(texts, NAMES, strict=True):
            assert text.get_text().startswith(name)
            assert not text.get_parse_math()
    plt.close("all")


def test_a_picture_that_fails_leaves_no_open_figure():
    @style.picture
    def draw(ax: "plt.Axes | None" = None):
        style.new_axes(ax)
        raise ValueError("no picture")

    kept = plt.figure()
    for ax in (None, kept.gca()):
        with pytest.raises(ValueError, match="no picture"):
            draw(ax)
        assert plt.get_fignums() == [kept.number]
    plt.close(kept)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"title": 3}, r"norms: title: expected a text, got 3"),
        ({"quantity": None}, r"norms: quantity: expected a text, got None"),
        ({"legend": 1}, r"norms: legend: expected True or False, got 1"),
        ({"logarithmic": "yes"}, r"norms: logarithmic: expected True or False"),
        ({"figsize": (3, 4)}, r"norms: figsize: expected one of the arguments curves"),
    ],
)
def test_what_all_pictures_take_is_checked_before_anything_is_drawn(options, message):
    with pytest.raises(TypeError, match=message):
        mn.plot.norms({"a": [1.0, 2.0]}, **options)
    assert plt.get_fignums() == []


def test_a_wrong_ax_is_refused_before_a_training():
    x, y = mn.datasets.linear_binary(20, seed=0)
    layers = [mn.Linear(2, 1), mn.Sigmoid()]
    trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(1.0), seed=0)
    with pytest.raises(TypeError, match="ax: expected a Matplotlib Axes"):
        mn.plot.boundary_animation(trainer, x, y, [0, 1], ax="here")
    assert trainer.epochs == 0


def test_half_a_character_is_refused_before_anything_is_drawn():
    with pytest.raises(ValueError, match=r"title: expected text that can be drawn, got 'a.ud800'"):
        mn.plot.histories({"run": HISTORY}, title="a\ud800")
    ax = mn.plot.histories({"run": HISTORY}, title="größer \u2713")
    assert ax.get_title() == "größer \u2713"
