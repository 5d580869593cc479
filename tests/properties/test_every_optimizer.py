"""Every optimizer against PyTorch's trajectories, and what holds for all of them.

`reference/make_optimizers.py` shows how `reference/optimizers.npz` was made.
"""

import copy
import math
import pickle
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from reference import make_optimizers

import minnet as mn
from minnet import optimizers
from minnet.optimizers import AdaDelta, AdaGrad, AdamW, RMSProp

TOLERANCE = 1e-12

# One line for each trajectory: its name in the reference, and our optimizer with the same options.
OURS = {
    "sgd": lambda: mn.SGD(0.05),
    "sgd_decay": lambda: mn.SGD(0.05, weight_decay=0.1),
    "sgd_momentum": lambda: mn.SGD(0.02, momentum=0.9),
    "sgd_momentum_decay": lambda: mn.SGD(0.02, momentum=0.9, weight_decay=0.01),
    "sgd_momentum_drop": lambda: mn.SGD(0.02, momentum=0.9),
    "sgd_nesterov": lambda: mn.SGD(0.02, momentum=0.8, nesterov=True),
    "sgd_nesterov_decay": lambda: mn.SGD(0.02, 0.8, True, 0.05),
    "adam": lambda: mn.Adam(),
    "adam_rate": lambda: mn.Adam(0.1),
    "adam_betas": lambda: mn.Adam(0.02, beta1=0.5, beta2=0.9, epsilon=1e-3),
    "adam_decay": lambda: mn.Adam(0.01, weight_decay=0.1),
    "adam_drop": lambda: mn.Adam(0.05),
    "adamw": lambda: optimizers.AdamW(),
    "adamw_decay": lambda: optimizers.AdamW(0.02, weight_decay=0.2),
    "adamw_drop": lambda: optimizers.AdamW(0.05, weight_decay=0.1),
    "rmsprop": lambda: optimizers.RMSProp(),
    "rmsprop_momentum": lambda: optimizers.RMSProp(0.005, decay=0.9, momentum=0.8),
    "rmsprop_decay": lambda: optimizers.RMSProp(0.02, weight_decay=0.1),
    "rmsprop_centered": lambda: optimizers.RMSProp(0.005, centered=True),
    "rmsprop_drop": lambda: optimizers.RMSProp(0.02, momentum=0.5),
    "adagrad": lambda: optimizers.AdaGrad(),
    "adagrad_options": lambda: optimizers.AdaGrad(0.1, epsilon=1e-6, weight_decay=0.05),
    "adagrad_drop": lambda: optimizers.AdaGrad(0.1),
    "adadelta": lambda: optimizers.AdaDelta(),
    "adadelta_options": lambda: optimizers.AdaDelta(0.5, decay=0.95, weight_decay=0.05),
    "adadelta_drop": lambda: optimizers.AdaDelta(1.0),
}

# The same kinds with other options; the argument is the learning rate.
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

EVERY = {**OURS, **{f"other_{name}": make for name, make in KINDS.items()}}


@pytest.fixture(scope="module")
def reference():
    with np.load(Path(make_optimizers.__file__).with_name("optimizers.npz")) as file:
        return dict(file)


def worst_error(optimizer, reference, name):
    """The largest |ours - theirs| relative to the larger of |w| now and at the start."""
    w, worst = reference["start"].copy(), 0.0
    kept = dict(zip(reference["kept"].tolist(), reference[name], strict=True))
    for step, gradient in enumerate(reference["gradients"], 1):
        optimizer.step(w, gradient)
        if step in kept:
            scale = np.maximum(np.abs(kept[step]), np.abs(reference["start"]))
            worst = max(worst, float((np.abs(w - kept[step]) / scale).max()))
        if name.endswith("_drop") and step == make_optimizers.DROP_AFTER:
            optimizer.learning_rate *= make_optimizers.DROP
    return worst


@pytest.mark.parametrize("name", sorted(OURS))
def test_trajectory_equals_pytorch(name, reference):
    assert worst_error(EVERY[name](), reference, name) <= TOLERANCE


def test_the_reference_is_what_the_script_says(reference):
    start, gradients = make_optimizers.start_and_gradients()
    assert np.array_equal(start, reference["start"])
    assert np.array_equal(gradients, reference["gradients"])
    assert set(reference) == {"start", "gradients", "kept", *make_optimizers.CASES}
    assert reference["kept"][-1] == len(gradients) == make_optimizers.STEPS == 50
    assert (gradients == 0).all(axis=0).any()
    assert np.abs(gradients).max() > 1e149
    assert set(OURS) == set(make_optimizers.CASES)


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_wrong_option_would_be_seen(name, reference):
    optimizer = EVERY[name]()
    optimizer.learning_rate *= 1 + 1e-9
    assert worst_error(optimizer, reference, name) > TOLERANCE


