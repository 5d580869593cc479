"""Mistakes in layers and losses that are used or written by hand."""

import numpy as np
import pytest
import small_trainer

import minnet as mn


def test_linear_takes_no_gradient_of_another_shape():
    layer = mn.Linear(4, 3)
    layer.forward(np.ones((20, 4)))
    for shape in ((3, 20), (20, 2), (60,)):
        with pytest.raises(ValueError, match=r"Linear\(4 -> 3\)\.backward: grad: .*\(20, 3\)"):
            layer.backward(np.ones(shape))


def test_an_array_over_a_parameter_is_refused():
    network = mn.Network([mn.Linear(4, 3)])
    with pytest.raises(TypeError, match=r"Write self\.weight\.value = "):
        network.layers[0].weight = np.zeros((4, 3))


def test_a_student_s_loss_is_named_in_its_errors():
    class Mine(mn.Loss):
        def forward(self, prediction, target):
            return 1 / 0

    with pytest.raises(ZeroDivisionError, match=r"Mine\(\)\.forward: division by zero"):
        small_trainer.trainer_of(mn.Linear(4, 1), loss=Mine()).fit(
            small_trainer.X, small_trainer.Y, 1, progress=False
        )


def test_hinge_behind_a_sigmoid_is_refused():
    with pytest.raises(ValueError, match="scores of both signs"):
        small_trainer.trainer_of(mn.Linear(4, 1), mn.Sigmoid(), loss=mn.Hinge())
