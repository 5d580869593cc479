"""Next steps are computed from the finding, and following them leads to the right gradient."""

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check import check_layer, check_loss


class Dense(mn.Layer):
    def __init__(self):
        self.W = mn.Parameter(np.linspace(-1, 1, 12).reshape(3, 4))
        self.b = mn.Parameter(np.zeros(4))

    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.b.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = self.bias_gradient(grad)
        return grad @ self.W.value.T


def advice(bias_gradient):
    cls = type("Wrong", (Dense,), {"bias_gradient": lambda _, grad: bias_gradient(grad)})
    return check_layer(cls, (5, 3)).mistakes[0].next_step


def test_from_one_shape_to_the_other():
    kept = advice(lambda grad: grad.sum(axis=0, keepdims=True))
    assert kept == "Make (1, 4) into (4,): reshape it to the shape of b, or leave keepdims out."
    whole = advice(lambda grad: grad)
    assert whole == "Make (5, 4) into (4,): sum over the samples, .sum(axis=0)."
    assert "sum over the axes that it has too many" in advice(lambda grad: grad.sum())


def test_an_error_in_backward_has_the_shapes_and_the_product_that_fits():
    class Raises(Dense):
        def backward(self, grad):
            return grad @ self.W.value

    (mistake,) = check_layer(Raises, (5, 3)).mistakes
    assert "x (5, 3), grad (5, 4), W (3, 4), b (4,)" in mistake.next_step
    assert "grad @ W.T has the shape of x" in mistake.next_step


class Hinge(mn.Loss):
    def forward(self, a, y):
        self.a, self.y = a, y
        return float(np.maximum(0, 1 - a * y).mean())

    def backward(self):
        return -self.y / self.a.size


class HalfHinge(Hinge):
    def backward(self):
        return np.where((self.a * self.y < 1) & (self.y > 0), -self.y, 0.0) / self.a.size


class Huber(mn.Loss):
    def forward(self, a, y):
        self.d = a - y
        q = np.abs(self.d)
        return float(np.where(q < 1, q**2 / 2, q - 0.5).mean())

    def backward(self):
        return self.d / self.d.size


class Odd(Huber):
    def backward(self):
        return np.exp(self.d)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (Hinge, "the value does not change (a max, a clip, a margin)"),
        (HalfHinge, "all wrong ones have y = -1"),
        (Huber, "those with |a - y| up to 0."),
        (Odd, "No entry is right: for a[0, 0] ="),
    ],
)
def test_a_loss_is_explained_in_words_of_its_kind(loss, words):
    (mistake,) = check_loss(loss).mistakes
    assert words in mistake.next_step
    assert "ln" not in mistake.next_step


def test_a_dropout_without_its_scale_is_told_so():
    class Drop(mn.Layer):
        def forward(self, x):
            self.mask = self.random.random(x.shape) > 0.4 if self.training else 1.0
            return x * self.mask

        def backward(self, grad):
            return grad * self.mask

    (mistake,) = check_layer(Drop, (8, 5)).mistakes
    assert "the scale 1/(1 - rate) is missing" in mistake.message
    assert "divide what is kept by 1 - rate" in mistake.next_step

    class Plain:
        def forward(self, x):
            self.mask = np.random.random(x.shape) > 0.4  # noqa: NPY002
            return x * self.mask

        def backward(self, grad):
            return grad * self.mask

    (remark,) = check_layer(Plain, (8, 5)).remarks
    assert "the scale 1/(1 - rate) is missing" in remark
