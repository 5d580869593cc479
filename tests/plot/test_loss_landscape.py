"""Surface, contours and slices of a loss grid."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn
from minnet.plot import descend, loss_contours, loss_grid, loss_slices, loss_surface

mpl.use("Agg")


X, Y = np.array([[-1.0], [0.5], [2.0]]), np.array([0.0, 1.0, 0.0])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def trainer():
    network = mn.Network([mn.Linear(1, 1), mn.Sigmoid()], dtype="float64", seed=0)
    return mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.5))


@pytest.fixture
def grid(trainer):
    return loss_grid(trainer, X, Y, (-2, 2), (-1, 3), points=9)


def loss_at(w, b):
    a = 1 / (1 + np.exp(-(w * X[:, 0] + b)))
    return ((a - Y) ** 2).mean() / 2


def test_the_surface_has_the_path_on_it(grid):
    path = np.array([[0.0, 0.0, loss_at(0, 0)], [1.0, 1.0, loss_at(1, 1)]])
    ax = loss_surface(grid, path, title="mine", names=("u", "v"))
    assert (ax.name, ax.get_title(), ax.get_zlabel()) == ("3d", "mine", "loss")
    np.testing.assert_array_equal(np.column_stack(ax.lines[0].get_data_3d()), path)
    corners = ax.collections[0]._vec[2] if hasattr(ax.collections[0], "_vec") else None
    if corners is not None:
        assert corners.min() == pytest.approx(grid.losses.min())
        assert corners.max() == pytest.approx(grid.losses.max())


def test_the_contours_have_the_path_on_them_and_numbers_apart_from_it(grid):
    bare = loss_contours(grid)
    assert not bare.lines
    numbers = [text.get_position() for text in bare.texts if text.get_visible()]
    assert len(numbers) > 3
    first, last = numbers[0], numbers[-1]
    path = np.array([[*first, 0.1], [*last, 0.1]])  # straight over two of them
    ax = loss_contours(grid, path)
    np.testing.assert_array_equal(np.column_stack(ax.lines[0].get_data()), path[:, :2])
    shown = [text.get_position() for text in ax.texts if text.get_visible()]
    assert shown
    assert set(shown) <= set(numbers) - {first, last}
    assert all(text.get_rotation() == 0 for text in ax.texts)


def test_a_slice_is_a_row_of_the_grid_or_lies_between_two(grid):
    ax = loss_slices(grid, [0.0, 0.25], names=("u", "v"))
    np.testing.assert_allclose(ax.lines[0].get_ydata(), grid.losses[2], rtol=1e-12)
    half = (grid.losses[2] + grid.losses[3]) / 2
    np.testing.assert_allclose(ax.lines[1].get_ydata(), half, rtol=1e-12)
    assert [line.get_label() for line in ax.lines] == ["v = 0", "v = 0.25"]


def test_bad_arguments_of_the_others(trainer, grid):
    with pytest.raises(TypeError, match=r"mn\.plot\.loss_grid: trainer: expected a Trainer"):
        loss_grid(trainer.network, X, Y, (0, 1), (0, 1))
    with pytest.raises(ValueError, match=r"mn\.plot\.descend: steps: expected a whole number"):
        descend(trainer, X, Y, 0)
    with pytest.raises(TypeError, match=r"mn\.plot\.descend: trainer: expected a Trainer"):
        descend(None, X, Y, 1)
    for draw in (loss_surface, loss_contours):
        with pytest.raises(
            TypeError, match=rf"{draw.__name__}: grid: expected what mn\.plot\.loss"
        ):
            draw([1, 2])
        with pytest.raises(ValueError, match=r"paths\['path'\]: .*\(n, 3\), got \(1, 2\)"):
            draw(grid, [[0.0, 0.0]])
    with pytest.raises(TypeError, match=r"loss_surface: ax: expected Axes with depth"):
        loss_surface(grid, ax=plt.subplots()[1])
    with pytest.raises(TypeError, match=r"loss_slices: at: expected a list"):
        loss_slices(grid, 1.0)
    with pytest.raises(ValueError, match=r"loss_slices: at\[1\]: expected a finite number .*<= 3"):
        loss_slices(grid, [0, 4])
    with pytest.raises(TypeError, match=r"loss_slices: grid"):
        loss_slices(None, [0])


def test_a_surface_without_a_path_has_no_line(grid):
    assert not loss_surface(grid).lines
