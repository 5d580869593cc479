"""Generated data sets of known shapes, on which a wrong decision boundary is easy to see.

Each function is a formula and a seed. The same arguments give the same rows in each run, and no
global random state is read or changed. All return a `Dataset` that unpacks as `x, y`: x (n, 2)
float64 without unit, y (n,) int64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from minnet.data.datasets.dataset import Dataset
from minnet.utils import checks

Points = NDArray[np.float64]
Labels = NDArray[np.int64]

_GATES = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
    "xor": (0, 1, 1, 0),
    "xnor": (1, 0, 0, 1),
    "not": (1, 0),
}


def linear_binary(n: int, seed: int | None) -> Dataset:
    """Two classes that a straight line divides: one sigmoid neuron can learn them.

    x uniform in [0, 1]^2;  y = 1 where x2 > 2 x1 - 0.5, else 0.

    Args:
        n: rows, a whole number >= 1.
        seed: a whole number >= 0, or None for different rows at each call.

    Raises:
        TypeError, ValueError: n or seed is not such a number.

    >>> x, y = linear_binary(200, seed=0)
    >>> bool(np.all(y == (x[:, 1] > 2 * x[:, 0] - 0.5)))
    True
    """
    x = _generator("linear_binary", seed).random((_rows("linear_binary", n), 2))
    y = (x[:, 1] > 2 * x[:, 0] - 0.5).astype(np.int64)
    return _dataset("linear_binary", x, y, ("below the line", "above the line"))


def linear_three_class(n: int, seed: int | None, noise: float = 1.0) -> Dataset:
    """Three classes between three lines; the noise determines how much they overlap.

    x uniform in [0, 10]^2;  u = abs(x2 - s) with one s ~ U(-noise, noise) per row.
    y = 0 where u is above all of 2.5 x1 - 10, 0.3 x1 + 5 and -x1 + 10,
    y = 1 where u is above 2.5 x1 - 10 and below the other two,
    y = 2 where u is below 2.5 x1 - 10 and 0.3 x1 + 5 and above -x1 + 10.
    Other rows are dropped, and new ones drawn until there are n. s affects only the label: x2 is
    not shifted. Few rows may lack a class; the first k of n rows are the same as for n = k.

    Args:
        n: rows, a whole number >= 1.
        seed: a whole number >= 0, or None for different rows at each call.
        noise: half the width of the shift, >= 0, in units of x2; 0 separates the classes cleanly.

    Raises:
        TypeError, ValueError: an argument is not such a number.

    >>> linear_three_class(300, seed=0).x.shape
    (300, 2)
    """
    place = "linear_three_class"
    n = _rows(place, n)
    noise = checks.number(place, "noise", noise, minimum=0)
    generator = _generator(place, seed)
    kept_x: Points = np.empty((0, 2))
    kept_y: Labels = np.empty(0, dtype=np.int64)
    while len(kept_y) < n:
        drawn = generator.random((2 * n, 3))
        x = 10 * drawn[:, :2]
        shift = noise * (2 * drawn[:, 2] - 1)
        y = _between_three_lines(x[:, 0], np.abs(x[:, 1] - shift))
        kept_x = np.concatenate([kept_x, x[y >= 0]])
        kept_y = np.concatenate([kept_y, y[y >= 0]])
    return _dataset(place, kept_x[:n].copy(), kept_y[:n].copy(), ("class 0", "class 1", "class 2"))


def _between_three_lines(x1: Points, u: Points) -> Labels:
    """The class of each (x1, u) in `linear_three_class`, -1 if it is in none."""
    steep, flat, falling = 2.5 * x1 - 10, 0.3 * x1 + 5, -x1 + 10
    conditions = [
        (u > steep) & (u > flat) & (u > falling),
        (u > steep) & (u < flat) & (u < falling),
        (u < steep) & (u < flat) & (u > falling),
    ]
    return np.select(conditions, [0, 1, 2], default=-1).astype(np.int64)


def xor() -> Dataset:
    """Exclusive or: four points that no straight line divides. The same as `logic_gate("xor")`.

    x = (0, 0), (0, 1), (1, 0), (1, 1);  y = 0, 1, 1, 0.

    Source: M. Minsky, S. Papert, Perceptrons (1969).

    >>> x, y = xor()
    >>> x.tolist(), y.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    return logic_gate("xor")


