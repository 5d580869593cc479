"""An error says which layer it was: the one it came out of, or the one that cannot be taken."""

import numpy as np
import pytest
from student_layers import Scale

import minnet as mn
from minnet.nn.error_location import locate_error, short_repr


class Faulty(Scale):
    """Raises what it is told to, where it is told to."""

    def __init__(self, error, where="forward"):
        super().__init__(3)
        self.error, self.where = error, where

    def forward(self, x):
        if self.where == "forward":
            raise self.error
        return super().forward(x)

    def backward(self, grad):
        if self.where == "backward":
            raise self.error
        return super().backward(grad)

    def __repr__(self):
        return "Faulty()"


X = np.ones((4, 3))


def run(network, verb="forward"):
    y = network.forward(X)
    if verb == "backward":
        network.backward(np.ones_like(y))


@pytest.mark.parametrize(
    "kind", [ValueError, TypeError, IndexError, ZeroDivisionError, RuntimeError]
)
@pytest.mark.parametrize(("verb", "what"), [("forward", "an input"), ("backward", "a gradient")])
def test_the_place_the_verb_and_the_shape_are_named(kind, verb, what):
    error = kind("it broke")
    with pytest.raises(kind) as caught:
        run(mn.Network([mn.Tanh(), Faulty(error, verb)]), verb)
    assert caught.value is error
    assert str(error) == f"layers[1] Faulty().{verb}: it broke (called with {what} of shape (4, 3))"


def test_nested_places_are_read_from_the_outside_in():
    inner = mn.Network([mn.Tanh(), Faulty(ValueError("it broke"))])
    with pytest.raises(ValueError, match=r"^layers\[2\]\.layers\[0\]\.layers\[1\] Faulty\(\)\.for"):
        run(mn.Network([mn.Tanh(), mn.Tanh(), mn.Network([inner])]))


@pytest.mark.parametrize("deep", [0, 1, 2])
def test_a_parameter_that_is_used_as_an_array_is_placed_once(deep):
    class Misused(Scale):
        def forward(self, x):
            return x * self.gain

    network, place = mn.Network([mn.Tanh(), Misused(3)]), "layers[1]"
    for _ in range(deep):
        network, place = mn.Network([network]), f"layers[0].{place}"
    with pytest.raises(TypeError) as caught:
        run(network)
    assert str(caught.value).startswith(f"{place} Misused.gain is a Parameter, not an array")


@pytest.mark.parametrize("deep", [0, 1])
def test_a_gradient_of_another_shape_is_placed_once_with_its_fix(deep):
    class Unsummed(Scale):
        def backward(self, grad):
            self.gain.grad = grad * self.x
            return grad

    network, place = mn.Network([mn.Tanh(), Unsummed(3)]), "layers[1]"
    for _ in range(deep):
        network, place = mn.Network([network]), f"layers[0].{place}"
    with pytest.raises(ValueError, match=r"got \(4, 3\)\. .*write \.sum\(axis=0\)") as caught:
        run(network, "backward")
    assert str(caught.value).startswith(f"{place} Unsummed.gain.grad: expected shape (3,)")


def test_a_built_in_layer_s_own_message_gets_the_index_only():
    with pytest.raises(
        ValueError, match=r"^layers\[1\] Linear\(4 -> 3\): expected input"
    ) as caught:
        run(mn.Network([mn.Linear(3, 5), mn.Linear(4, 3)]))
    assert "(4, 5)" in str(caught.value)
    assert str(caught.value).endswith("The input has 5 features: make this Linear(5, 3).")


@pytest.mark.parametrize(
    "make",
    [
        lambda: OSError(2, "no such file"),
        lambda: KeyError(7),
        lambda: UnicodeDecodeError("ascii", b"x", 0, 1, "bad"),
        lambda: ValueError(),
    ],
)
def test_errors_that_are_no_single_sentence_pass_unchanged(make):
    error = make()
    arguments = error.args
    with pytest.raises(type(error)) as caught:
        run(mn.Network([Faulty(error)]))
    assert caught.value is error
    assert caught.value.args == arguments


def test_an_interrupt_is_not_touched():
    with pytest.raises(KeyboardInterrupt, match=r"^stop$"):
        run(mn.Network([Faulty(KeyboardInterrupt("stop"))]))


