"""SGD and Adam against PyTorch's trajectories, and the promises that every optimizer keeps.

`reference/make_optimizers.py` says how `reference/optimizers.npz` was made.
"""

import copy
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from reference import make_optimizers

import minnet as mn
from minnet import optimizers

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

BUILT_IN = sorted(OURS)


@pytest.fixture(scope="module")
def reference():
    with np.load(Path(__file__).parent / "reference" / "optimizers.npz") as file:
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


@pytest.mark.parametrize("name", BUILT_IN)
def test_trajectory_equals_pytorch(name, reference):
    assert worst_error(OURS[name](), reference, name) <= TOLERANCE


def test_the_reference_is_what_the_script_says(reference):
    start, gradients = make_optimizers.start_and_gradients()
    assert np.array_equal(start, reference["start"])
    assert np.array_equal(gradients, reference["gradients"])
    assert set(reference) == {"start", "gradients", "kept", *make_optimizers.CASES}
    assert reference["kept"][-1] == len(gradients) == make_optimizers.STEPS == 50
    assert (gradients == 0).all(axis=0).any()
    assert np.abs(gradients).max() > 1e149
    assert set(OURS) == set(make_optimizers.CASES)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_wrong_option_would_be_seen(name, reference):
    optimizer = OURS[name]()
    optimizer.learning_rate *= 1 + 1e-9
    assert worst_error(optimizer, reference, name) > TOLERANCE


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_are_left_alone_and_types_stay(name, dtype):
    generator = np.random.default_rng(0)
    w = generator.normal(size=50).astype(dtype)
    optimizer = OURS[name]()
    for _ in range(3):
        g = generator.normal(size=50).astype(dtype)
        before, held = g.copy(), w
        optimizer.step(w, g)
        assert np.array_equal(g, before)
        assert w is held
        assert w.dtype == dtype
    assert all(vector.dtype == dtype for vector in optimizer.state.values())
    assert optimizer.steps == 3


@pytest.mark.parametrize("name", BUILT_IN)
def test_read_only_gradients_are_enough(name):
    w, g = np.ones(5), np.full(5, 2.0)
    g.flags.writeable = False
    OURS[name]().step(w, g)
    assert (w < 1).all()


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("size", [1, 7, 15, 16, 17, 40])
def test_blocks_make_no_difference(name, size, monkeypatch):
    """A block of 8 entries: vectors shorter than, equal to, and longer than a block."""
    generator = np.random.default_rng(1)
    start, gradients = generator.normal(size=size), generator.normal(size=(5, size))
    results = []
    for block in (8, 10_000):
        monkeypatch.setattr(sys.modules[mn.Optimizer.__module__], "BLOCK", block)
        w, optimizer = start.copy(), OURS[name]()
        for g in gradients:
            optimizer.step(w, g)
        results.append((w, optimizer.state))
    assert np.array_equal(results[0][0], results[1][0])
    for key, vector in results[0][1].items():
        assert np.array_equal(vector, results[1][1][key])


