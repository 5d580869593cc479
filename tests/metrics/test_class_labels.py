"""Class labels from the outputs of a network."""

from minnet import metrics


def test_a_tie_is_the_lower_class():
    assert metrics.predicted_classes([[0.5], [0.5000001]]).tolist() == [0, 1]
    assert metrics.predicted_classes([[0.5, 0.5], [0.2, 0.2]]).tolist() == [0, 0]
