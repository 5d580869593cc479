"""Weights of samples and classes, label smoothing and ignored labels, in training."""

import numpy as np
import pytest

import minnet as mn
from minnet.nn.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    KullbackLeibler,
)
from minnet.nn.losses.sample_weights import as_column


def test_weights_become_a_column():
    like = np.ones((3, 2, 2), np.float32)
    column = as_column(np.arange(3.0), like)
    assert column.shape == (3, 1, 1)
    assert column.dtype == np.float32


GENERATOR = np.random.default_rng(3)


X = GENERATOR.normal(size=(12, 4))


Y = GENERATOR.integers(0, 3, 12)


WEIGHT = np.array([0.0, 1, 2, 0, 1, 3, 1, 1, 0, 2, 1, 1])


def trainer(loss=None, **options):
    network = mn.Network([mn.Linear(4, 3), mn.Softmax()], seed=1, dtype="float64")
    loss = CategoricalCrossEntropy() if loss is None else loss
    return mn.Trainer(network, loss, mn.SGD(0.5), seed=2, **options)


@pytest.mark.parametrize("fuse", [True, False])
def test_weight_zero_leaves_a_sample_out_and_weight_two_is_a_second_copy(fuse):
    weighted, repeated = trainer(fuse=fuse), trainer(fuse=fuse)
    rows = np.repeat(np.arange(12), WEIGHT.astype(int))
    options = {"epochs": 5, "batch_size": 100, "shuffle": False, "progress": False}
    a = weighted.fit(X, Y, sample_weight=WEIGHT, **options)
    b = repeated.fit(X[rows], Y[rows], **options)
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-12)
    np.testing.assert_allclose(
        weighted.network.flat_values, repeated.network.flat_values, rtol=1e-10
    )


def test_equal_weights_change_nothing():
    plain, weighted = trainer(), trainer()
    options = {"epochs": 3, "batch_size": 5, "progress": False}
    a = plain.fit(X, Y, **options)
    b = weighted.fit(X, Y, sample_weight=np.full(12, 2.5), **options)
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-12)


def test_the_mean_over_an_epoch_is_over_the_weights_of_all_batches():
    t = trainer()
    t.optimizer.learning_rate = 0
    history = t.fit(X, Y, 1, 5, sample_weight=WEIGHT, progress=False)
    p = t.predict(X)[np.arange(12), Y]
    np.testing.assert_allclose(history["loss"][0], -(WEIGHT * np.log(p)).sum() / WEIGHT.sum())


@pytest.mark.parametrize("fuse", [True, False])
def test_ignored_rows_are_as_if_they_were_not_there(fuse):
    y = np.where(WEIGHT > 0, Y, -1)
    a, b = trainer(CategoricalCrossEntropy(ignore_label=-1), fuse=fuse), trainer(fuse=fuse)
    a.step(X, y)
    b.step(X[WEIGHT > 0], Y[WEIGHT > 0])
    np.testing.assert_allclose(a.network.flat_values, b.network.flat_values, rtol=1e-12)
    assert a.evaluate(X, y)["loss"] == pytest.approx(
        b.evaluate(X[WEIGHT > 0], Y[WEIGHT > 0])["loss"]
    )


def test_metrics_leave_ignored_rows_out():
    y = np.where(WEIGHT > 0, Y, -1)
    t = trainer(CategoricalCrossEntropy(ignore_label=-1), metrics=["accuracy"])
    expected = (t.predict_classes(X) == Y)[WEIGHT > 0].mean()
    assert t.evaluate(X, y)["accuracy"] == expected
    t.optimizer.learning_rate = 0
    assert t.fit(X, y, 1, 5, progress=False)["accuracy"] == [expected]


@pytest.mark.parametrize(
    ("loss", "shape", "labels"),
    [
        (CategoricalCrossEntropy(ignore_label=-1), (3, 4), np.full(3, -1)),
        (BinaryCrossEntropy(ignore_label=-1), (3, 1), np.full((3, 1), -1.0)),
    ],
)
def test_a_batch_of_ignored_labels_counts_0_and_such_data_are_refused(loss, shape, labels):
    assert loss.forward_from_logits(np.ones(shape), labels) == 0
    assert loss.count == 0
    np.testing.assert_array_equal(loss.backward_from_logits(), np.zeros(shape))
    with pytest.raises(ValueError, match="only ignored labels"):
        loss.prepare_target(labels, shape, np.dtype("float64"))


