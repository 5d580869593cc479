"""AdamW, RMSProp, AdaGrad, AdaDelta against their formulas, and what the base class promises.

PyTorch's trajectories are in `test_optimizers.py`; here stand gradients that overflow when they
are squared, options that it has not, memory, and optimizers of one's own.
"""

import copy
import math
import pickle
import tracemalloc

import numpy as np
import pytest

import minnet as mn
from minnet import optimizers
from minnet.optimizers import AdaDelta, AdaGrad, AdamW, RMSProp

KINDS = {
    "adamw": lambda rate=0.1: AdamW(rate, weight_decay=0.2),
    "rmsprop": lambda rate=0.1: RMSProp(rate, weight_decay=0.2),
    "rmsprop_momentum": lambda rate=0.1: RMSProp(rate, momentum=0.7),
    "rmsprop_centered": lambda rate=0.1: RMSProp(rate, centered=True),
    "rmsprop_all": lambda rate=0.1: RMSProp(
        rate, decay=0.8, epsilon=1e-4, momentum=0.7, centered=True, weight_decay=0.2
    ),
    "adagrad": lambda rate=0.1: AdaGrad(rate, epsilon=1e-3, weight_decay=0.2),
    "adadelta": lambda rate=0.1: AdaDelta(rate, decay=0.7, epsilon=1e-3, weight_decay=0.2),
}


def by_the_formulas(optimizer, w, gradients):
    """The lines of the docstrings, for one number w."""
    o, n, v, b, s, m = optimizer, 0.0, 0.0, 0.0, 0.0, 0.0
    rate = o.learning_rate
    for t, raw in enumerate(gradients, 1):
        g = raw + o.weight_decay * w
        if isinstance(o, AdamW):
            w = w - rate * o.weight_decay * w
            m = o.beta1 * m + (1 - o.beta1) * raw
            v = o.beta2 * v + (1 - o.beta2) * raw**2
            root = math.sqrt(v / (1 - o.beta2**t)) + o.epsilon
            w = w - rate * m / (1 - o.beta1**t) / root
        elif isinstance(o, RMSProp):
            v = o.decay * v + (1 - o.decay) * g**2
            n = o.decay * n + (1 - o.decay) * g
            u = g / (math.sqrt(v - n**2 if o.centered else v) + o.epsilon)
            b = o.momentum * b + u
            w = w - rate * b
        elif isinstance(o, AdaGrad):
            v = v + g**2
            w = w - rate * g / (math.sqrt(v) + o.epsilon)
        else:
            v = o.decay * v + (1 - o.decay) * g**2
            d = g * math.sqrt(s + o.epsilon) / math.sqrt(v + o.epsilon)
            s = o.decay * s + (1 - o.decay) * d**2
            w = w - rate * d
    return w


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_the_formulas_of_the_docstrings(name, scale):
    generator = np.random.default_rng(1)
    start, gradients = generator.normal(size=4), generator.normal(size=(12, 4)) * scale
    w, optimizer = start.copy(), KINDS[name]()
    for g in gradients:
        optimizer.step(w, g)
    expected = [
        by_the_formulas(KINDS[name](), *column) for column in zip(start, gradients.T, strict=True)
    ]
    np.testing.assert_allclose(w, expected, rtol=1e-11)


@pytest.mark.parametrize("name", sorted({*KINDS} - {"adagrad"}))
def test_a_gradient_whose_square_alone_overflows(name):
    """1e154 squared is near the largest float; a share of it is not."""
    generator = np.random.default_rng(2)
    gradients = generator.normal(size=(5, 6))
    huge = KINDS[name](), generator.normal(size=6)
    large = KINDS[name](), huge[1].copy()
    for g in gradients:
        huge[0].step(huge[1], g * 9e153)
        large[0].step(large[1], g * 2e120)
    np.testing.assert_allclose(huge[1], large[1], rtol=1e-12)


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("scale", [1e200, 1e300])
def test_an_infinite_mean_square_leaves_the_weights_finite(name, scale):
    optimizer, w = KINDS[name](), np.array([1.0, 2.0])
    for g in np.random.default_rng(0).normal(size=(5, 2)) * scale:
        optimizer.step(w, g)
    decay = 1 - 0.1 * 0.2 if name == "adamw" else 1
    assert w == pytest.approx(np.array([1.0, 2.0]) * decay**5, rel=1e-14)


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("g", [0.0, 5e-324, 1e-200])
def test_gradients_of_next_to_nothing(name, g):
    optimizer, w = KINDS[name](), np.zeros(3)
    for _ in range(5):
        optimizer.step(w, np.full(3, g))
    assert (np.abs(w) < 1e-150).all()


def test_a_variance_below_zero_by_rounding_is_zero():
    optimizer, w = RMSProp(1e-9, decay=0.3, centered=True), np.zeros(50)
    g = np.random.default_rng(0).normal(size=50) + 3
    for _ in range(200):
        optimizer.step(w, g)
    assert np.isfinite(w).all()
    variance = optimizer.state["square"] - optimizer.state["mean"] ** 2
    assert (variance < 0).any()  # without the cut these would have become NaN