def test_a_repr_that_fails_does_not_hide_the_error():
    class Unprintable(Faulty):
        def __repr__(self):
            return self.nothing

    with pytest.raises(ValueError, match=r"layers\[0\] Unprintable\.forward: it broke"):
        run(mn.Network([Unprintable(ValueError("it broke"))]))
    assert "Unprintable" in mn.Network([Unprintable(ValueError("x"))]).summary()


def test_long_reprs_are_cut_to_the_class():
    class Long(mn.Layer):
        def __init__(self, text):
            self.text = text

    assert short_repr(Long("short")) == "Long('short')"
    assert short_repr(Long("x" * 100)) == "Long(...)"


def test_the_error_that_was_given_is_returned():
    error = ValueError("it broke")
    assert locate_error(error, 3, mn.Tanh(), "forward", (2, 2)) is error
    assert str(error).startswith("layers[3] Tanh().forward: it broke")


class Returns(mn.Layer):
    """Returns what it is told to."""

    def __init__(self, forward, backward=None):
        self.results = (lambda: forward, lambda: backward)

    def forward(self, x):
        return self.results[0]()

    def backward(self, grad):
        return self.results[1]()

    def __repr__(self):
        return "Returns()"


@pytest.mark.parametrize("verb", ["forward", "backward"])
@pytest.mark.parametrize(
    ("result", "part"),
    [
        (None, "got None. Is a return missing?"),
        ("text", "expected an array of numbers"),
        ([[1.0], [1.0, 2.0]], "expected an array of numbers"),
        (np.ones((2, 3)) * 1j, "complex128"),
        (np.ma.masked_less(np.ones((2, 3)), 2), "without a mask"),
    ],
)
def test_what_a_layer_returns_must_be_an_array(verb, result, part):
    x = np.ones((2, 3))
    layer = Returns(result) if verb == "forward" else Returns(x, result)
    network = mn.Network([mn.Tanh(), layer, mn.Tanh()])
    if verb == "backward":
        network.forward(x)
    with pytest.raises(TypeError) as caught:
        getattr(network, verb)(x)
    assert f"layers[1] Returns().{verb}: " in str(caught.value)
    assert part in str(caught.value)
    if verb == "forward":
        with pytest.raises(TypeError, match=r"layers\[1\] Returns\(\)\.forward"):
            network.activations(x)


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("shape", [(3,), (2, 4), (1, 3), (3, 2), ()])
def test_a_backward_returns_the_shape_of_the_input(position, shape):
    layers = [mn.Tanh(), mn.Tanh()]
    layers[position] = Returns(np.ones((2, 3)), np.ones(shape))
    network = mn.Network(layers)
    network.forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"shape of its input, \(2, 3\), got") as caught:
        network.backward(np.ones((2, 3)))
    assert f"layers[{position}] Returns().backward" in str(caught.value)
    assert str(shape) in str(caught.value)


@pytest.mark.parametrize(
    ("layers", "kind", "parts"),
    [
        ([], ValueError, ["layers", "at least one layer", "empty"]),
        (mn.Tanh(), TypeError, ["a list of layers", "Network([...])"]),
        (None, TypeError, ["a list of layers", "None"]),
        (3, TypeError, ["a list of layers"]),
        ([mn.Tanh(), mn.Sigmoid], TypeError, ["layers[1]", "the class Sigmoid", "Sigmoid(...)"]),
        ([np.tanh], TypeError, ["layers[0]", "ufunc", "subclass of mn.Layer"]),
        ([mn.Tanh(), None], TypeError, ["layers[1]", "None"]),
        ("ab", TypeError, ["layers[0]", "'a'"]),
        ([[mn.Tanh()]], TypeError, ["layers[0]", "list"]),
    ],
)
def test_what_is_no_list_of_layers_is_refused(layers, kind, parts):
    with pytest.raises(kind) as caught:
        mn.Network(layers)
    assert all(part in str(caught.value) for part in ["expected", "got", *parts])


@pytest.mark.parametrize("seed", [-1, 0.5, "a", True])
def test_bad_seeds_are_refused(seed):
    with pytest.raises(
        (TypeError, ValueError), match="Network: seed: expected a whole number >= 0"
    ):
        mn.Network([mn.Tanh()], seed=seed)


def test_a_layer_that_holds_one_parameter_twice_is_named_too():
    """Its Parameters cannot be named; the error is located all the same."""
    layer = Faulty(ValueError("broken"))
    layer.again = layer.gain
    error = locate_error(ValueError("broken"), 1, layer, "forward", (4, 3))
    assert str(error) == "layers[1] Faulty().forward: broken (called with an input of shape (4, 3))"
