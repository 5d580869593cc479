"""Metrics of probabilities against scikit-learn, and what metrics refuse."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from minnet import metrics

SIZES, SEEDS = st.integers(2, 60), st.integers(0, 10_000)


def same(ours, theirs):
    assert type(ours) is float
    assert ours == pytest.approx(float(theirs), rel=1e-12, abs=1e-12)


def drawn(m, k, seed, ties=True):
    """Probabilities (m, k), some of them equal, and labels of which some classes may be absent."""
    generator = np.random.default_rng(seed)
    scores = generator.random((m, k)) + 0.01
    if ties and seed % 2:
        scores = np.ceil(scores * 3)
    present = generator.choice(k, size=generator.integers(1, k + 1), replace=False)
    return scores / scores.sum(axis=1, keepdims=True), generator.choice(present, size=m)


@given(SIZES, st.integers(3, 6), SEEDS)
def test_several_classes(m, k, seed):
    p, y = drawn(m, k, seed)
    predicted = p.argmax(axis=1)
    options = {"average": "macro", "zero_division": 0}
    for target in (y, np.eye(k)[y]):
        same(metrics.precision(p, target), reference.precision_score(y, predicted, **options))
        same(metrics.recall(p, target), reference.recall_score(y, predicted, **options))
        same(metrics.f1(p, target), reference.f1_score(y, predicted, **options))
        same(metrics.f1(p, target, "macro"), reference.f1_score(y, predicted, **options))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # classes without a sample
            same(metrics.balanced_accuracy(p, y), reference.balanced_accuracy_score(y, predicted))
        labels = list(range(k))
        same(metrics.log_loss(p, target), reference.log_loss(y, p, labels=labels))
        same(metrics.brier_score(p, target), reference.brier_score_loss(y, p, labels=labels))
        for top in range(1, k):
            same(
                metrics.top_k_accuracy(p, target, top),
                reference.top_k_accuracy_score(y, p, k=top, labels=labels),
            )


@given(SIZES, SEEDS)
def test_two_classes(m, seed):
    two, y = drawn(m, 2, seed)
    p = two[:, 1]
    predicted = metrics.predicted_classes(p)
    for prediction in (p, p[:, None], two):
        for target in (y, y[:, None].astype(np.float32)):
            zero = {"zero_division": 0}
            same(
                metrics.precision(prediction, target),
                reference.precision_score(y, predicted, **zero),
            )
            same(metrics.recall(prediction, target), reference.recall_score(y, predicted, **zero))
            same(metrics.f1(prediction, target), reference.f1_score(y, predicted, **zero))
            same(
                metrics.f1(prediction, target, average="macro"),
                reference.f1_score(y, predicted, average="macro", **zero),
            )
            same(metrics.log_loss(prediction, target), reference.log_loss(y, two, labels=[0, 1]))
            theirs = reference.brier_score_loss(y, p, labels=[0, 1], pos_label=1)
            same(metrics.brier_score(prediction, target), theirs)
            if 0 < y.sum() < m:
                same(metrics.roc_auc(prediction, target), reference.roc_auc_score(y, p))
                theirs = reference.balanced_accuracy_score(y, predicted)
                same(metrics.balanced_accuracy(prediction, target), theirs)


@given(st.integers(0, 40), st.integers(3, 6), SEEDS)
def test_roc_auc_of_several_classes(m, k, seed):
    p, y = drawn(m + k, k, seed)
    y[:k] = np.arange(k)
    same(metrics.roc_auc(p, y), reference.roc_auc_score(y, p, multi_class="ovr", average="macro"))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("k", [1, 3])
def test_log_loss_is_finite_where_a_probability_is_0(dtype, k):
    p = np.array([[1.0], [0.0], [0.25]], dtype) if k == 1 else np.eye(3, dtype=dtype)
    y = np.array([0, 1, 1]) if k == 1 else np.array([0, 2, 1])
    theirs = reference.log_loss(y, p[:, 0] if k == 1 else p, labels=list(range(max(2, k))))
    # scikit-learn adds up float32 in float32
    assert metrics.log_loss(p, y) == pytest.approx(
        theirs, rel=1e-12 if dtype == "float64" else 1e-6
    )
    assert math.isfinite(metrics.log_loss(p, y))


def test_large_numbers_of_float32_are_added_in_float64():
    p = np.full((300_000, 1), 0.3, np.float32)
    assert metrics.brier_score(p, np.zeros(len(p))) == pytest.approx(float(p[0, 0]) ** 2, rel=1e-12)
    assert metrics.mae(p, np.zeros(len(p))) == pytest.approx(float(p[0, 0]), rel=1e-12)


CLASSES = [
    metrics.balanced_accuracy,
    metrics.precision,
    metrics.recall,
    metrics.f1,
    metrics.log_loss,
    metrics.brier_score,
    metrics.roc_auc,
]


@pytest.mark.parametrize("function", CLASSES)
@pytest.mark.parametrize(
    ("prediction", "target", "error", "parts"),
    [
        ([[0.5]], [0, 1], ValueError, ("prediction and target", "got 1 and 2")),
        ([], [], ValueError, ("empty",)),
        ([[np.nan], [0.5]], [0, 1], ValueError, ("prediction[0, 0] = nan",)),
        ([[0.5], [0.5]], [0, 0.5], ValueError, ("class labels", "target[1] = 0.5")),
        ([["a"], ["b"]], [0, 1], TypeError, ("prediction", "array of numbers")),
        (np.ones((2, 2, 2)), [0, 1], ValueError, ("(m, k)", "(2, 2, 2)")),
    ],
)
def test_bad_input_for_classes(function, prediction, target, error, parts):
    with pytest.raises(error) as info:
        function(prediction, target)
    for part in parts:
        assert part in str(info.value)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (
            lambda: metrics.f1([[0.5]], [1], average="micro"),
            r"f1: average: .*'binary'.*got 'micro'",
        ),
        (lambda: metrics.f1(np.eye(3), [0, 1, 2], average="binary"), r'expected "macro" for 3'),
        (lambda: metrics.log_loss([[1.5]], [1]), r"log_loss: .*prediction\[0, 0\] = 1.5.*Sigmoid"),
        (lambda: metrics.brier_score([[-0.1]], [1]), r"brier_score: .*prediction\[0, 0\] = -0.1"),
        (
            lambda: metrics.log_loss([[0.5, 0.4]], [1]),
            r"sum to 1, got .*\[0\] = .* with sum 0.9",
        ),
        (lambda: metrics.log_loss([[0.5]], [2]), r"classes from 0 to 1.*target\[0\] = 2"),
        (lambda: metrics.roc_auc([[0.5], [0.1]], [1, 1]), r"roc_auc: .* none of class 0 in 2 rows"),
        (lambda: metrics.roc_auc(np.eye(3), [0, 1, 1]), r"all 3 classes, got none of class 2"),
        (lambda: metrics.roc_auc(np.eye(3), [0, 1, 3]), r"classes from 0 to 2.*target\[2\] = 3"),
        (lambda: metrics.top_k_accuracy(np.eye(3), [0, 1, 2], k=3), r"below .* 3, got 3"),
        (lambda: metrics.top_k_accuracy(np.eye(3), [0, 1, 2], k=0), r"k: .* >= 1, got 0"),
        (lambda: metrics.top_k_accuracy([[0.1]], [0]), r"below the number of outputs, 1, got 2"),
        (lambda: metrics.r_squared([[1.0]], [1.0]), r"r_squared: .* two samples, got 1"),
        (lambda: metrics.mae([[1.0, 2.0]], [1.0]), r"same shape, got \(1, 2\) and \(1,\)"),
        (lambda: metrics.rmse([[1.0], [2.0]], [[1.0]]), r"same shape, got \(2, 1\) and \(1, 1\)"),
        (lambda: metrics.rmse([[np.inf]], [[1.0]]), r"prediction\[0, 0\] = inf"),
        (lambda: metrics.mae([[1.0]], [[np.nan]]), r"target\[0, 0\] = nan"),
        (lambda: metrics.mae([], []), r"mean_absolute_error: prediction: expected data"),
    ],
)
def test_bad_input_of_one_kind(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_inputs_are_not_changed():
    p, y = drawn(20, 3, 1)
    y[:3] = [0, 1, 2]
    for function in (*CLASSES, metrics.top_k_accuracy, metrics.accuracy):
        before = p.copy(), y.copy()
        function(p, y)
        assert np.array_equal(p, before[0])
        assert np.array_equal(y, before[1])