def test_a_loss_without_sample_weight_says_so():
    class Plain(mn.Loss):
        def forward(self, prediction, target):
            self.d = prediction - target
            return float((self.d**2).sum())

        def backward(self):
            return 2 * self.d

    with pytest.raises(TypeError, match=r"sample_weight.*Plain"):
        trainer(Plain()).fit(X, Y, 1, sample_weight=WEIGHT, progress=False)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: CategoricalCrossEntropy(label_smoothing=1), "label_smoothing.*>= 0 and < 1"),
        (lambda: CategoricalCrossEntropy(label_smoothing=float("nan")), "label_smoothing"),
        (lambda: CategoricalCrossEntropy(class_weight=[1, -2, 1]), r"class_weight\[1\] = -2"),
        (lambda: CategoricalCrossEntropy(class_weight=[0, 0]), "only zeros"),
        (lambda: CategoricalCrossEntropy(class_weight=3), "class_weight"),
        (lambda: BinaryCrossEntropy(class_weight=[1, 2, 3]), "expected 2 weights"),
        (lambda: BinaryCrossEntropy(ignore_label="x"), "ignore_label"),
        (lambda: CategoricalCrossEntropy(ignore_label=1.5), "ignore_label.*whole"),
        (lambda: mn.Linear(2, 3, weight_init="xavier"), "Linear: weight_init: expected one of"),
        (lambda: mn.Conv2d(2, 3, 3, weight_init=5), "Conv2d: weight_init: expected one of"),
        (lambda: KullbackLeibler(label_smoothing=0.1), "label_smoothing"),
        (lambda: trainer(CategoricalCrossEntropy([1, 2])).step(X, Y), "expected 3 weights"),
        (lambda: trainer().fit(X, Y, 1, sample_weight=WEIGHT[:5]), r"sample_weight.*\(12,\)"),
        (lambda: trainer().fit(X, Y, 1, sample_weight=-WEIGHT), r"sample_weight\[1\]"),
        (lambda: trainer().fit(X, Y, 1, sample_weight=WEIGHT * np.nan), "sample_weight"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call()


@pytest.mark.parametrize(
    ("loss", "y", "weight"),
    [
        (CategoricalCrossEntropy([0, 0, 1]), [0, 1] * 6, None),
        (CategoricalCrossEntropy(ignore_label=0), Y, (Y == 0) * 1.0),
    ],
)
def test_data_of_total_weight_zero_are_refused_before_anything_changes(loss, y, weight):
    t = trainer(loss)
    before, order = t.network.flat_values.copy(), t.order.bit_generator.state
    with pytest.raises(ValueError, match=r"expected .* that counts"):
        t.fit(X, y, 1, sample_weight=weight, progress=False)
    np.testing.assert_array_equal(t.network.flat_values, before)
    assert t.order.bit_generator.state == order


def test_smoothing_adds_nothing_to_a_batch_of_labels_of_weight_0():
    categorical = CategoricalCrossEntropy([0, 1, 1], label_smoothing=0.1)
    assert categorical.forward_from_logits(np.ones((2, 3)), np.zeros(2, int)) == 0
    assert not categorical.backward_from_logits().any()
    binary = BinaryCrossEntropy([0, 1], label_smoothing=0.1)
    assert binary.forward_from_logits(np.ones((2, 1)), np.zeros((2, 1))) == 0
    assert not binary.backward_from_logits().any()


def test_one_hot_rows_are_never_ignored():
    loss, rows = CategoricalCrossEntropy(ignore_label=0), np.eye(3)[[0, 0, 1, 2]]
    t = trainer(loss)
    by_hand = loss.forward(t.predict(X[:4]), rows)
    assert t.evaluate(X[:4], rows)["loss"] == pytest.approx(by_hand)


def test_smoothing_of_certain_labels_keeps_its_digits():
    loss = BinaryCrossEntropy(label_smoothing=0.01)
    value = loss.forward_from_logits(np.float32([[100]]), np.float32([[1]]))
    assert value == pytest.approx(0.5, rel=3e-7)


def trained(loss, k, y):
    ending = mn.Softmax() if k > 1 else mn.Sigmoid()
    t = mn.Trainer([mn.Linear(X.shape[1], k), ending], loss, mn.SGD(0.1), seed=0)
    t.fit(X, y, 2, progress=False, validation_data=(X, y))
    return t.network.flat_values.tolist()


@pytest.mark.parametrize(
    ("kind", "k"), [(mn.CategoricalCrossEntropy, 2), (mn.BinaryCrossEntropy, 1)]
)
def test_class_weight_as_a_dict_or_balanced(kind, k):
    y = (np.arange(len(X)) % 4 == 0).astype(int)
    m, n1 = len(y), int(y.sum())
    weights = [m / (2 * (m - n1)), m / (2 * n1)]
    expected = trained(kind(class_weight=weights), k, y)
    for given in (dict(enumerate(weights)), {1: weights[1], 0: weights[0]}, "balanced"):
        assert trained(kind(class_weight=given), k, y) == expected
    loss = kind("balanced")
    trained(loss, k, y)
    trained(loss, k, 1 - y)  # a later fit balances its own labels
    assert loss.class_weight.tolist() == weights[::-1]


@pytest.mark.parametrize("given", [{1: 2.0}, {"a": 1.0, "b": 2.0}, {0: 1.0, 2: 1.0}, "balance", {}])
def test_class_weights_that_name_no_class(given):
    with pytest.raises(ValueError, match=r"class_weight: expected .*got"):
        mn.CategoricalCrossEntropy(class_weight=given)
