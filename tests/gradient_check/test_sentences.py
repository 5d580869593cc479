"""What the messages say beyond their code: the place, the entry, the shape that was asked about."""

import numpy as np
import pytest
from doctor_corpus import CASES
from test_doctor_corpus import examine

import minnet as mn


def first_mistake(name):
    modules = ("sixth_wrong", "sixth_losses")
    sixth = [case for case in CASES if case.source.__module__ in modules]
    (case,) = [case for case in sixth if case.source.__name__ == name]
    return examine(case, 0).mistakes[0]


@pytest.mark.parametrize(
    ("name", "where", "words"),
    [
        ("TransposedLoss", "input", "shape (3, 5), the prediction (5, 3). Transposed it is right"),
        ("FlattenedLoss", "input", "shape (15,), the prediction (5, 3). The numbers are right"),
        ("Normalized", "forward", "the output holds NaN: x[1] is [0., 0., 0.]"),
        ("Entropy", "forward", "the output holds NaN: x[1, 0] is 0"),
        ("PowerByLogarithm", "input", "the returned gradient holds NaN: x[0, 2] is 0"),
        ("GradientOfZeroOverZero", "input", "first at [0, 2], where the prediction is 0"),
        ("ValueOfZeroTimesLogZero", "forward", "NaN or inf for the arrays that were given"),
        ("RecurrentOverwrites", "Wh", "is set, but to zeros: in a loop over time"),
        ("RecurrentOverwritesInputs", "Wx", "holds the part of time step 0 of 6 alone"),
        ("FillsNothing", "w", "is set, but to zeros."),
        ("NeverSet", "w", "is never set."),
        ("SquareWeight", "input", "is grad @ W where grad @ W.T belongs; `W` is square"),
        ("SquareWeightOtherWay", "input", "is grad @ W.T where grad @ W belongs; `W` is square"),
        ("SoftmaxOfOnes", "input", "is zero but for rounding, as it is for a gradient of"),
        ("SoftmaxOfZeros", "input", "Yours is zero everywhere, as it is for a gradient of ones"),
        ("SoftmaxOverAll", "forward", "its softmax runs over the whole array"),
        ("SoftmaxOverSamples", "forward", "its softmax runs over axis 0, the samples"),
        ("NoMeanAndWrongSign", "input", "lacks mean(q) and has the wrong sign before xhat mean"),
        ("BatchNormGain", "gamma", "With gains of one and biases of zero, as it is made, it is"),
    ],
)
def test_the_sentence(name, where, words):
    mistake = first_mistake(name)
    assert mistake.where == where
    assert words in mistake.message


class PlainDense:
    def forward(self, x):
        self.x = x
        return x @ np.ones((3, 7))

    def backward(self, grad):
        return grad @ np.ones((7, 3))


class Rowwise:
    def forward(self, x):
        return x.sum(axis=1, keepdims=True)

    def backward(self, grad):
        return grad


@pytest.mark.parametrize("kind", [PlainDense, Rowwise])
def test_a_shape_of_one_length_has_a_hint(kind):
    message = mn.check_layer(kind, (3,)).mistakes[0].message
    assert "read as 3 samples without features" in message
    assert "give (5, 3)" in message
    assert "without features" not in mn.check_layer(Rowwise, (5, 3)).mistakes[0].message


def test_a_test_with_ones_is_said_to_hide_it():
    class Halves(mn.Activation):
        def forward(self, z):
            self.z = z
            return z**2

        def backward(self, grad):
            return 2 * self.z * grad**2

    (mistake,) = mn.check_layer(Halves, (5, 3)).mistakes
    assert "For a gradient of ones it is right" in mistake.message


@pytest.mark.parametrize("check", [lambda f: mn.check_layer(f, (5, 3)), mn.check_loss])
@pytest.mark.parametrize(
    ("made", "words"),
    [
        (3, "gives 3 (int), without forward and backward"),
        (None, "Return the object"),
        (mn.Tanh, "gives the class Tanh. Write Tanh(...)"),
    ],
)
def test_a_function_that_makes_no_layer_is_refused(check, made, words):
    with pytest.raises(TypeError, match="expected a function that makes an object") as caught:
        check(lambda: made)
    assert words in str(caught.value)


def test_a_rare_nan_is_no_stale_value():
    class FarOut(mn.Activation):
        """Not a number beyond 2.4, where few of the drawn numbers are."""

        def forward(self, z):
            self.z = z
            return z**2

        def backward(self, grad):
            return grad * 2 * self.z * (0 * np.sqrt(6 - self.z**2) + 1)

    (mistake,) = mn.check_layer(FarOut, (5, 3), seed=1).mistakes
    assert mistake.code == "not-finite"
    assert "for ordinary inputs" in mistake.message


def test_a_sum_over_an_axis_of_one_is_no_sum():
    class Flat(mn.Loss):
        def forward(self, prediction, target):
            self.d = (prediction - target).ravel()
            return (self.d**2).sum() / len(self.d)

        def backward(self):
            return self.d / len(self.d)

    (mistake,) = mn.check_loss(Flat, (6, 1)).mistakes
    assert mistake.code == "wrong-shape"


def test_a_counting_loss_does_not_pair_all_with_all():
    (case,) = [case for case in CASES if case.source.__name__ == "CountsErrors"]
    assert all(examine(case, seed).ok for seed in range(20))


def test_an_exit_in_forward_is_an_error_of_forward():
    class Leaves(mn.Activation):
        def forward(self, z):
            raise SystemExit(2)

        def backward(self, grad):
            return grad

    (mistake,) = mn.check_layer(Leaves, (5, 3)).mistakes
    assert (mistake.code, mistake.where) == ("raises", "forward")
