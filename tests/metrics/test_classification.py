"""Accuracy, confusion matrix, precision, recall, F1 against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

import minnet as mn
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
        ([0.5], [2], ValueError, ("from 0 to 1", "1 output(s)", "target[0] = 2", "rmse")),
        ([[0.5, 0.5]], [2], ValueError, ("from 0 to 1", "2 output(s)", "target[0] = 2")),
        ([0], [10**9], ValueError, ("class labels", "target[0] = 1000000000", "np.unique")),
        ([-1], [0], ValueError, ("class labels", "prediction[0] = -1")),
        (0.5, [1], ValueError, ("prediction", "the number 0.5")),
        ([1, 0], [[1, 1], [0, 1]], ValueError, ("a column for each label", "(2, 2)", "(2,)")),
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


LABELS = [0, 1, 2, 2, 1]


@pytest.mark.parametrize(
    "prediction", [LABELS, np.array(LABELS)[:, None], np.array(LABELS, np.uint8)]
)
def test_labels_as_prediction_are_the_labels(prediction):
    for function in (metrics.accuracy, metrics.balanced_accuracy, metrics.f1, metrics.precision):
        assert function(prediction, LABELS) == 1.0
        assert function(prediction, np.eye(3)[LABELS]) == 1.0
    matrix = metrics.confusion_matrix(prediction, LABELS)
    assert matrix.tolist() == [[1, 0, 0], [0, 2, 0], [0, 0, 2]]
    assert metrics.accuracy([True, False], [1, 1]) == 0.5


def test_of_more_classes_than_a_matrix_can_hold_only_the_matrix_is_refused():
    labels = [0, 10**6]
    assert metrics.accuracy(labels, labels) == metrics.f1(labels, labels) == 1.0
    for options in ({}, {"classes": 10**6 + 1}):
        with pytest.raises(ValueError, match="confusion_matrix: expected at most 10000 classes"):
            metrics.confusion_matrix(labels, labels, **options)


@given(st.integers(2, 40), st.integers(2, 5), st.integers(0, 10_000))
def test_several_labels_in_a_row_are_judged_per_label_and_in_all(m, k, seed):
    generator = np.random.default_rng(seed)
    p, y = generator.random((m, k)), generator.integers(0, 2, (m, k))
    y[0] = 1
    decided = (p > 0.5).astype(int)
    assert metrics.accuracy(p, y) == pytest.approx((decided == y).mean())
    assert metrics.exact_match(p, y) == pytest.approx(reference.accuracy_score(y, decided))
    matrices = reference.multilabel_confusion_matrix(y, decided)
    np.testing.assert_array_equal(metrics.confusion_matrix(p, y), matrices)
    for name in ("precision", "recall", "f1"):
        theirs = getattr(reference, f"{name}_score")(y, decided, average=None, zero_division=0)
        assert getattr(metrics, name)(p, y) == pytest.approx(theirs.mean())
        ours = [getattr(metrics, name)(p[:, j], y[:, j]) for j in range(k)]
        assert ours == pytest.approx(theirs.tolist())
        assert getattr(metrics, name)(decided, y) == pytest.approx(theirs.mean())


def test_several_labels_in_a_trainer():
    x = np.random.default_rng(0).normal(size=(30, 4))
    y = (x[:, :3] > 0).astype(int)
    names = ["accuracy", "exact_match", "f1", "roc_auc", "log_loss"]
    layers = [mn.Linear(4, 3), mn.Sigmoid()]
    trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.Adam(0.1), metrics=names, seed=0)
    trainer.fit(x, y, 20, progress=False, validation_data=(x, y))
    got = trainer.evaluate(x, y)
    classes = trainer.predict_classes(x)
    assert got["accuracy"] == metrics.accuracy(classes, y) == (classes == y).mean() > 0.9
    assert got["exact_match"] == (classes == y).all(axis=1).mean()
    # Rows that happen to be one-hot are judged in the same way.
    single = np.flatnonzero(y.sum(axis=1) == 1)
    expected = (classes[single] == y[single]).mean()
    assert trainer.evaluate(x[single], y[single])["accuracy"] == expected
