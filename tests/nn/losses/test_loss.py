"""The base class: a custom loss needs its two methods, and nothing else."""

import numpy as np
import pytest

import minnet as mn


class Absolute(mn.Loss):
    """1/m sum |a - y|."""

    def forward(self, prediction, target):
        self.difference = prediction - target
        return np.abs(self.difference).sum() / len(prediction)

    def backward(self):
        return np.sign(self.difference) / len(self.difference)


def test_a_custom_loss_trains():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(40, 2))
    y = x @ [2.0, -1.0]
    trainer = mn.Trainer([mn.Linear(2, 1)], Absolute(), mn.SGD(0.05), seed=0)
    history = trainer.fit(x, y, epochs=60, batch_size=8, progress=False)
    assert not trainer.fused
    assert history["loss"][-1] < 0.1 * history["loss"][0]
    np.testing.assert_allclose(trainer.network.layers[0].weight.value[:, 0], [2, -1], atol=0.15)


def test_a_subclass_without_the_methods_says_what_to_write():
    class Empty(mn.Loss):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty.forward .* def forward\(self, pred"):
        Empty().forward(np.ones((1, 1)), np.ones((1, 1)))
    with pytest.raises(NotImplementedError, match=r"Empty.backward .* def backward\(self\)"):
        Empty().backward()
    with pytest.raises(NotImplementedError, match="Empty has no canonical activation"):
        Empty().forward_from_logits(np.ones((1, 1)), np.ones((1, 1)))
    with pytest.raises(NotImplementedError, match="Empty has no canonical activation"):
        Empty().backward_from_logits()


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (np.ones((3, 1)), TypeError, r"forward: expected one number for all samples, got an array"),
        (None, TypeError, r"forward: expected one number for all samples, got None"),
        ("0.5", TypeError, r"forward: expected one number"),
    ],
)
def test_a_forward_that_gives_no_number(returned, error, message):
    class Odd(Absolute):
        def forward(self, prediction, target):
            super().forward(prediction, target)
            return returned

    trainer = mn.Trainer([mn.Linear(2, 1)], Odd(), mn.SGD())
    with pytest.raises(error, match=message):
        trainer.step(np.ones((3, 2)), np.ones(3))


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (None, TypeError, r"backward: expected the gradient, got None\. Is a return missing\?"),
        (np.ones(3), ValueError, r"backward: expected the shape of the prediction, \(3, 1\), got"),
        (1.0, ValueError, r"backward: expected the shape of the prediction, \(3, 1\), got \(\)"),
    ],
)
def test_a_backward_that_gives_no_gradient(returned, error, message):
    class Odd(Absolute):
        def backward(self):
            return returned

    trainer = mn.Trainer([mn.Linear(2, 1)], Odd(), mn.SGD())
    before = trainer.network.flat_values.copy()
    with pytest.raises(error, match=message):
        trainer.step(np.ones((3, 2)), np.ones(3))
    assert np.array_equal(trainer.network.flat_values, before)


@pytest.mark.parametrize("number", [np.float32(0.5), np.float64(0.5), np.array(0.5), 1, [0.5]])
def test_one_number_in_any_form_is_taken(number):
    class Odd(Absolute):
        def forward(self, prediction, target):
            super().forward(prediction, target)
            return number

    trainer = mn.Trainer([mn.Linear(2, 1)], Odd(), mn.SGD())
    value = trainer.step(np.ones((3, 2)), np.ones(3))
    assert type(value) is float
    assert value == np.ravel(number)[0]


def test_each_sample_counts_one_unless_the_loss_says_otherwise():
    assert Absolute().counts(np.zeros((3, 1))).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([], r"y: expected one target for each sample, got an array of shape \(0,\)"),
        ((), r"y: expected one target for each sample, got an array of shape \(0,\)"),
        (np.ma.masked_array([]), r"y: expected an array without a mask"),
        ([[1.0], [1.0, 2.0]], r"y: expected"),
        (["cat", "dog"], r"y: expected an array of numbers, got text, 'cat' .*np\.unique\(y, "),
        (np.array(["cat", 3], dtype=object), r"y: .* got text, 'cat' .*np\.unique\(y, "),
    ],
)
def test_targets_that_are_not_numbers(y, message):
    trainer = mn.Trainer([mn.Linear(2, 1)], Absolute(), mn.SGD())
    with pytest.raises((TypeError, ValueError), match=rf"Absolute\(\): {message}"):
        trainer.fit(np.ones((2, 2)), y, 1, progress=False)


def test_a_custom_loss_has_no_canonical_activation():
    for verb in (
        lambda: Absolute().forward_from_logits(np.ones((1, 1)), np.ones((1, 1))),
        lambda: Absolute().backward_from_logits(),
    ):
        with pytest.raises(NotImplementedError, match="Absolute has no canonical activation"):
            verb()
    assert not mn.Trainer([mn.Linear(2, 1), mn.Sigmoid()], Absolute(), mn.SGD()).fused


def test_a_call_of_the_loss_itself_says_what_to_write():
    with pytest.raises(TypeError, match=r"Write .forward\(prediction, target\)"):
        mn.MeanSquaredError()(np.zeros((2, 1)), np.ones((2, 1)))
