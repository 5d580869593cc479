"""What cannot be built: layers twice, wrong endings, rates below 0, names that are taken.

Together with `test_bad_data.py` these are all the mistakes that are promised a clear error.
"""

import numpy as np
import pytest

import minnet as mn

X, Y = np.random.default_rng(0).normal(size=(12, 4)), np.arange(12) % 3


class Holder(mn.Layer):
    """A layer that holds whatever it is given."""

    def __init__(self, held):
        self.held = held

    def forward(self, x):
        return x.copy()

    def backward(self, grad):
        return grad.copy()


def network_of(*layers):
    return mn.Network(list(layers))


def the_same_layer_twice():
    layer = mn.Linear(2, 2)
    network_of(layer, mn.Tanh(), layer)


def the_same_layer_twice_deep_inside():
    layer = mn.Linear(2, 2)
    network_of(Holder([layer]), network_of(Holder({"a": layer})))


def a_layer_of_another_network():
    layer = mn.Linear(2, 2)
    owner = network_of(mn.Tanh(), layer)
    network_of(layer, mn.Tanh())
    del owner


def a_parameter_of_another_network():
    gain = mn.Parameter(np.ones(3))
    owner = network_of(Holder(gain))
    network_of(Holder(gain))
    del owner


def trainer(ending, loss):
    return mn.Trainer([mn.Linear(4, 3), ending], loss, mn.SGD())


class Gain(mn.Layer):
    """Uses a Parameter where its value is meant."""

    def __init__(self, use):
        self.gain, self.use = mn.Parameter(np.ones(4)), use

    def forward(self, x):
        return self.use(x, self.gain)

    def backward(self, grad):
        return grad


def parameter_as_array(use):
    network = network_of(Gain(use), mn.Linear(4, 3), mn.Softmax())
    mn.Trainer(network, mn.CategoricalCrossEntropy(), mn.SGD()).step(X, Y)


def reserved(name, value):
    class Mine(mn.Layer):
        def __init__(self):
            setattr(self, name, value)

    Mine()


TAKEN = ("Mine: the name {!r} belongs to the framework", "Give your attribute another name")
VALUE = ("layers[0] Gain.gain is a Parameter, not an array", "write .value")