@pytest.mark.parametrize("name", sorted(EVERY))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_are_not_changed_and_dtypes_stay(name, dtype):
    generator = np.random.default_rng(0)
    w = generator.normal(size=50).astype(dtype)
    optimizer = EVERY[name]()
    for _ in range(3):
        g = generator.normal(size=50).astype(dtype)
        before, held = g.copy(), w
        optimizer.step(w, g)
        assert np.array_equal(g, before)
        assert w is held
        assert w.dtype == dtype
    assert all(vector.dtype == dtype for vector in optimizer.state.values())
    assert optimizer.steps == 3


@pytest.mark.parametrize("name", sorted(EVERY))
def test_read_only_gradients_are_enough(name):
    w, g = np.ones(5), np.full(5, 2.0)
    g.flags.writeable = False
    EVERY[name]().step(w, g)
    assert (w < 1).all()


@pytest.mark.parametrize("name", sorted(EVERY))
@pytest.mark.parametrize("size", [1, 7, 8, 9, 15, 16, 17, 40])
def test_blocks_make_no_difference(name, size, monkeypatch):
    """A block of 8 entries: vectors shorter than, equal to, and longer than a block."""
    generator = np.random.default_rng(1)
    start, gradients = generator.normal(size=size), generator.normal(size=(5, size))
    results = []
    for block in (8, 10_000):
        monkeypatch.setattr(sys.modules[mn.Optimizer.__module__], "BLOCK", block)
        w, optimizer = start.copy(), EVERY[name]()
        for g in gradients:
            optimizer.step(w, g)
        results.append((w, optimizer.state, optimizer._scratch.shape[1]))
    assert results[0][2] == min(8, size)
    assert np.array_equal(results[0][0], results[1][0])
    for key, vector in results[0][1].items():
        assert np.array_equal(vector, results[1][1][key])


@pytest.mark.parametrize("name", ["sgd_nesterov_decay", "adam_decay"])
def test_a_vector_longer_than_a_real_block(name):
    """Entries do not depend on each other: the parts of a long vector move as they do alone."""
    size = 2 * optimizers.BLOCK + 123
    generator = np.random.default_rng(2)
    w, gradients = generator.normal(size=size), generator.normal(size=(3, size))
    cut = optimizers.BLOCK - 5
    parts = [w[:cut].copy(), w[cut:-50].copy(), w[-50:].copy()]
    bounds = [slice(0, cut), slice(cut, size - 50), slice(size - 50, size)]
    whole, alone = EVERY[name](), [EVERY[name]() for _ in parts]
    for g in gradients:
        whole.step(w, g)
        for optimizer, part, bound in zip(alone, parts, bounds, strict=True):
            optimizer.step(part, g[bound])
    assert np.array_equal(w, np.concatenate(parts))


@pytest.mark.parametrize("name", sorted(EVERY))
def test_a_rate_of_zero_changes_nothing(name):
    w, optimizer = np.array([1.0, -2.0]), EVERY[name]()
    optimizer.learning_rate = 0
    for _ in range(2):
        optimizer.step(w, np.array([3.0, 4.0]))
    assert w.tolist() == [1.0, -2.0]


@pytest.mark.parametrize("name", sorted(EVERY))
@pytest.mark.parametrize("clone", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_a_copy_continues_from_the_same_state(name, clone):
    generator = np.random.default_rng(3)
    w, optimizer = generator.normal(size=6), EVERY[name]()
    optimizer.step(w, generator.normal(size=6))
    other, v = clone(optimizer), w.copy()
    g = generator.normal(size=6)
    optimizer.step(w, g)
    assert not np.array_equal(w, v)
    other.step(v, g)
    assert np.array_equal(w, v)


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
def test_gradients_of_almost_zero(name, g):
    optimizer, w = KINDS[name](), np.zeros(3)
    for _ in range(5):
        optimizer.step(w, np.full(3, g))
    assert (np.abs(w) < 1e-150).all()


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
def test_a_rate_of_zero_may_be_given_at_the_start(name):
    w, optimizer = np.array([1.0, -2.0]), KINDS[name](0)
    for _ in range(2):
        optimizer.step(w, np.array([3.0, 4.0]))
    assert w.tolist() == [1.0, -2.0]


BAD = [
    (kind, option, value)
    for kind, names in (
        (mn.SGD, ("learning_rate", "momentum", "weight_decay")),
        (mn.Adam, ("learning_rate", "beta1", "beta2", "epsilon", "weight_decay")),
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
