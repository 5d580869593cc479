"""`mn.load`: which classes it makes layers of, and files of the earlier version."""

import json
from pathlib import Path

import numpy as np
import pytest
import student_layers

import minnet as mn

HERE = Path(__file__).parent
X = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)


class Scale(student_layers.Scale):
    """The same with an argument of every kind."""

    def __init__(self, features, note=(), **more):
        self.gain = mn.Parameter(np.full(features, 2.0))


class Anything(mn.Layer):
    def __init__(self, thing=None):
        pass

    def forward(self, x):
        return x.copy()

    def backward(self, grad):
        return grad


def network(seed=0):
    return mn.Network([mn.Linear(3, 4), mn.BatchNorm(4), mn.Tanh(), mn.Linear(4, 2)], seed=seed)


def bits(net):
    values = [(n, p.value.tobytes(), p.trainable) for n, p in net.parameters().items()]
    return repr(net), str(net.dtype), net.seed, values


def saved_and_loaded(net, path, layers=()):
    net.save(path)
    return mn.load(path, layers=layers)


def student_linear():
    class Linear(mn.Layer):
        """Not the built-in one: it triples."""

        def __init__(self, a, b):
            self.a, self.b = a, b

        def forward(self, x):
            return 3 * x

        def backward(self, grad):
            return 3 * grad

    return Linear


def test_a_network_of_a_students_class(tmp_path):
    class Classifier(mn.Network):
        def __init__(self, hidden):
            super().__init__([mn.Linear(3, hidden), mn.Tanh(), mn.Linear(hidden, 2)], seed=3)

    net = Classifier(5)
    net.dtype = "float64"
    again = saved_and_loaded(net, tmp_path / "n", [Classifier])
    assert type(again) is Classifier
    assert bits(again)[1:] == bits(net)[1:]


def test_what_is_frozen_stays_frozen(tmp_path):
    net = network()
    net.layers[0].bias.trainable = False
    again = saved_and_loaded(net, tmp_path / "n")
    assert not again.layers[0].bias.trainable
    assert again.flat_values.tobytes() == net.flat_values.tobytes()


def test_a_file_of_version_1_is_still_read():
    net = mn.load(HERE / "version_1.minnet", layers=[Scale])
    assert [type(layer).__name__ for layer in net.layers] == [
        *("Linear", "BatchNorm", "ReLU", "Dropout", "Scale", "Network"),
    ]
    # The generator of that time drew these numbers; the file has them, not the seed.
    with np.load(HERE / "version_1.minnet", allow_pickle=False) as file:
        assert json.loads(file["description.json"])["version"] == 1
        for name, parameter in net.parameters().items():
            assert np.array_equal(parameter.value, file[f"values/{name}"])
    assert net.layers[0].bias.trainable  # version 1 does not say
    network(0)
    made = mn.load(HERE / "version_1.minnet", layers=[Scale])
    made.load_values(HERE / "version_1.minnet")


def test_a_students_linear_is_not_the_built_in_one(tmp_path):
    own = student_linear()
    net = mn.Network([own(3, 3), mn.Linear(3, 3)], seed=0)
    net.save(tmp_path / "n")
    with pytest.raises(mn.CheckpointError, match=r"layers=\[Linear\]"):
        mn.load(tmp_path / "n")
    again = mn.load(tmp_path / "n", layers=[own])
    assert [type(layer) for layer in again.layers] == [own, mn.Linear]
    mn.Network([mn.Linear(3, 3)], seed=0).save(tmp_path / "n")
    assert type(mn.load(tmp_path / "n", layers=[own]).layers[0]) is mn.Linear
    with pytest.raises(TypeError, match="two different classes of this name"):
        mn.Network([own(3, 3), student_linear()(3, 3)], seed=0).save(tmp_path / "n")
    with pytest.raises(ValueError, match="two of the name Linear"):
        mn.load(tmp_path / "n", layers=[own, student_linear()])


def test_a_constructor_that_fails_is_the_files_fault(tmp_path):
    class Moody(Scale):
        happy = True

        def __init__(self, features):
            if not self.happy:
                raise KeyError("not today")
            super().__init__(features)

    mn.Network([Moody(3)], seed=0).save(tmp_path / "n")
    Moody.happy = False
    with pytest.raises(mn.CheckpointError, match=r"Moody cannot be created: KeyError: .not today"):
        mn.load(tmp_path / "n", layers=[Moody])


def test_a_class_that_makes_no_layer(tmp_path):
    class Odd(Anything):
        def __new__(cls, thing=None):
            return super().__new__(cls, thing) if thing == 1 else 3

    class Late(Anything):
        pass

    mn.Network([Late(2)], seed=0).save(tmp_path / "n")
    Odd.__name__ = "Late"
    with pytest.raises(mn.CheckpointError, match="Late is not a layer"):
        mn.load(tmp_path / "n", layers=[Odd])
