"""Class labels from the outputs of a network."""

from minnet import metrics


def test_a_tie_is_the_lower_class():
    assert metrics.predicted_classes([[0.5], [0.5000001]]).tolist() == [0, 1]
    assert metrics.predicted_classes([[0.5, 0.5], [0.2, 0.2]]).tolist() == [0, 0]


def test_whole_numbers_are_labels_and_floats_are_scores():
    assert metrics.predicted_classes([0, 2, 1]).tolist() == [0, 2, 1]
    assert metrics.predicted_classes([[True], [False]]).tolist() == [1, 0]
    assert metrics.predicted_classes([0.0, 2.0, 1.0]).tolist() == [0, 1, 1]
