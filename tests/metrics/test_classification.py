"""Accuracy, confusion matrix, precision, recall, F1 against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from minnet import metrics


@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 1000))
def test_several_classes_against_scikit_learn(m, k, seed):
    generator = np.random.default_rng(seed)
    scores, labels = generator.random((m, k)), generator.integers(k, size=m)
    predicted = scores.argmax(axis=1)
    matrix = reference.confusion_matrix(labels, predicted, labels=range(k))
    for target in (labels, labels.astype(float), np.eye(k)[labels], np.eye(k, dtype=int)[labels]):
        assert metrics.accuracy(scores, target) == reference.accuracy_score(labels, predicted)
        assert np.array_equal(metrics.confusion_matrix(scores, target), matrix)
    assert type(metrics.accuracy(scores, labels)) is float


@given(st.integers(1, 40), st.integers(0, 1000))
def test_two_classes_against_scikit_learn(m, seed):
    generator = np.random.default_rng(seed)
    p, labels = generator.random((m, 1)), generator.integers(2, size=m)
    predicted = (p[:, 0] > 0.5).astype(int)
    matrix = reference.confusion_matrix(labels, predicted, labels=[0, 1])
    for prediction in (p, p[:, 0]):
        for target in (labels, labels.reshape(-1, 1), labels.astype(np.float32), labels == 1):
            assert metrics.accuracy(prediction, target) == pytest.approx(
                reference.accuracy_score(labels, predicted)
            )
            assert np.array_equal(metrics.confusion_matrix(prediction, target), matrix)


def test_the_number_of_classes():
    assert metrics.confusion_matrix([[0.2], [0.3]], [0, 0]).tolist() == [[2, 0], [0, 0]]
    assert metrics.confusion_matrix([[0.2], [0.3]], [0, 0], classes=3).shape == (3, 3)
    assert metrics.confusion_matrix(np.eye(4), [0, 1, 2, 3]).tolist() == np.eye(4).tolist()
    with pytest.raises(ValueError, match=r"classes: expected a whole number >= 2, got 1"):
        metrics.confusion_matrix([[0.9]], [1], classes=1)


@pytest.mark.parametrize(
    ("prediction", "target", "error", "parts"),
    [
        ([[0.5]], [0, 1], ValueError, ("prediction and target", "got 1 and 2")),
        ([], [], ValueError, ("prediction", "empty")),
        ([[np.nan]], [0], ValueError, ("prediction[0, 0] = nan",)),
        ([[0.5]], [np.inf], ValueError, ("target[0] = inf",)),
        ([[0.5]], [0.5], ValueError, ("class labels", "target[0] = 0.5")),
        ([[0.5]], [-1], ValueError, ("class labels", "target[0] = -1")),
        ([[0.5]], ["a"], TypeError, ("target", "array of numbers")),
        ([["a"]], [0], TypeError, ("prediction", "array of numbers")),
        (np.ones((2, 2, 2)), [0, 0], ValueError, ("(m, k)", "(2, 2, 2)")),
        ([[0.5, 0.5]], [[1, 1]], ValueError, ("one class for each row", "target[0]")),
        ([[0.5, 0.5]], [[0.3, 0.7]], ValueError, ("one class for each row", "target[0]")),
    ],
)
@pytest.mark.parametrize("function", [metrics.accuracy, metrics.confusion_matrix])
def test_bad_input(function, prediction, target, error, parts):
    with pytest.raises(error) as info:
        function(prediction, target)
    for part in parts:
        assert part in str(info.value)


def test_no_positive_at_all_is_0():
    for function in (metrics.precision, metrics.recall, metrics.f1):
        assert function([[0.1], [0.2]], [0, 0]) == 0.0


def test_a_class_that_is_never_predicted_counts_0_and_one_that_never_occurs_does_not_count():
    p = np.eye(4)[[0, 0, 1]]
    assert metrics.recall(p, [0, 2, 1]) == pytest.approx((1 + 1 + 0) / 3)
    assert metrics.precision(p, [0, 2, 1]) == pytest.approx((0.5 + 1 + 0) / 3)
    assert metrics.balanced_accuracy(p, [0, 2, 1]) == pytest.approx(2 / 3)
