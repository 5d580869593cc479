"""What a constructor was given: kept, named, or honestly refused."""

import functools

import numpy as np
import pytest

import minnet as mn


class Any(mn.Layer):
    def __init__(self, thing=None):
        pass

    def forward(self, x):
        return x.copy()

    def backward(self, grad):
        return grad


def test_what_cannot_be_shown_can_still_be_named(tmp_path):
    class Shy:
        def __repr__(self):
            raise RuntimeError("no")

    with pytest.raises(TypeError, match=r"Any: thing: expected .* got <Shy> \(Shy\)"):
        mn.Network([Any(Shy())], seed=0).save(tmp_path / "n")


@pytest.mark.parametrize(
    "thing", [functools.partial(max, 1), {(1, 2): 3}, {None: 1}, np.array([1j]), [[len]]]
)
def test_relatives_of_what_can_be_saved(thing, tmp_path):
    with pytest.raises(TypeError, match="Any: thing"):
        mn.Network([Any(thing)], seed=0).save(tmp_path / "n")


def test_star_arguments_and_defaults_that_were_changed(tmp_path):
    net = mn.Network([mn.Linear(6, 6), mn.Reshape(2, 3), mn.LeakyReLU()], seed=0)
    net.layers[2].slope = 0.3
    net.save(tmp_path / "n")
    again = mn.load(tmp_path / "n")
    x = np.random.default_rng(0).normal(size=(4, 6))
    assert again.layers[2].slope == 0.3
    assert again.predict(x).tobytes() == net.predict(x).tobytes()


def test_a_training_whose_network_cannot_be_described(tmp_path):
    def trainer(seed):
        layers = [mn.Linear(2, 1), Any(len)]
        return mn.Trainer(layers, mn.MeanSquaredError(), mn.Adam(), seed=seed)

    made, again = trainer(0), trainer(1)
    made.step(np.ones((3, 2)), np.zeros(3))
    made.save_checkpoint(tmp_path / "t")
    again.load_checkpoint(tmp_path / "t")
    assert again.network.flat_values.tobytes() == made.network.flat_values.tobytes()
    with pytest.raises(mn.CheckpointError, match="holds values only"):
        mn.load(tmp_path / "t")


def test_a_random_generator_of_an_optimizer_continues(tmp_path):
    class Noisy(mn.Optimizer):
        def __init__(self, seed):
            super().__init__(0.1)
            self.stream = np.random.Generator(np.random.MT19937(seed))

        def step(self, values, grads):
            values -= self.learning_rate * grads * self.stream.random(grads.shape)

    def trainer(seed):
        return mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), Noisy(seed), seed=0)

    x, y = np.ones((3, 2)), np.zeros(3)
    made, again = trainer(0), trainer(1)
    made.step(x, y)
    made.save_checkpoint(tmp_path / "t")
    again.load_checkpoint(tmp_path / "t")
    for part in (made, again):
        part.step(x, y)
    assert again.network.flat_values.tobytes() == made.network.flat_values.tobytes()


def test_names_that_differ_in_signs_only_are_two_arrays(tmp_path):
    tables = {"a b": np.array([1.0]), "a-b": np.array([2.0]), "a.b": np.array([3.0])}

    class Keeping(Any):
        def __init__(self, thing):
            self.thing = thing

    mn.Network([Keeping(tables)], seed=0).save(tmp_path / "n")
    again = mn.load(tmp_path / "n", layers=[Keeping]).layers[0].thing
    assert again == {"a b": 1.0, "a-b": 2.0, "a.b": 3.0}
    assert len(np.load(tmp_path / "n", allow_pickle=False).files) == 4


def test_a_custom_bit_generator_cannot_be_saved(tmp_path):
    class Mine(np.random.PCG64):
        pass

    made = mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(), seed=0)
    made.optimizer.noise = np.random.Generator(Mine(0))
    with pytest.raises(TypeError, match=r"\['noise'\]: expected numbers, .*got .*Generator"):
        made.save_checkpoint(tmp_path / "t")
    assert list(tmp_path.iterdir()) == []
