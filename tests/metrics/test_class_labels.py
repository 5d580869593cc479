"""Class labels from the outputs of a network."""

import numpy as np
import pytest

from minnet import metrics


def test_a_tie_is_the_lower_class():
    assert metrics.predicted_classes([[0.5], [0.5000001]]).tolist() == [0, 1]
    assert metrics.predicted_classes([[0.5, 0.5], [0.2, 0.2]]).tolist() == [0, 0]


def test_whole_numbers_are_labels_and_floats_are_scores():
    assert metrics.predicted_classes([0, 2, 1]).tolist() == [0, 2, 1]
    assert metrics.predicted_classes([[True], [False]]).tolist() == [1, 0]
    assert metrics.predicted_classes([0.0, 2.0, 1.0]).tolist() == [0, 1, 1]


def test_a_target_of_more_than_two_axes_is_no_list_of_labels():
    with pytest.raises(ValueError, match=r"target: expected shape .*got \(2, 3, 1\)"):
        metrics.target_classes(np.ones((2, 3, 1)))


def test_whole_numbers_for_several_labels_are_zeros_and_ones():
    labels = [[1, 1], [0, 1]]
    assert metrics.accuracy([[1, 1], [0, 0]], labels) == 0.75
    with pytest.raises(ValueError, match=r"prediction: expected labels 0 and 1, got .* = 2"):
        metrics.accuracy([[1, 2], [0, 0]], labels)