@pytest.mark.parametrize("name", ["sgd_nesterov_decay", "adam_decay"])
def test_a_vector_longer_than_a_real_block(name):
    """Each entry is on its own: the parts of a long vector go where they go alone."""
    size = 2 * optimizers.BLOCK + 123
    generator = np.random.default_rng(2)
    w, gradients = generator.normal(size=size), generator.normal(size=(3, size))
    cut = optimizers.BLOCK - 5
    parts = [w[:cut].copy(), w[cut:-50].copy(), w[-50:].copy()]
    bounds = [slice(0, cut), slice(cut, size - 50), slice(size - 50, size)]
    whole, alone = OURS[name](), [OURS[name]() for _ in parts]
    for g in gradients:
        whole.step(w, g)
        for optimizer, part, bound in zip(alone, parts, bounds, strict=True):
            optimizer.step(part, g[bound])
    assert np.array_equal(w, np.concatenate(parts))


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_rate_of_zero_changes_nothing(name):
    w, optimizer = np.array([1.0, -2.0]), OURS[name]()
    optimizer.learning_rate = 0
    optimizer.step(w, np.array([3.0, 4.0]))
    assert w.tolist() == [1.0, -2.0]


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("clone", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_a_copy_goes_on_from_the_same_place(name, clone):
    generator = np.random.default_rng(3)
    w, optimizer = generator.normal(size=6), OURS[name]()
    optimizer.step(w, generator.normal(size=6))
    other, v = clone(optimizer), w.copy()
    g = generator.normal(size=6)
    optimizer.step(w, g)
    assert not np.array_equal(w, v)
    other.step(v, g)
    assert np.array_equal(w, v)


def test_an_optimizer_of_ones_own_writes_update_or_step():
    class Averaged(mn.Optimizer):
        memory = ("sum",)

        def update(self, w, g, scratch, total):
            total += g
            w -= self.learning_rate * total

    w, optimizer = np.zeros(3), Averaged(0.5)
    for _ in range(2):
        optimizer.step(w, np.ones(3))
    assert w.tolist() == [-1.5] * 3
    with pytest.raises(NotImplementedError, match=r"Optimizer: write step\(self, values, grads\)"):
        mn.Optimizer(0.1).step(np.ones(2), np.ones(2))


BAD_OPTIONS = [
    (kind, {option: value}, error)
    for kind, options in (
        (mn.SGD, ("learning_rate", "momentum", "weight_decay")),
        (mn.Adam, ("learning_rate", "beta1", "beta2", "epsilon", "weight_decay")),
    )
    for option in options
    for value, error in (
        (-0.1, ValueError),
        (np.nan, ValueError),
        (np.inf, ValueError),
        ("0.1", TypeError),
        (None, TypeError),
        (True, TypeError),
        ([0.1], TypeError),
    )
]


@pytest.mark.parametrize(("kind", "options", "error"), BAD_OPTIONS)
def test_bad_options(kind, options, error):
    ((name, value),) = options.items()
    with pytest.raises(error, match=rf"{kind.__name__}: {name}: expected a finite number") as info:
        kind(**options)
    assert f"got {value!r}" in str(info.value)


def test_options_that_do_not_go_together():
    with pytest.raises(ValueError, match=r"beta1: expected a finite number >= 0 and < 1, got 1"):
        mn.Adam(beta1=1)
    with pytest.raises(ValueError, match=r"nesterov: expected a momentum above 0.*Write SGD"):
        mn.SGD(nesterov=True)
    with pytest.raises(TypeError, match="nesterov: expected True or False, got 1"):
        mn.SGD(momentum=0.9, nesterov=1)


def test_a_rate_is_checked_when_it_is_assigned_too():
    optimizer = mn.SGD(0.1)
    with pytest.raises(ValueError, match=r"SGD: learning_rate: expected .* >= 0, got -1"):
        optimizer.learning_rate = -1
    assert optimizer.learning_rate == 0.1


@pytest.mark.parametrize("kind", [mn.SGD, mn.Adam])
def test_vectors_that_do_not_fit(kind):
    name = kind.__name__
    with pytest.raises(ValueError, match=rf"{name}.step: expected .* same length, got 3 and 4"):
        kind().step(np.ones(3), np.ones(4))
    with pytest.raises(TypeError, match=rf"{name}.step: values: expected a flat vector of floats"):
        kind().step(np.ones((3, 1)), np.ones((3, 1)))
    with pytest.raises(TypeError, match=rf"{name}.step: values: expected a flat vector of floats"):
        kind().step(np.arange(3), np.ones(3))
    with pytest.raises(TypeError, match=rf"{name}.step: grads: expected a flat vector of floats"):
        kind().step(np.ones(3), np.arange(3))


@pytest.mark.parametrize("name", ["sgd_momentum", "adam"])
def test_another_length_than_before(name):
    optimizer = OURS[name]()
    optimizer.step(np.ones(3), np.ones(3))
    state = copy.deepcopy(optimizer.state)
    w = np.ones(4)
    with pytest.raises(ValueError, match=r"expected 3 values, as in the steps before, got 4"):
        optimizer.step(w, np.ones(4))
    assert w.tolist() == [1.0] * 4
    assert optimizer.steps == 1
    for key, vector in state.items():
        assert np.array_equal(optimizer.state[key], vector)


@pytest.mark.parametrize("name", ["sgd", "sgd_momentum", "adam"])
def test_bad_vectors_are_refused_after_the_first_step_too(name):
    optimizer = OURS[name]()
    optimizer.step(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="same length"):
        optimizer.step(np.ones(3), np.ones(1))
    with pytest.raises(TypeError, match="expected a flat vector of floats"):
        optimizer.step(np.ones(3, dtype=int), np.ones(3))
    assert optimizer.steps == 1


def test_a_plain_sgd_serves_vectors_of_any_length():
    optimizer = mn.SGD(0.5)
    for size in (3, 40_000, 5):
        w = np.ones(size)
        optimizer.step(w, np.ones(size))
        assert (w == 0.5).all()
