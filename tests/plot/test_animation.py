"""The film of a boundary: a frame for each epoch, and each shows the network of that epoch."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.animation import PillowWriter

import minnet as mn
from minnet.plot import boundary_animation

mpl.use("Agg")

POINTS = mn.datasets.linear_binary(40, seed=0)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def trainer_of():
    network = mn.Network([mn.Linear(2, 1), mn.Sigmoid()], dtype="float64", seed=0)
    return mn.Trainer(network, mn.BinaryCrossEntropy(), mn.SGD(2.0), seed=0)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Frames after epochs 0, 2 and 6, saved; and what was drawn in each."""
    trainer = trainer_of()
    animation = boundary_animation(trainer, *POINTS, [0, 2, 6], batch_size=10)
    seen = []
    (ax,) = plt.gcf().axes

    def look(*_):
        lines = [c for c in ax.collections if hasattr(c, "levels")]
        seen.append((ax.get_title(), np.array(ax.images[0].get_array()), lines))

    path = tmp_path_factory.mktemp("film") / "film.gif"
    animation.save(path, PillowWriter(fps=5), dpi=30, progress_callback=look)
    return trainer, seen, path, ax


def test_each_frame_shows_the_network_of_its_epoch(film):
    _, seen, _, ax = film
    titles = [title.partition(":")[0] for title, _, _ in seen]
    assert titles == ["epoch 0", "epoch 2", *["epoch 6"] * 3]
    at = np.linspace(*ax.get_xlim(), 80), np.linspace(*ax.get_ylim(), 80)
    grid = np.column_stack([part.ravel() for part in np.meshgrid(*at)])
    again = trainer_of()
    for epochs, (_, field, _) in zip((0, 2, 6), seen, strict=False):
        if epochs:
            again.fit(*POINTS, until=epochs, batch_size=10, progress=False)
        np.testing.assert_allclose(field.ravel(), again.network.predict(grid)[:, 0], atol=1e-12)
    right = (again.predict_classes(POINTS[0]) == POINTS[1]).mean()
    assert seen[-1][0] == f"epoch 6: {right:.0%} right"


def test_there_is_one_line_at_a_time_and_it_is_the_boundary(film):
    trainer, seen, _, ax = film
    assert all(len(lines) <= 1 for _, _, lines in seen)
    (line,) = (c for c in ax.collections if hasattr(c, "levels"))
    on_it = np.concatenate([path.vertices for path in line.get_paths()])
    np.testing.assert_allclose(trainer.predict(on_it), 0.5, atol=0.02)


def test_it_is_a_film(film):
    from PIL import Image

    trainer, _, path, _ = film
    assert trainer.epochs == 6
    assert path.read_bytes()[:6] == b"GIF89a"
    with Image.open(path) as image:
        assert image.n_frames >= 3


@pytest.mark.filterwarnings("ignore:Animation was deleted:UserWarning")
def test_it_draws_into_the_given_axes_with_the_given_class_names(tmp_path):
    own = plt.subplots()[1]
    names = ["below", "above"]
    film = boundary_animation(trainer_of(), *POINTS, [0], ax=own, class_names=names)
    assert len(plt.get_fignums()) == 1
    assert [text.get_text() for text in own.get_legend().get_texts()] == names
    film.save(tmp_path / "film.gif", "pillow", dpi=20)


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"trainer": trainer_of().network}, TypeError, r"trainer: expected a Trainer"),
        ({"epochs": 5}, TypeError, r"epochs: expected a list such as range\(0, 50, 2\)"),
        ({"epochs": []}, TypeError, r"epochs: expected a list"),
        ({"epochs": [0, 2, 2]}, ValueError, r"epochs: expected numbers that increase"),
        ({"epochs": [0, 1.5]}, ValueError, r"epochs\[1\]: expected a whole number"),
        ({"epochs": [-1]}, ValueError, r"epochs\[0\]: expected a whole number >= 0"),
        (
            {"y": np.arange(40) % 3},
            ValueError,
            r"y: expected labels 0 and 1, got y\[2\] = 2\. Choose",
        ),
        ({"x": np.ones((40, 3))}, ValueError, r"two features"),
        ({"class_names": ["one"]}, ValueError, r"class_names: expected 2 names"),
        ({"milliseconds": 0}, ValueError, r"milliseconds: expected a whole number"),
    ],
)
def test_bad_input(changes, kind, message):
    given = {"trainer": trainer_of(), "x": POINTS.x, "y": POINTS.y, "epochs": [0, 1]} | changes
    with pytest.raises(kind, match=rf"mn\.plot\.boundary_animation: .*{message}"):
        boundary_animation(**given)
    assert not plt.get_fignums()


def test_a_network_without_probabilities_is_refused():
    layers = [mn.Linear(2, 3), mn.Softmax()]
    trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=0)
    with pytest.raises(ValueError, match=r"expected one output from 0 to 1, got .*\(3,\)"):
        boundary_animation(trainer, *POINTS, [0, 1])
