"""The generated sets: every label is computed again from x, by hand and one row at a time."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minnet.data import datasets

SEEDED = {
    "linear_binary": datasets.linear_binary,
    "linear_three_class": datasets.linear_three_class,
    "double_arc": datasets.double_arc,
    "copper_coin": datasets.copper_coin,
    "blobs": datasets.blobs,
    "spirals": datasets.spirals,
}
FIXED = {
    "xor": datasets.xor,
    **{
        f"logic_gate {gate}": (lambda gate=gate: datasets.logic_gate(gate))
        for gate in ("and", "or", "nand", "nor", "xor", "xnor", "not")
    },
}


def in_global_state(call):
    """The legacy global state before and after a call, from a start that no code would choose."""
    np.random.seed(977)  # noqa: NPY002
    states = []
    for step in (lambda: None, call):
        step()
        name, keys, *rest = np.random.get_state()  # noqa: NPY002 (the state that must not change)
        states.append((name, keys.tobytes(), tuple(rest)))
    return states


@pytest.mark.parametrize("name", SEEDED)
def test_the_seed_fixes_the_rows(name):
    make = SEEDED[name]
    first, again, other = make(60, 3), make(60, seed=3), make(60, 4)
    assert np.array_equal(first.x, again.x)
    assert np.array_equal(first.y, again.y)
    assert not np.array_equal(first.x, other.x)
    assert not np.array_equal(make(60, None).x, make(60, None).x)
    assert not np.shares_memory(first.x, again.x)


@pytest.mark.parametrize("name", SEEDED)
def test_global_random_state_is_neither_read_nor_changed(name):
    before, after = in_global_state(lambda: SEEDED[name](40, 0))
    assert before == after


@pytest.mark.parametrize("name", SEEDED)
@given(n=st.integers(2, 80).map(lambda half: 2 * half), seed=st.integers(0, 2**70))
def test_shapes_and_types(name, n, seed):
    dataset = SEEDED[name](n, seed)
    x, y = dataset
    assert (x.shape, y.shape) == ((n, 2), (n,))
    assert (x.dtype, y.dtype) == (np.float64, np.int64)
    assert np.isfinite(x).all()
    assert y.min() >= 0
    assert y.max() < len(dataset.class_names)
    assert x.flags.owndata
    assert dataset.feature_names == ("x1", "x2")
    assert name in dataset.source
    assert dataset.licence == ""


@pytest.mark.parametrize("name", FIXED)
def test_gates_are_new_at_every_call(name):
    FIXED[name]().x[:] = 7
    FIXED[name]().y[:] = 7
    assert FIXED[name]().x.max() == 1
    assert FIXED[name]().y.max() == 1


def test_linear_binary_follows_its_formula():
    x, y = datasets.linear_binary(2000, 0)
    assert [int(x2 > 2 * x1 - 0.5) for x1, x2 in x] == y.tolist()
    assert x.min() >= 0
    assert x.max() <= 1
    assert np.abs(x.mean(axis=0) - 0.5).max() < 0.03
    assert abs(y.mean() - 0.5) < 0.04  # the line through (0.5, 0.5) halves the square


def three_class(x1, u):
    """The class of linear_three_class in words of the formula; None for none."""
    a, b, c = 2.5 * x1 - 10, 0.3 * x1 + 5, -x1 + 10
    if u > a and u > b and u > c:
        return 0
    if u > a and u < b and u < c:
        return 1
    if u < a and u < b and u > c:
        return 2
    return None


def test_linear_three_class_without_noise_follows_its_formula():
    x, y = datasets.linear_three_class(2000, 1, noise=0)
    assert [three_class(x1, x2) for x1, x2 in x] == y.tolist()
    assert np.bincount(y).min() > 300


@pytest.mark.parametrize("noise", [0.3, 1.0, 4.0])
def test_linear_three_class_with_noise_is_within_one_shift_of_its_formula(noise):
    x, y = datasets.linear_three_class(1500, 2, noise)
    shifts = np.linspace(-noise, noise, 4001)
    for (x1, x2), label in zip(x, y, strict=True):
        a, b, c = 2.5 * x1 - 10, 0.3 * x1 + 5, -x1 + 10
        u = np.abs(x2 - shifts)
        possible = {
            0: (u > a) & (u > b) & (u > c),
            1: (u > a) & (u < b) & (u < c),
            2: (u < a) & (u < b) & (u > c),
        }
        assert possible[int(label)].any()


def test_linear_three_class_shifts_only_the_label():
    """x2 stays in [0, 10] and the rows are those of the stream: one draw of three per row."""
    noise, n = 1.5, 400
    x, y = datasets.linear_three_class(n, 5, noise)
    expected = []
    stream = np.random.default_rng(5)
    while len(expected) < n:
        first, second, third = stream.random(3)
        x1, x2, shift = 10 * first, 10 * second, noise * (2 * third - 1)
        label = three_class(x1, abs(x2 - shift))
        if label is not None:
            expected.append((x1, x2, label))
    assert np.array_equal(x, np.array(expected)[:, :2])
    assert [row[2] for row in expected] == y.tolist()
    assert x.min() >= 0
    assert x.max() <= 10


def test_linear_three_class_noise_defaults_to_one_and_mixes_the_classes():
    x, y = datasets.linear_three_class(1000, 3)
    assert np.array_equal(x, datasets.linear_three_class(1000, 3, noise=1.0).x)
    strayed = [three_class(x1, x2) != label for (x1, x2), label in zip(x, y, strict=True)]
    assert 20 < sum(strayed) < 300


@given(few=st.integers(1, 40), more=st.integers(0, 60), seed=st.integers(0, 99))
def test_linear_three_class_begins_alike_for_every_length(few, more, seed):
    short, long = (datasets.linear_three_class(n, seed) for n in (few, few + more))
    assert np.array_equal(short.x, long.x[:few])
    assert np.array_equal(short.y, long.y[:few])


GATES = {
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "nand": lambda a, b: not (a and b),
    "nor": lambda a, b: not (a or b),
    "xor": lambda a, b: a != b,
    "xnor": lambda a, b: a == b,
}


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("write", [str.lower, str.upper, str.title])
def test_gates_follow_their_truth_table(gate, write):
    dataset = datasets.logic_gate(write(gate))
    assert dataset.x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert dataset.y.tolist() == [int(GATES[gate](bool(a), bool(b))) for a, b in dataset.x]
    assert dataset.class_names == ("false", "true")


def test_not_has_one_input():
    dataset = datasets.logic_gate("NOT")
    assert dataset.x.tolist() == [[0], [1]]
    assert dataset.y.tolist() == [1, 0]
    assert dataset.feature_names == ("x1",)


def test_xor_is_the_xor_gate():
    assert datasets.xor().x.tolist() == datasets.logic_gate("xor").x.tolist()
    assert datasets.xor().y.tolist() == [0, 1, 1, 0]


def test_double_arc_follows_its_formula():
    x, y = datasets.double_arc(2000, 0)
    noise = x[:, 1] - np.sin(x[:, 0]) - 0.65 * y
    assert y.tolist() == [0] * 1000 + [1] * 1000
    for arc in (x[:1000, 0], x[1000:, 0]):
        assert arc[[0, -1]].tolist() == [0, 3.14]
        assert np.allclose(np.diff(arc), 3.14 / 999, rtol=1e-9)
    assert np.abs(noise).max() <= 0.125 + 1e-12
    assert noise.min() < -0.12
    assert noise.max() > 0.12
    assert abs(np.corrcoef(noise[:1000], noise[1000:])[0, 1]) < 0.1  # independent on the two arcs


def test_double_arc_with_one_point_per_arc():
    assert datasets.double_arc(2, 0).x[:, 0].tolist() == [0, 0]


def coin(x1, x2):
    if abs(x1) < 0.2 and abs(x2) < 0.2:
        return 0
    return 1 if math.sqrt(x1**2 + x2**2) < 0.45 else 2


def test_copper_coin_follows_its_formula():
    x, y = datasets.copper_coin(6000, 0)
    assert [coin(x1, x2) for x1, x2 in x] == y.tolist()
    assert -0.5 <= x.min() < -0.499
    assert 0.499 < x.max() <= 0.5
    shares = np.bincount(y) / len(y)
    disc = math.pi * 0.45**2
    assert np.abs(shares - [0.16, disc - 0.16, 1 - disc]).max() < 0.02


@given(n=st.integers(6, 60), classes=st.integers(2, 6))
def test_blobs_without_spread_are_their_centres(n, classes):
    x, y = datasets.blobs(n, 0, classes=classes, spread=0)
    assert y.tolist() == [i % classes for i in range(n)]
    for (x1, x2), k in zip(x, y.tolist(), strict=True):
        angle = 2 * math.pi * k / classes
        assert math.isclose(x1, 5 * math.cos(angle), abs_tol=1e-12)
        assert math.isclose(x2, 5 * math.sin(angle), abs_tol=1e-12)


def test_blobs_spread_as_asked():
    x, y = datasets.blobs(6000, 0, classes=3, spread=0.5)
    for k in range(3):
        assert np.abs(x[y == k].std(axis=0) - 0.5).max() < 0.03
        centre = 5 * np.array([math.cos(2 * math.pi * k / 3), math.sin(2 * math.pi * k / 3)])
        assert np.abs(x[y == k].mean(axis=0) - centre).max() < 0.05


@given(n=st.integers(5, 60), classes=st.integers(2, 5), turns=st.floats(0.1, 4))
def test_spirals_without_noise_follow_their_formula(n, classes, turns):
    x, y = datasets.spirals(n, 0, classes=classes, turns=turns, noise=0)
    assert y.tolist() == [i % classes for i in range(n)]
    for k in range(classes):
        arm = x[y == k]
        for place, (x1, x2) in enumerate(arm, start=1):
            t = place / len(arm)
            angle = 2 * math.pi * (turns * t + k / classes)
            assert math.isclose(x1, t * math.cos(angle), abs_tol=1e-12)
            assert math.isclose(x2, t * math.sin(angle), abs_tol=1e-12)


def test_spirals_noise_is_a_standard_deviation():
    smooth = datasets.spirals(4000, 0, noise=0).x
    rough = datasets.spirals(4000, 0, noise=0.1).x
    assert np.abs((rough - smooth).std(axis=0) - 0.1).max() < 0.01


BAD = [
    *[(name, (n, 0), error) for name in SEEDED for n, error in [(0, ValueError), (-4, ValueError)]],
    *[(name, (n, 0), TypeError) for name in SEEDED for n in ("10", None, True)],
    *[(name, (2.5, 0), ValueError) for name in SEEDED],
    *[(name, (10, seed), ValueError) for name in SEEDED for seed in (-1, 0.5, math.nan)],
    *[(name, (10, seed), TypeError) for name in SEEDED for seed in ("0", [1], False)],
    ("linear_three_class", (10, 0, -1), ValueError),
    ("linear_three_class", (10, 0, math.nan), ValueError),
    ("linear_three_class", (10, 0, math.inf), ValueError),
    ("linear_three_class", (10, 0, "1"), TypeError),
    ("blobs", (10, 0, 1), ValueError),
    ("blobs", (2, 0, 3), ValueError),
    ("blobs", (10, 0, 3, -0.1), ValueError),
    ("spirals", (10, 0, 1), ValueError),
    ("spirals", (2, 0, 3), ValueError),
    ("spirals", (10, 0, 2, 0), ValueError),
    ("spirals", (10, 0, 2, 1, -1), ValueError),
]


@pytest.mark.parametrize(("name", "arguments", "error"), BAD)
def test_bad_input_is_named(name, arguments, error):
    with pytest.raises(error, match=rf"{name}: \w+: expected .*, got ") as caught:
        SEEDED[name](*arguments)
    assert type(caught.value) is error


def test_double_arc_asks_for_an_even_number():
    with pytest.raises(ValueError, match=r"double_arc: n: expected an even number.*got 7\. Use 6"):
        datasets.double_arc(7, 0)


@pytest.mark.parametrize(
    ("name", "error"), [("imply", ValueError), ("", ValueError), (3, TypeError), (None, TypeError)]
)
def test_an_unknown_gate_is_answered_with_the_list(name, error):
    with pytest.raises(error, match=r"logic_gate: name: expected one of and, or, .*, got"):
        datasets.logic_gate(name)


@pytest.mark.parametrize("noise", [0, 1e300])
def test_linear_three_class_ends_for_every_noise(noise):
    assert len(datasets.linear_three_class(50, 0, noise=noise).y) == 50
