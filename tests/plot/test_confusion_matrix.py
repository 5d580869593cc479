"""The picture of a confusion matrix: counts, shares, names, and letters that can be read."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import confusion_matrix

mpl.use("Agg")

COUNTS = np.array([[8, 2, 0], [0, 5, 0], [1, 1, 2]])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def fields(ax):
    """(row, column) -> text."""
    return {(int(t.get_position()[1]), int(t.get_position()[0])): t for t in ax.texts}


def test_each_field_shows_its_count_and_its_share_of_the_row():
    shown = {place: text.get_text() for place, text in fields(confusion_matrix(COUNTS)).items()}
    assert len(shown) == 9
    assert shown[0, 0] == "8\n80.0%"
    assert shown[0, 1] == "2\n20.0%"
    assert shown[1, 0] == "0\n0.0%"
    assert shown[2, 0] == "1\n25.0%"
    assert shown[2, 2] == "2\n50.0%"


def test_the_shade_is_the_share_of_the_row():
    (image,) = confusion_matrix(COUNTS).images
    np.testing.assert_allclose(image.get_array(), COUNTS / COUNTS.sum(axis=1, keepdims=True))
    assert image.get_clim() == (0, 1)


def test_letters_contrast_with_their_field():
    ax = confusion_matrix(COUNTS)
    (image,) = ax.images
    for (row, column), text in fields(ax).items():
        red, green, blue, _ = image.cmap(image.norm(image.get_array()[row, column]))
        field = 0.3 * red + 0.59 * green + 0.11 * blue
        letters = 1.0 if text.get_color() == "white" else 0.0
        assert abs(field - letters) > 0.4, (row, column)


def test_rows_are_true_and_columns_predicted():
    ax = confusion_matrix(COUNTS, ["setosa", "versicolor", "virginica"])
    assert ax.get_xlabel() == "predicted class"
    assert ax.get_ylabel() == "true class (per cent of its row)"
    assert [t.get_text() for t in ax.get_xticklabels()] == ["setosa", "versicolor", "virginica"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["setosa", "versicolor", "virginica"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "row 0 is at the top"
    assert ax.get_title() == "Confusion matrix: 15 of 19 right"


def test_it_takes_what_the_metric_gives():
    matrix = mn.metrics.confusion_matrix([[0.2], [0.9], [0.6], [0.4]], [0, 1, 1, 1])
    shown = fields(confusion_matrix(matrix))
    assert shown[1, 0].get_text() == "1\n33.3%"


def test_a_class_without_samples_has_no_share():
    shown = fields(confusion_matrix([[3, 1], [0, 0]]))
    assert shown[1, 0].get_text() == "0\n0.0%"


def test_whole_floats_are_counts():
    assert fields(confusion_matrix([[3.0, 1.0], [0.0, 2.0]]))[0, 0].get_text() == "3\n75.0%"


def test_it_draws_into_the_axes_that_it_is_given():
    _, ax = plt.subplots()
    assert confusion_matrix(COUNTS, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("matrix", "kind", "parts"),
    [
        ([0, 1, 1], ValueError, ["shape (k, k), got (3,)", "mn.metrics.confusion_matrix"]),
        ([[1, 2, 3], [4, 5, 6]], ValueError, ["got (2, 3)"]),
        ([[1, -2], [0, 3]], ValueError, ["matrix[0, 1] = -2"]),
        ([[0.9, 0.1], [0.0, 1.0]], ValueError, ["matrix[0, 0] = 0.9", "give the counts"]),
        ([[1.0, np.nan], [0.0, 1.0]], ValueError, ["matrix[0, 1] = nan"]),
        ([["a", "b"], ["c", "d"]], TypeError, ["matrix", "numbers"]),
        (np.zeros((0, 0)), ValueError, ["matrix", "empty"]),
    ],
)
def test_what_is_no_matrix_of_counts_is_refused(matrix, kind, parts):
    with pytest.raises(kind) as caught:
        confusion_matrix(matrix)
    for part in ["mn.plot.confusion_matrix", *parts]:
        assert part in str(caught.value)


def test_the_number_of_names_must_be_that_of_the_classes():
    with pytest.raises(ValueError, match=r"class_names: expected 3 names, got 2: \['a', 'b'\]"):
        confusion_matrix(COUNTS, ["a", "b"])
    with pytest.raises(TypeError, match=r"class_names: expected a list of 3 names, got 'abc'"):
        confusion_matrix(COUNTS, "abc")


def test_a_wrong_ax_is_refused():
    with pytest.raises(TypeError, match=r"mn\.plot\.confusion_matrix: ax: expected a Matplotlib"):
        confusion_matrix(COUNTS, ax=3)