def test_adamw_shrinks_all_weights_by_one_share():
    w = np.array([4.0, -2.0, 0.5])
    AdamW(0.1, weight_decay=0.5).step(w, np.zeros(3))
    assert w == pytest.approx(np.array([4.0, -2.0, 0.5]) * 0.95)
    assert AdamW().weight_decay == 0.01
    a, b = np.ones(3), np.ones(3)
    g = np.array([1.0, -5.0, 0.0])
    one, other = mn.Adam(0.1), AdamW(0.1, weight_decay=0)
    for _ in range(3):
        one.step(a, g)
        other.step(b, g)
    assert np.array_equal(a, b)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (AdamW, {"learning_rate": 0.001, "weight_decay": 0.01, "epsilon": 1e-8}),
        (RMSProp, {"learning_rate": 0.01, "decay": 0.99, "epsilon": 1e-8, "momentum": 0}),
        (RMSProp, {"centered": False, "weight_decay": 0}),
        (AdaGrad, {"learning_rate": 0.01, "epsilon": 1e-10, "weight_decay": 0}),
        (AdaDelta, {"learning_rate": 1.0, "decay": 0.9, "epsilon": 1e-6, "weight_decay": 0}),
    ],
)
def test_the_defaults(kind, options):
    for name, value in options.items():
        assert getattr(kind(), name) == value


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("size", [1, 7, 8, 9, 40])
def test_blocks_make_no_difference(name, size, monkeypatch):
    generator = np.random.default_rng(3)
    start, gradients = generator.normal(size=size), generator.normal(size=(4, size))
    results = []
    for block in (8, 10_000):
        monkeypatch.setattr(optimizers.optimizer, "BLOCK", block)
        w, optimizer = start.copy(), KINDS[name]()
        for g in gradients:
            optimizer.step(w, g)
        results.append((w, optimizer.state, optimizer._scratch.shape[1]))
    assert results[0][2] == min(8, size)
    assert np.array_equal(results[0][0], results[1][0])
    for key, vector in results[0][1].items():
        assert np.array_equal(vector, results[1][1][key])


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_allocates_no_vector(name, dtype):
    w = np.ones(4 * optimizers.BLOCK, dtype)
    g, optimizer = np.full_like(w, 0.5), KINDS[name]()
    optimizer.step(w, g)
    held = dict(optimizer.state)
    tracemalloc.start()
    optimizer.step(w, g)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < optimizers.BLOCK  # bytes: less than a fourth of one block
    assert all(optimizer.state[key] is vector for key, vector in held.items())
    assert {vector.dtype for vector in held.values()} == {w.dtype}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_gradients_stay_and_copies_go_on(name):
    generator = np.random.default_rng(4)
    w, g, optimizer = generator.normal(size=5), generator.normal(size=5), KINDS[name]()
    before = g.copy()
    g.flags.writeable = False
    optimizer.step(w, g)
    assert np.array_equal(g, before)
    for clone in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        a, b = w.copy(), w.copy()
        clone.step(a, g)
        copy.deepcopy(optimizer).step(b, g)
        assert np.array_equal(a, b)
    assert optimizer.steps == 1


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_rate_of_zero_changes_no_weight(name):
    w, optimizer = np.array([1.0, -2.0]), KINDS[name](0)
    for _ in range(2):
        optimizer.step(w, np.array([3.0, 4.0]))
    assert w.tolist() == [1.0, -2.0]


BAD = [
    (kind, option, value)
    for kind, names in (
        (AdamW, ("learning_rate", "beta1", "beta2", "epsilon", "weight_decay")),
        (RMSProp, ("learning_rate", "decay", "epsilon", "momentum", "weight_decay")),
        (AdaGrad, ("learning_rate", "epsilon", "weight_decay")),
        (AdaDelta, ("learning_rate", "decay", "epsilon", "weight_decay")),
    )
    for option in names
    for value in (-0.1, math.nan, math.inf, "0.1", None, True, [0.1])
]


@pytest.mark.parametrize(("kind", "option", "value"), BAD)
def test_bad_options(kind, option, value):
    kinds = ValueError if isinstance(value, float) else TypeError
    with pytest.raises(
        kinds, match=rf"{kind.__name__}: {option}: expected a finite number"
    ) as info:
        kind(**{option: value})
    assert f"got {value!r}" in str(info.value)


def test_bad_options_of_one_kind():
    for kind in (RMSProp, AdaDelta):
        with pytest.raises(
            ValueError, match=r"decay: expected a finite number >= 0 and <= 1, got 1.1"
        ):
            kind(decay=1.1)
    with pytest.raises(TypeError, match=r"RMSProp: centered: expected True or False, got 1"):
        RMSProp(centered=1)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_training_with_each_of_them_lowers_the_loss(name):
    generator = np.random.default_rng(5)
    x = generator.normal(size=(60, 3))
    y = (x.sum(axis=1) > 0).astype(int)
    optimizer = KINDS[name]({"adadelta": 1.0, "adagrad": 0.3}.get(name, 0.02))
    optimizer.weight_decay = 0.0
    trainer = mn.Trainer(
        [mn.Linear(3, 1), mn.Sigmoid()], mn.BinaryCrossEntropy(), optimizer, seed=0
    )
    history = trainer.fit(x, y, 30, batch_size=10, progress=False)
    assert history["loss"][-1] < 0.5 * history["loss"][0]