def logic_gate(name: str) -> Dataset:
    """The truth table of a logic gate: 1 is true, 0 is false.

    x = (0, 0), (0, 1), (1, 0), (1, 1) and y = gate(x1, x2), with
    and 0001, or 0111, nand 1110, nor 1000, xor 0110, xnor 1001.
    "not" has one input: x = (0), (1) and y = 1, 0.

    Args:
        name: "and", "or", "nand", "nor", "xor", "xnor" or "not", upper or lower case.

    Returns:
        A `Dataset`: x (4, 2), y (4,); for "not" x (2, 1), y (2,).

    Raises:
        TypeError: name is not a string. ValueError: there is no such gate.

    >>> logic_gate("NAND").y.tolist()
    [1, 1, 1, 0]
    """
    gate = name.lower() if isinstance(name, str) else None
    if gate not in _GATES:
        error = ValueError if isinstance(name, str) else TypeError
        raise error(
            f"logic_gate: name: expected one of {', '.join(_GATES)}, got "
            f'{checks.describe(name)}. Write for example logic_gate("and").'
        )
    rows = [[0], [1]] if gate == "not" else [[0, 0], [0, 1], [1, 0], [1, 1]]
    x = np.array(rows, dtype=np.float64)
    return _dataset("logic_gate", x, np.array(_GATES[gate], dtype=np.int64), ("false", "true"))


