"""The same questions, asked of every layer and activation in the registry.

Each test has one sentence of reason; what is special about a layer is in its flags.
"""

import copy
import pickle

import numpy as np
import pytest
from numeric import check_layer_gradients
from registry import REGISTRY, both, close, inputs, ready

import minnet as mn
from minnet.nn import activations, layers

every = pytest.mark.parametrize("part", REGISTRY, ids=lambda part: part.name)
ACTIVATIONS = [part for part in REGISTRY if hasattr(activations, part.name.split()[0])]


def test_table_is_complete():
    """A layer missing from the table would not be tested."""
    entered = {type(part.factory()) for part in REGISTRY}
    public = {getattr(layers, name) for name in layers.__all__}
    public |= {getattr(activations, name) for name in activations.__all__}
    # An embedding takes indices, which have no gradient: it has its own test file.
    assert public - {activations.Activation, layers.Embedding} == entered


@every
@pytest.mark.parametrize("m", [2, 3])
def test_gradients(part, m):
    """The backward is the derivative of the forward, for a random direction."""
    layer, generator = ready(part, seed=m)
    forward = layer.forward

    def repeated(x):
        layer.random = np.random.default_rng(7)  # the same mask in each of the many forwards
        return forward(x)

    trained = {name: p for name, p in layer.parameters().items() if p.trainable}
    vars(layer).update(forward=repeated, parameters=lambda: trained)
    check_layer_gradients(layer, inputs(part, generator, m), generator)


@every
def test_backward_is_not_zero(part):
    """A backward that returns zeros would pass some of the other tests."""
    layer, generator = ready(part)
    x = inputs(part, generator)
    grad = generator.normal(size=layer.forward(x).shape)
    _, dx, grads = both(layer, x, grad)
    assert dx.any() == ("flat" not in part.flags)
    for name, parameter in layer.parameters().items():
        assert grads[name].any() == parameter.trainable, name


@every
def test_shapes(part):
    """dL/dx has the shape of x, also for one sample where that has a meaning."""
    layer, generator = ready(part)
    for m in (1, 4) if "mixes" not in part.flags or len(part.shape) > 1 else (2, 4):
        x = inputs(part, generator, m)
        y = layer.forward(x)
        assert len(y) == m
        assert layer.backward(generator.normal(size=y.shape)).shape == x.shape


