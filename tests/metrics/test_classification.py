"""Accuracy and confusion matrix against scikit-learn, and the forms that they take."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

import minnet as mn
from minnet import metrics
from minnet.training.epoch_predictions import EpochPredictions


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


def test_a_tie_is_the_lower_class():
    assert metrics.predicted_classes([[0.5], [0.5000001]]).tolist() == [0, 1]
    assert metrics.predicted_classes([[0.5, 0.5], [0.2, 0.2]]).tolist() == [0, 0]


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


def test_get():
    assert metrics.get("accuracy") == metrics.get(["accuracy"]) == {"accuracy": metrics.accuracy}
    assert metrics.get(()) == {}

    def share_of_ones(prediction, target):
        return float((target == 1).mean())

    class Counting:
        def __call__(self, prediction, target):
            return len(target)

    assert list(metrics.get(["accuracy", share_of_ones, Counting()])) == [
        "accuracy",
        "share_of_ones",
        "Counting",
    ]
    assert list(metrics.get(share_of_ones)) == ["share_of_ones"]


@pytest.mark.parametrize("bad", ["acc", ["accuracy", "f2"], [3], [mn.History], 5, None])
def test_get_refuses_what_is_no_metric(bad):
    with pytest.raises((ValueError, TypeError), match=r"metrics: expected names \(accuracy"):
        metrics.get(bad)


def test_a_record_sees_the_whole_epoch_in_the_order_of_the_batches():
    seen = {}

    def spy(prediction, target):
        seen["prediction"], seen["target"] = prediction.copy(), target.copy()
        return 0.25

    y, order = np.array([10, 11, 12, 13, 14]), np.array([3, 0, 4, 1, 2])
    record = EpochPredictions({"spy": spy}, y, order, mn.MeanSquaredError())
    buffer = np.empty((2, 1))
    for start in (0, 2, 4):
        part = buffer[: len(order[start : start + 2])]
        part[:, 0] = order[start : start + 2]
        record.add(start, part)  # the buffer is used again: a copy must be kept
    assert record.values() == {"spy": 0.25}
    assert seen["prediction"][:, 0].tolist() == order.tolist()
    assert seen["target"].tolist() == y[order].tolist()
    assert EpochPredictions({}, y, None, mn.MeanSquaredError()).values() == {}