def double_arc(n: int, seed: int | None) -> Dataset:
    """Two arcs, one above the other: a line does not divide them, a few hidden neurons do.

    On each arc n/2 points with x1 evenly from 0 to 3.14, both ends included;
    class 0: x2 = sin x1 + e;  class 1: x2 = sin x1 + e + 0.65;  e ~ U(-0.125, 0.125),
    drawn for each point. The rows of class 0 come first.

    Args:
        n: rows, an even whole number >= 2 (2 gives one point per arc, at x1 = 0).
        seed: a whole number >= 0, or None for different rows at each call.

    Raises:
        TypeError, ValueError: n or seed is not such a number.

    >>> double_arc(100, seed=0)
    Dataset(100 rows, 2 features; lower arc 50, upper arc 50)
    """
    n = _rows("double_arc", n, minimum=2)
    if n % 2:
        raise ValueError(
            f"double_arc: n: expected an even number, n/2 points for each arc, got {n}. "
            f"Use {n - 1} or {n + 1}."
        )
    noise = _generator("double_arc", seed).uniform(-0.125, 0.125, n)
    y = np.repeat(np.array([0, 1], dtype=np.int64), n // 2)
    x1 = np.tile(np.linspace(0, 3.14, n // 2), 2)
    x = np.column_stack([x1, np.sin(x1) + noise + 0.65 * y])
    return _dataset("double_arc", x, y, ("lower arc", "upper arc"))


def copper_coin(n: int, seed: int | None) -> Dataset:
    """An old Chinese coin: a square hole, the metal around it, and the table it lies on.

    x uniform in [-0.5, 0.5]^2;  r = sqrt(x1^2 + x2^2);
    y = 0 where abs(x1) < 0.2 and abs(x2) < 0.2, else 1 where r < 0.45, else 2.
    The areas are 0.16, 0.476 and 0.364 of the whole.

    Args:
        n: rows, a whole number >= 1.
        seed: a whole number >= 0, or None for different rows at each call.

    Raises:
        TypeError, ValueError: n or seed is not such a number.

    >>> copper_coin(300, seed=0).class_names
    ('hole', 'coin', 'table')
    """
    x = _generator("copper_coin", seed).random((_rows("copper_coin", n), 2)) - 0.5
    hole = np.all(np.abs(x) < 0.2, axis=1)
    disc = np.hypot(x[:, 0], x[:, 1]) < 0.45
    y = np.select([hole, disc], [0, 1], default=2).astype(np.int64)
    return _dataset("copper_coin", x, y, ("hole", "coin", "table"))


def blobs(n: int, seed: int | None, classes: int = 3, spread: float = 1.0) -> Dataset:
    """Round clouds on a circle: the more they spread, the more they overlap.

    Row i has class k = i mod classes; its point is drawn around the centre of the class:
    x = 5 (cos(2 pi k / classes), sin(2 pi k / classes)) + spread (N(0, 1), N(0, 1)).

    Args:
        n: rows, a whole number >= classes.
        seed: a whole number >= 0, or None for different rows at each call.
        classes: a whole number >= 2.
        spread: the standard deviation of a cloud, >= 0, in units of x.

    Raises:
        TypeError, ValueError: an argument is not such a number.

    >>> blobs(90, seed=0)
    Dataset(90 rows, 2 features; class 0 30, class 1 30, class 2 30)
    """
    classes = checks.whole_number("blobs", "classes", classes, minimum=2)
    n = _rows("blobs", n, minimum=classes)
    spread = checks.number("blobs", "spread", spread, minimum=0)
    y = np.arange(n, dtype=np.int64) % classes
    centre = 5 * _direction(2 * np.pi * y / classes)
    x = centre + spread * _generator("blobs", seed).standard_normal((n, 2))
    return _dataset("blobs", x, y, tuple(f"class {k}" for k in range(classes)))


def spirals(
    n: int, seed: int | None, classes: int = 2, turns: float = 1.0, noise: float = 0.02
) -> Dataset:
    """Arms wound around each other: the shape that shows what hidden layers are for.

    Row i is of class k = i mod classes. Along its arm t rises evenly from 1/p to 1, p points in
    the arm;  x = t (cos g, sin g) + noise (N(0, 1), N(0, 1)),  g = 2 pi (turns t + k / classes).

    Args:
        n: rows, a whole number >= classes.
        seed: a whole number >= 0, or None for different rows at each call.
        classes: the number of arms, a whole number >= 2.
        turns: how often an arm goes round, > 0.
        noise: standard deviation of each coordinate, >= 0; the arms end at radius 1.

    Raises:
        TypeError, ValueError: an argument is not such a number.

    Source: after K. J. Lang, M. J. Witbrock, Learning to tell two spirals apart (1988).

    >>> spirals(100, seed=0)
    Dataset(100 rows, 2 features; class 0 50, class 1 50)
    """
    classes = checks.whole_number("spirals", "classes", classes, minimum=2)
    n = _rows("spirals", n, minimum=classes)
    turns = checks.number("spirals", "turns", turns, minimum=0, above=True)
    noise = checks.number("spirals", "noise", noise, minimum=0)
    y = np.arange(n, dtype=np.int64) % classes
    t = (np.arange(n) // classes + 1) / np.bincount(y)[y]
    arm = t[:, None] * _direction(2 * np.pi * (turns * t + y / classes))
    x = arm + noise * _generator("spirals", seed).standard_normal((n, 2))
    return _dataset("spirals", x, y, tuple(f"class {k}" for k in range(classes)))


def _direction(angle: Points) -> Points:
    """The unit vectors (cos, sin) of angles in radians: (n,) to (n, 2)."""
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _rows(place: str, n: int, minimum: int = 1) -> int:
    return checks.whole_number(place, "n", n, minimum=minimum)


def _generator(place: str, seed: int | None) -> np.random.Generator:
    return np.random.default_rng(checks.seed(place, seed))


def _dataset(place: str, x: Points, y: Labels, class_names: tuple[str, ...]) -> Dataset:
    """The arrays with the names that all generated sets share: x1, x2."""
    features = tuple(f"x{j + 1}" for j in range(x.shape[1]))
    return Dataset(x, y, features, class_names, f"computed by minnet.data.datasets.{place}")