CASES = {
    "same layer": (the_same_layer_twice, ValueError,
                   ("layers[2]", "expected a layer that is used once, got the same layer as at",
                    "layers[0]", "Linear(2 -> 2)", "copy.deepcopy")),
    "same layer, deep inside": (the_same_layer_twice_deep_inside, ValueError,
                                ("layers[1]", "held.a", "the same layer", "copy.deepcopy")),
    "another network's layer": (a_layer_of_another_network, ValueError,
                                ("layers[0]: expected a layer that is in no other network",
                                 "got Linear(2 -> 2)",
                                 "already belongs to one", "copy.deepcopy")),
    "another network's Parameter": (a_parameter_of_another_network, ValueError,
                                    ("expected a Parameter that is in no other network",
                                     "already belongs to one", "copy.deepcopy")),
    "softmax under binary": (lambda: trainer(mn.Softmax(), mn.BinaryCrossEntropy()), ValueError,
                             ("BinaryCrossEntropy(): expected a network that ends in Sigmoid()",
                              "got Softmax()", "CategoricalCrossEntropy")),
    "sigmoid under categorical": (
        lambda: trainer(mn.Sigmoid(), mn.CategoricalCrossEntropy()), ValueError,
        ("expected a network that ends in Softmax()", "got Sigmoid()", "BinaryCrossEntropy")),
    "integer Parameter": (lambda: mn.Parameter(np.arange(3)), TypeError,
                          ("Parameter: value: expected floats, got", "int", "dtype=float")),
    "integers in a list": (lambda: mn.Parameter([1, 2]), TypeError,
                           ("Parameter: value: expected floats, got", "Write 1.0 for 1")),
    "bool Parameter": (lambda: mn.Parameter(np.array([True])), TypeError,
                       ("Parameter: value: expected floats, got", "bool", "dtype=float")),
    "x * gain": (lambda: parameter_as_array(lambda x, p: x * p), TypeError, VALUE),
    "gain + x": (lambda: parameter_as_array(lambda x, p: p + x), TypeError, VALUE),
    "x @ gain": (lambda: parameter_as_array(lambda x, p: x @ p), TypeError, VALUE),
    "np.exp(gain)": (lambda: parameter_as_array(lambda x, p: np.exp(p)), TypeError, VALUE),
    "np.sum(gain)": (lambda: parameter_as_array(lambda x, p: np.sum(p)), TypeError, VALUE),
    "gain[0]": (lambda: parameter_as_array(lambda x, p: x * p[0]), TypeError, VALUE),
    "gain.sum()": (lambda: parameter_as_array(lambda x, p: x * p.sum()), AttributeError,
                   ("Gain.gain is a Parameter and has no .sum", "write .value.sum")),
    "Tanh(5)": (lambda: mn.Tanh(5), TypeError,
                ("Tanh: the constructor takes no arguments, got (5)", "Write Tanh()")),
    "Sigmoid(axis=1)": (lambda: mn.Sigmoid(axis=1), TypeError, ("Sigmoid", "got (axis=1)")),
    "Linear with one more": (lambda: mn.Linear(2, 3, True, "zeros", 9), TypeError, ("Linear", "6")),
    "Linear(init=)": (lambda: mn.Linear(2, 3, init="zeros"), TypeError,
                      ("Linear: init: expected one of", "Did you mean weight_init?")),
    "a class as a layer": (lambda: network_of(mn.Tanh), TypeError,
                           ("layers[0]: expected a layer, got the class Tanh", "Tanh(...)")),
    "no layer": (lambda: mn.Network([]), ValueError, ("layers: expected at least one", "empty")),
    "a layer without a list": (lambda: mn.Network(mn.Tanh()), TypeError,
                               ("layers: expected a list of layers, got Tanh()", "Network([...])")),
    **{f"attribute {name}": (lambda name=name, value=value: reserved(name, value), TypeError,
                             [part.format(name) for part in TAKEN])
       for name, value in (("training", 5), ("random", 3), ("forward", np.ones(3)),
                           ("backward", 1), ("parameters", [1]))},
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused(name):
    call, error, parts = CASES[name]
    with pytest.raises(error) as info:
        call()
    for part in parts:
        assert part in str(info.value), f"{part!r} is missing in: {info.value}"


@pytest.mark.parametrize("nest", [False, True])
def test_the_place_is_named_once(nest):
    """A Parameter knows its place: the network does not put it in front a second time."""
    layer = Gain(lambda x, p: x * p)
    network = network_of(mn.Tanh(), network_of(layer) if nest else layer)
    place = "layers[1].layers[0] Gain.gain" if nest else "layers[1] Gain.gain"
    with pytest.raises(TypeError) as info:
        network.forward(X)
    assert str(info.value).startswith(f"{place} is a Parameter, not an array")


@pytest.mark.parametrize("name", ["training", "random", "parameters"])
def test_a_class_attribute_with_a_name_that_is_taken(name):
    with pytest.raises(TypeError, match=f"Mine: the name '{name}' belongs to the framework"):
        type("Mine", (mn.Layer,), {name: 5})


@pytest.mark.parametrize("kind", [mn.SGD, mn.Adam])
@pytest.mark.parametrize("rate", [-0.1, np.nan, np.inf, -np.inf])
def test_rates(kind, rate):
    with pytest.raises(ValueError, match=f"{kind.__name__}: learning_rate: expected a") as info:
        kind(learning_rate=rate)
    assert f"a finite number >= 0, got {rate!r}" in str(info.value)
    trainer = mn.Trainer([mn.Linear(4, 3), mn.Softmax()], mn.CategoricalCrossEntropy(), kind())
    trainer.step(X, Y)
    before = trainer.optimizer.learning_rate
    with pytest.raises(ValueError, match="learning_rate: expected a finite number >= 0, got"):
        trainer.optimizer.learning_rate = rate
    assert trainer.optimizer.learning_rate == before


@pytest.mark.parametrize("rate", ["0.1", None, True, [0.1], 1j])
def test_rates_that_are_no_numbers(rate):
    with pytest.raises(TypeError, match="SGD: learning_rate: expected a finite number >= 0, got"):
        mn.SGD(rate)


def test_a_refused_network_leaves_its_layers_as_they_were():
    layer, other = mn.Linear(2, 2), mn.Linear(2, 2)
    network = network_of(layer)
    values = network.flat_values
    with pytest.raises(ValueError, match="already belongs to one"):
        network_of(other, layer)
    assert np.shares_memory(layer.weight.value, values)
    network_of(other)  # it is still free
