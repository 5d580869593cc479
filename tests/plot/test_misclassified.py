"""The worst mistakes: only mistakes, the surest first, each under its right names."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from minnet.plot import mistakes

mpl.use("Agg")

PREDICTION = np.array(
    [
        [0.1, 0.8, 0.1],  # right
        [0.6, 0.3, 0.1],  # 1 taken for 0
        [0.02, 0.03, 0.95],  # 0 taken for 2: the worst
        [0.5, 0.1, 0.4],  # 2 taken for 0: the mildest
        [0.2, 0.2, 0.6],  # right
    ]
)
TRUE = np.array([1, 1, 0, 2, 2])
IMAGES = np.arange(5 * 6.0).reshape(5, 2, 3)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_worst_come_first_with_their_names():
    ax = mistakes(PREDICTION, TRUE, IMAGES)
    np.testing.assert_array_equal([image.get_array() for image in ax.images], IMAGES[[2, 1, 3]])
    assert [text.get_text() for text in ax.texts] == ["0\n2, 95 %", "1\n0, 60 %", "2\n0, 50 %"]
    assert ax.get_title() == "3 of 5 wrong"


def test_no_more_than_asked_for_but_all_are_counted():
    ax = mistakes(PREDICTION, TRUE, IMAGES, count=2)
    assert len(ax.images) == 2
    assert ax.get_title() == "3 of 5 wrong"


def test_long_names_take_a_line_of_their_own():
    ax = mistakes(PREDICTION, TRUE, IMAGES, class_names=["coat", "ankle boot", "bag"])
    assert ax.texts[1].get_text() == "ankle boot\ncoat\n60 %"


def test_one_hot_targets_do_as_well():
    ax = mistakes(PREDICTION, np.eye(3)[TRUE], IMAGES)
    assert ax.texts[0].get_text() == "0\n2, 95 %"


def test_nothing_is_changed():
    before = PREDICTION.copy(), TRUE.copy(), IMAGES.copy()
    mistakes(PREDICTION, TRUE, IMAGES)
    for now, then in zip((PREDICTION, TRUE, IMAGES), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize(
    ("change", "kind", "parts"),
    [
        ({"y": [1, 1, 0, 2]}, ValueError, ["prediction and y", "got 5 and 4"]),
        ({"y": [1, 1, 0, 2, 3]}, ValueError, ["y: expected labels below 3", "y[4] = 3"]),
        ({"y": [1, 1, 0, 2, -1]}, ValueError, ["y: "]),
        ({"images": IMAGES[:3]}, ValueError, ["prediction and images", "got 5 and 3"]),
        ({"images": 3.0}, ValueError, ["images"]),
        ({"prediction": PREDICTION[:, :1]}, ValueError, ["prediction", "(5, 1)", "softmax"]),
        ({"prediction": TRUE}, ValueError, ["prediction"]),
        ({"prediction": np.eye(3)[TRUE]}, ValueError, ["at least one mistake", "5 right"]),
        ({"count": 0}, ValueError, ["count: expected a whole number >= 1"]),
        ({"class_names": ["a"]}, ValueError, ["class_names: expected 3 names"]),
        ({"ax": "here"}, TypeError, ["ax: expected a Matplotlib Axes"]),
    ],
)
def test_bad_input_is_refused(change, kind, parts):
    with pytest.raises(kind) as caught:
        mistakes(**{"prediction": PREDICTION, "y": TRUE, "images": IMAGES, **change})
    for part in ["mn.plot.", *parts]:
        assert part in str(caught.value)
