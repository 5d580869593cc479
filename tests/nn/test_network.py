"""A Network: one type, one seed, one gradient, and errors that name the layer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numeric import numerical_gradient
from student_layers import Accumulating, Block, Scale, Shift, assert_trains

import minnet as mn


def mixed(dtype="float64", seed=0):
    inner = mn.Network([mn.Linear(4, 4), mn.Sigmoid(), Accumulating(4)])
    layers = [mn.Linear(3, 4), mn.Tanh(), inner, Block(4), mn.Linear(4, 2), mn.Softmax()]
    return mn.Network(layers, seed=seed, dtype=dtype)


def test_backward_by_hand_gives_the_gradient_of_input_and_parameters():
    generator = np.random.default_rng(0)
    network, x = mixed(), generator.normal(size=(5, 3))
    cotangent = generator.normal(size=(5, 2))

    def value():
        return float((network.forward(x) * cotangent).sum())

    for _ in range(2):  # the second time nothing is left of the first
        network.forward(x)
        dx = network.backward(cotangent)
        grads = {name: p.grad.copy() for name, p in network.parameters().items()}
        np.testing.assert_allclose(dx, numerical_gradient(value, x), atol=1e-8)
        for name, parameter in network.parameters().items():
            expected = numerical_gradient(value, parameter.value)
            np.testing.assert_allclose(grads[name], expected, atol=1e-8, err_msg=name)


def test_the_training_step_s_shortcut_gives_the_same_gradient():
    generator = np.random.default_rng(0)
    network, x, grad = mixed(), generator.normal(size=(5, 3)), generator.normal(size=(5, 2))
    network.forward(x)
    network.backward(grad)
    whole = network.flat_gradients.copy()
    network.forward(x)
    assert network._backward_parameters(grad) is None
    np.testing.assert_array_equal(network.flat_gradients, whole)


@pytest.mark.parametrize(
    "ending", [[mn.Softmax], [lambda: mn.Network([mn.Linear(2, 2), mn.Softmax()])]]
)
def test_the_way_through_the_logits_leaves_out_the_last_activation(ending):
    generator = np.random.default_rng(0)
    network = mn.Network([mn.Linear(3, 2), ending[0]()], seed=0, dtype="float64")
    x, grad = generator.normal(size=(5, 3)), generator.normal(size=(5, 2))
    logits = network.forward_to_logits(x)
    np.testing.assert_array_equal(network.output_layer.forward(logits), network.forward(x))

    def value():
        return float((network.forward_to_logits(x) * grad).sum())

    expected = numerical_gradient(value, network.flat_values)
    network.forward_to_logits(x)
    network.backward_from_logits(grad)
    np.testing.assert_allclose(network.flat_gradients, expected, atol=1e-8)


def test_a_network_that_is_one_nested_activation_has_its_input_as_logits():
    network = mn.Network([mn.Network([mn.Sigmoid()])])
    x = np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(network.forward_to_logits(x), x)
    network.backward_from_logits(x)  # nothing to learn, nothing to do


@given(
    rows=st.integers(1, 30), size=st.integers(1, 31), dtype=st.sampled_from(["float32", "float64"])
)
def test_predict_in_pieces_is_the_whole(rows, size, dtype):
    network = mixed(dtype)
    x = np.random.default_rng(rows).normal(size=(rows, 3))
    whole = network.forward(x)
    pieces = network.predict(x, batch_size=size)
    assert pieces.dtype == whole.dtype == dtype
    np.testing.assert_allclose(pieces, whole, rtol=1e-5 if dtype == "float32" else 1e-13)


@given(
    x=hnp.arrays(
        st.sampled_from(["float16", "float32", "float64", "int8", "int64", "uint8", "bool"]),
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.just(3)),
        elements=st.integers(0, 1),
    )
)
def test_numbers_of_any_type_are_cast_and_shapes_kept(x):
    network = mn.Network([Shift(3), mn.Linear(3, 2)], seed=0)
    y = network.forward(x)
    assert y.dtype == np.float32
    assert y.shape == (*x.shape[:-1], 2)
    np.testing.assert_array_equal(y, network.forward(x.astype(np.float32)))
    np.testing.assert_array_equal(y, network.forward(x.tolist()))


def test_activations_are_the_output_of_every_layer_in_evaluation_mode():
    class Recorder(mn.Layer):
        def forward(self, x):
            self.seen = self.training
            return x + 0.0

        def backward(self, grad):
            return grad

    recorder = Recorder()
    network = mn.Network(
        [mn.Linear(3, 4), recorder, mn.Network([mn.Tanh(), mn.Linear(4, 2)])], seed=0
    )
    x = np.random.default_rng(0).normal(size=(5, 3))
    network.training = True
    outputs = network.activations(x)
    assert (recorder.seen, network.training, recorder.training) == (False, True, True)
    assert [a.shape for a in outputs] == [(5, 4), (5, 4), (5, 2)]
    y = x.astype("float32")
    for layer, output in zip(network.layers, outputs, strict=True):
        y = layer.forward(y)
        np.testing.assert_array_equal(output, y)
    np.testing.assert_array_equal(network.predict(x), outputs[-1])
    assert recorder.seen is False


def test_evaluating_gives_each_layer_its_own_mode_back_also_after_an_error():
    network = mn.Network([mn.Tanh(), mn.Network([mn.Tanh()])])
    network.training = True
    network.layers[0].training = False

    def fails_inside():
        with network.evaluating():
            assert not network.layers[1].layers[0].training
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fails_inside()
    assert network.layers[1].layers[0].training
    assert not network.layers[0].training


def test_a_layer_that_comes_later_takes_the_network_s_mode():
    network = mn.Network([mn.Linear(3, 3)], seed=0)
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(0.1))
    trainer.step(np.ones((2, 3)), np.ones((2, 3)))
    network.layers.append(mn.Network([mn.Tanh()]))
    trainer.step(np.ones((2, 3)), np.ones((2, 3)))
    assert network.layers[1].layers[0].training
    trainer.fit(np.ones((2, 3)), np.ones((2, 3)), epochs=1, progress=False)
    assert not network.layers[1].layers[0].training


class Embedding(mn.Layer):
    """A row of a table for each index."""

    takes_indices = True

    def __init__(self, count, width):
        self.table = mn.Parameter(shape=(count, width), initializer="glorot_uniform")

    def forward(self, x):
        assert x.dtype.kind in "iu"
        self.x = x
        return self.table.value[x].sum(axis=1)

    def backward(self, grad):
        np.add.at(self.table.grad, self.x, grad[:, None, :])
        return np.zeros(self.x.shape)


@pytest.mark.parametrize("nested", [False, True])
def test_a_layer_that_takes_indices_gets_whole_numbers(nested):
    first = Embedding(9, 3)
    first = mn.Network([first]) if nested else first
    network = mn.Network([first, mn.Linear(3, 2)], seed=0, dtype="float64")
    x = np.array([[1, 8], [2, 2], [0, 1]])
    y = np.random.default_rng(0).normal(size=(3, 2))
    assert network.takes_indices
    expected = numerical_gradient(
        lambda: float(((network.forward(x) - y) ** 2).sum()) / 6, network.flat_values
    )
    trainer = mn.Trainer(network, mn.MeanSquaredError(), mn.SGD(1.0))
    before = network.flat_values.copy()
    trainer.step(x, y)
    np.testing.assert_allclose(network.flat_values, before - expected, atol=1e-8)
    trainer.fit(x, y, epochs=1, batch_size=2, progress=False)
    assert network.predict(x, batch_size=2).shape == (3, 2)
    assert not mn.Network([mn.Linear(3, 2)]).takes_indices


def test_flat_values_are_assigned_in_place():
    network = mn.Network([mn.Linear(2, 2), Scale(2)], seed=0, dtype="float64")
    vector = network.flat_values
    new = np.random.default_rng(0).normal(size=8)
    network.flat_values = new
    assert network.flat_values is vector
    np.testing.assert_array_equal(network.layers[0].weight.value.ravel(), new[:4])
    network.flat_values *= 5
    np.testing.assert_array_equal(network.layers[1].gain.value, 5 * new[6:])
    for bad, kind in [(np.zeros(7), ValueError), (np.zeros((8, 1)), ValueError), (1.0, ValueError)]:
        with pytest.raises(kind, match=r"flat_values: expected shape \(8,\)"):
            network.flat_values = bad
    with pytest.raises(TypeError, match="flat_values"):
        network.flat_values = ["a"] * 8
    np.testing.assert_array_equal(network.flat_values, 5 * new)


def test_the_type_may_be_assigned_also_through_a_nested_network():
    inner = mn.Network([Scale(3)], dtype="float64")
    network = mn.Network([mn.Linear(3, 3), inner], seed=0)
    assert inner.dtype == network.dtype == np.float32
    inner.dtype = "float64"
    assert inner.dtype == network.dtype == network.flat_values.dtype == np.float64
    assert_trains(network)
    for bad in ("int32", "float16", "double precision", None, 64, "complex128", object()):
        with pytest.raises(ValueError, match='Network: dtype: expected "float32" or "float64"'):
            network.dtype = bad
        with pytest.raises(ValueError, match="Network: dtype"):
            mn.Network([Scale(3)], dtype=bad)
    assert network.dtype == np.float64


@pytest.mark.parametrize(
    ("x", "kind", "parts"),
    [
        (np.ones(3), ValueError, ["(m, features)", "(3,)", "reshape(1, -1)"]),
        (np.ones((0, 3)), ValueError, ["empty"]),
        ([[1.0, np.nan, 2.0]], ValueError, ["x[0, 1] = nan"]),
        ([[1.0, 2.0, np.inf]], ValueError, ["x[0, 2] = inf"]),
        ([[1.0, 2.0, 1e300]], ValueError, ["fit into float32", "x[0, 2]"]),
        ([["a", "b", "c"]], TypeError, ["array of numbers"]),
        (np.ones((2, 4)), ValueError, ["layers[0] Linear(3 -> 2)", "(m, 3)", "(2, 4)"]),
    ],
)
@pytest.mark.parametrize("method", ["predict", "activations"])
def test_bad_input_is_refused(x, kind, parts, method):
    network = mn.Network([mn.Linear(3, 2)], seed=0)
    with pytest.raises(kind) as caught:
        getattr(network, method)(x)
    assert all(part in str(caught.value) for part in ["expected", "got", *parts])


class Mean(mn.Layer):
    """Mistakes the samples for the features."""

    def forward(self, x):
        return x.mean(axis=0, keepdims=True)


def test_a_network_whose_output_has_too_few_rows_is_refused_by_predict_in_pieces():
    network = mn.Network([Mean()])
    with pytest.raises(ValueError, match=r"one row for each of 4 samples, got \(1, 3\)"):
        network.predict(np.ones((9, 3)), batch_size=4)


@pytest.mark.parametrize("size", [0, -1, 2.5, "all", None, True])
def test_predict_refuses_bad_batch_sizes(size):
    with pytest.raises(
        (TypeError, ValueError), match="predict: batch_size: expected a whole number"
    ):
        mn.Network([mn.Tanh()]).predict(np.ones((2, 2)), batch_size=size)


def test_backward_needs_a_forward_and_the_output_s_shape():
    network = mn.Network([mn.Linear(3, 2)], seed=0)
    with pytest.raises(RuntimeError, match="expected a forward first"):
        network.backward(np.ones((4, 2)))
    network.forward(np.ones((4, 3)))
    for shape in [(2,), (4, 3), (1, 2), (4, 1), ()]:
        with pytest.raises(ValueError, match=r"grad: expected the shape of the output, \(4, 2\)"):
            network.backward(np.ones(shape))
    with pytest.raises(TypeError, match="grad"):
        network.backward("no")


def test_the_summary_counts_what_is_trained():
    class Frozen(Scale):
        def __init__(self, features):
            super().__init__(features)
            self.mean = mn.Parameter(np.zeros(features), trainable=False)

    network = mn.Network([mn.Linear(3, 4), mn.Network([Frozen(4), mn.Tanh()]), mn.Linear(4, 2)])
    lines = network.summary().splitlines()
    assert lines[0].split() == ["place", "layer", "parameters"]
    assert [line.split()[-1] for line in lines[2:]] == ["16", "4", "10", "30"]
    assert "Linear(3 -> 4)" in lines[2]
    assert "Frozen(4)" in lines[3]
    assert "float32" in lines[-1]
    network.layers.append(Scale(2))
    assert network.summary().splitlines()[-1].split()[-1] == "32"


def test_repr_shows_the_layers():
    assert repr(mn.Network([mn.Linear(2, 1), mn.Tanh()])) == "Network([Linear(2 -> 1), Tanh()])"


def test_a_network_is_called_and_indexed_like_a_list_of_layers():
    network = mn.Network([mn.Linear(2, 3), mn.Tanh(), mn.Linear(3, 1)], seed=0)
    x = np.ones((4, 2), np.float32)
    np.testing.assert_array_equal(network(x), network.forward(x))
    assert len(network) == 3
    assert network[2] is network.layers[2]
    assert network[-1] is network.layers[2]
    assert list(network) == network.layers
    assert "<td" in network._repr_html_()
    assert "Linear(2 -&gt; 3)" in network._repr_html_()