@every
def test_batched_equals_one_by_one(part):
    """A sample's result does not depend on its neighbours, unless by definition."""
    if part.flags & {"mixes", "random"}:
        pytest.skip("mixes its samples, or draws one mask for all of them")
    layer, generator = ready(part)
    x = inputs(part, generator, 5)
    grad = generator.normal(size=layer.forward(x).shape)
    y, dx, grads = both(layer, x, grad)
    ones = [both(layer, x[i : i + 1], grad[i : i + 1]) for i in range(5)]
    np.testing.assert_allclose(np.concatenate([one[0] for one in ones]), y, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(np.concatenate([one[1] for one in ones]), dx, rtol=1e-12, atol=1e-14)
    for name, whole in grads.items():
        np.testing.assert_allclose(sum(one[2][name] for one in ones), whole, rtol=1e-11, atol=1e-13)


@every
def test_nothing_is_mutated_and_nothing_shared(part):
    """What a user holds is never written to, and never becomes part of a result."""
    layer, generator = ready(part)
    x = inputs(part, generator)
    grad = generator.normal(size=layer.forward(x).shape)
    held = {name: p.value for name, p in layer.parameters().items() if p.trainable}
    before = [array.copy() for array in (x, grad, *held.values())]
    y, dx, _ = both(layer, x, grad)
    for now, then in zip((x, grad, *held.values()), before, strict=True):
        assert np.array_equal(now, then)
    for result in (y, dx):
        for array in (x, grad, *held.values()):
            assert not np.shares_memory(result, array)
    assert not np.shares_memory(y, dx)


@every
def test_results_do_not_change_under_the_user(part):
    """A later forward or backward leaves what an earlier one gave as it was."""
    layer, generator = ready(part)
    x = inputs(part, generator)
    grad = generator.normal(size=layer.forward(x).shape)
    y, dx, _ = both(layer, x, grad)
    kept = y.copy(), dx.copy()
    both(layer, inputs(part, generator), 2 * grad)
    assert np.array_equal(y, kept[0])
    assert np.array_equal(dx, kept[1])


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_type_of_the_network_stays(part, dtype):
    """One float64 constant inside a layer would double the cost of all behind it."""
    layer, generator = ready(part)
    parameters = layer.parameters()
    network = mn.Network([layer], dtype=dtype)
    network.training = "training" in part.flags
    x = inputs(part, generator).astype(dtype)
    y = layer.forward(x)
    dx = layer.backward(np.ones(y.shape, dtype))
    assert y.dtype == dx.dtype == dtype
    for parameter in parameters.values():
        assert parameter.value.dtype == parameter.grad.dtype == dtype


@pytest.mark.parametrize("part", ACTIVATIONS, ids=lambda part: part.name)
def test_activations_keep_float32_also_by_hand(part):
    """Without parameters there is nothing that could be float64."""
    layer, generator = ready(part)
    x = inputs(part, generator).astype(np.float32)
    y = layer.forward(x)
    assert y.dtype == layer.backward(np.ones_like(y)).dtype == np.float32


@every
def test_float32_is_close_to_float64(part):
    """The same numbers come out, to single precision."""
    results = []
    for dtype in ("float64", "float32"):
        layer, generator = ready(part)
        network = mn.Network([layer], dtype=dtype)
        network.training = "training" in part.flags
        x = inputs(part, generator).astype(dtype)
        grad = generator.normal(size=layer.forward(x).shape).astype(dtype)
        results.append(both(layer, x, grad))
    close(results[1], results[0], rtol=2e-4, atol=2e-5)


@every
def test_any_batch_size_after_any_other(part):
    """Nothing that was kept for one batch leaks into the next, also not in a training step."""
    layer, generator = ready(part)
    network = mn.Network([layer], dtype="float64")
    network.training = "training" in part.flags
    for m in (4, 2, 7, 3, 7):
        x = inputs(part, generator, m)
        fresh, _ = ready(part)
        for name, parameter in fresh.parameters().items():
            parameter.value = layer.parameters()[name].value
        grad = generator.normal(size=fresh.forward(x).shape)
        for name, parameter in fresh.parameters().items():
            parameter.value = layer.parameters()[name].value
        expected = both(fresh, x, grad)
        for parameter in layer.parameters().values():
            parameter.grad = np.zeros(parameter.shape)
        got = both(layer, x, grad)
        close(got, expected, rtol=1e-12, atol=1e-13)


@every
@pytest.mark.parametrize("how", ["fortran", "strided", "reversed"])
def test_inputs_and_gradients_in_any_memory_order(part, how):
    """A transposed or sliced array holds the same numbers."""
    change = {
        "fortran": np.asfortranarray,
        "strided": lambda array: np.repeat(array, 2, axis=-1)[..., ::2],
        "reversed": lambda array: array[::-1].copy()[::-1],
    }[how]
    layer, generator = ready(part)
    state = {name: p.value.copy() for name, p in layer.parameters().items()}
    x = inputs(part, generator)
    grad = generator.normal(size=layer.forward(x).shape)
    expected = both(layer, x, grad)
    for name, parameter in layer.parameters().items():
        parameter.value = state[name]
    close(both(layer, change(x), change(grad)), expected, rtol=1e-12, atol=1e-13)


@every
@pytest.mark.parametrize("way", ["deepcopy", "pickle", "network"])
def test_copies_compute_the_same_and_share_nothing(part, way):
    """A copy that shared one array with the original would train it, silently."""
    layer, generator = ready(part)
    x = inputs(part, generator)
    grad = generator.normal(size=layer.forward(x).shape)
    if way == "network":
        network = mn.Network([layer], dtype="float64")
        network.training = "training" in part.flags
        other = copy.deepcopy(network).layers[0]
    else:
        other = copy.deepcopy(layer) if way == "deepcopy" else pickle.loads(pickle.dumps(layer))
    assert repr(other) == repr(layer)
    assert other.training == layer.training
    for name, parameter in other.parameters().items():
        assert not np.shares_memory(parameter.value, layer.parameters()[name].value)
        assert np.array_equal(parameter.value, layer.parameters()[name].value)
    close(both(other, x, grad), both(layer, x, grad), rtol=1e-13, atol=1e-14)


@every
def test_first_in_a_network_it_gives_the_same_parameter_gradients(part):
    """`_backward_parameters` leaves dL/dx out, and nothing else."""
    layer, generator = ready(part)
    x = inputs(part, generator)
    grad = generator.normal(size=layer.forward(x).shape)
    _, _, expected = both(layer, x, grad)
    for parameter in layer.parameters().values():
        parameter.grad = np.zeros(parameter.shape)
    layer.random = np.random.default_rng(5)
    layer.forward(x)
    assert layer._backward_parameters(grad) is None
    for name, parameter in layer.parameters().items():
        np.testing.assert_allclose(parameter.grad, expected[name], rtol=1e-13, atol=1e-14)


@every
def test_a_backward_by_hand_sets_the_gradient_and_does_not_add(part):
    """Two backwards in a row give what one gives; the network alone decides when to zero."""
    layer, generator = ready(part)
    x = inputs(part, generator)
    grad = generator.normal(size=layer.forward(x).shape)
    first = both(layer, x, grad)
    state = [p.value.copy() for p in layer.parameters().values() if p.trainable]
    second = both(layer, x, grad)
    for name, values in first[2].items():
        np.testing.assert_allclose(second[2][name], values, rtol=1e-13, atol=1e-14)
    for now, then in zip(
        (p.value for p in layer.parameters().values() if p.trainable), state, strict=True
    ):
        assert np.array_equal(now, then)


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_far_out_is_finite_and_silent(part, dtype):
    """Inputs of +-1000 are bad luck, not an error."""
    layer, generator = ready(part)
    network = mn.Network([layer], dtype=dtype)
    network.training = "training" in part.flags
    x = generator.choice([-1000.0, 0.0, 1000.0], size=(4, *part.shape)).astype(dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        y = layer.forward(x)
        dx = layer.backward(generator.normal(size=y.shape).astype(dtype))
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()


@every
def test_it_trains_in_a_network(part):
    """In a Trainer's steps the loss of one batch goes down."""
    layer, generator = ready(part)
    x = 0.2 * inputs(part, generator, 6)
    width = int(np.prod(layer.forward(x).shape[1:]))
    if len(part.shape) == 1:
        front = [layers.Linear(part.shape[0], part.shape[0])]
    else:
        front = [layers.Flatten(), layers.Reshape(part.shape)]
    network = mn.Network(
        [*front, part.factory(), layers.Flatten(), layers.Linear(width, 2)], seed=0
    )
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.01))
    y = generator.normal(size=(6, 2))
    before = trainer.evaluate(x, y)["loss"]
    for _ in range(20):
        trainer.step(x, y)
    assert trainer.evaluate(x, y)["loss"] < before
