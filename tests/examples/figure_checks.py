"""What the tests of the pictures share: each picture made once, small, and its plotted arrays."""

import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

mpl.use("Agg")

EXAMPLES = Path(__file__).parents[2] / "examples"

GALLERY = EXAMPLES / "gallery"

sys.path.insert(0, str(GALLERY))  # the sources import each other by their plain names
try:
    import headline
    import make_figures
    import neuron
    import squared

    PICTURES = make_figures.all_pictures()
finally:
    sys.path.remove(str(GALLERY))

__all__ = [
    "EXAMPLES",
    "PICTURES",
    "headline",
    "make_figures",
    "neuron",
    "squared",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """`made("sigmoid")`: the Figure, which has also been saved, with 20 dots per inch."""
    folder = tmp_path_factory.mktemp("figures")
    finished = {}

    def make(name):
        if name not in finished:
            finished[name] = PICTURES[name](True)
            path = folder / f"{name}.png"
            make_figures.save_small(finished[name], path, 20)
            assert path.read_bytes()[:4] == b"\x89PNG"
        return finished[name]

    yield make
    plt.close("all")


def lines(ax):
    """label -> (x, y) of each labelled line."""
    named = [line for line in ax.lines if not line.get_label().startswith("_")]
    return {line.get_label(): np.array(line.get_data()) for line in named}


def texts(ax):
    """What is written into the axes."""
    return [text.get_text() for text in ax.texts]


def sigmoid(z):
    """By its formula."""
    return 1 / (1 + np.exp(-z))
