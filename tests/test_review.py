"""Ways in which a run could go wrong without a word, each refused or right."""

import gc

import numpy as np
import pytest

import minnet as mn
from minnet.training.training_diverged import TrainingDiverged

X = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
Y = np.arange(20) % 3


def classifier(*layers, loss=None, optimizer=None, **options):
    layers = list(layers) or [mn.Linear(4, 3), mn.Softmax()]
    loss = mn.CategoricalCrossEntropy() if loss is None else loss
    return mn.Trainer(layers, loss, optimizer or mn.SGD(0.1), seed=0, **options)


def test_an_optimizer_that_remembers_a_network_serves_no_other():
    adam = mn.Adam(0.1)
    classifier(optimizer=adam).fit(X, Y, 1, progress=False)
    gc.collect()
    with pytest.raises(ValueError, match="trains another network"):
        classifier(optimizer=adam)
    fresh = mn.SGD(0.1, momentum=0.9)
    first, second = classifier(optimizer=fresh), classifier(optimizer=fresh)
    second.fit(X, Y, 1, progress=False)
    for call in (first.fit, first.step):
        with pytest.raises(ValueError, match="trains another network"):
            call(X, Y, *([1] if call == first.fit else []))


class BadBackward(mn.Layer):
    """Finite forward, NaN backward."""

    def forward(self, x):
        return x * 1

    def backward(self, grad):
        return grad * np.nan


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("fuse", [True, False])
def test_divergence_names_the_layer_whose_backward_is_wrong(nested, fuse):
    tail = [BadBackward(), mn.Linear(4, 3), mn.Softmax()]
    layers = [mn.Linear(4, 4), *([mn.Network(tail)] if nested else tail)]
    place = r"layers\[1\]\.layers\[0\] BadBackward" if nested else r"layers\[1\] BadBackward"
    if nested and not fuse:
        place = r"layers\[1\] Network"
    with pytest.raises(TrainingDiverged, match=rf"{place}.*its backward returned"):
        classifier(*layers, fuse=fuse).fit(X, Y, 1, progress=False)


def test_divergence_names_a_loss_whose_backward_is_wrong():
    class Bad(mn.MeanSquaredError):
        def backward(self):
            return super().backward() * np.inf

    with pytest.raises(TrainingDiverged, match="in the loss: its gradient"):
        classifier(mn.Linear(4, 1), loss=Bad()).fit(X, Y, 1, progress=False)


def test_a_hand_written_sigmoid_classifies():
    class Own(mn.Sigmoid):
        pass

    binary = (Y > 0).astype(int)
    for loss in (mn.MeanSquaredError(), mn.BinaryCrossEntropy()):
        t = classifier(mn.Linear(4, 1), Own(), loss=loss)
        t.fit(X, binary, 2, progress=False)
        np.testing.assert_array_equal(t.predict_classes(X), (t.predict(X) > 0.5).ravel())
    with pytest.raises(TypeError, match="does regression"):
        classifier(mn.Linear(4, 1), loss=mn.MeanSquaredError()).predict_classes(X)


class InPlace(mn.Layer):
    """Works on an array that it was given."""

    def forward(self, x):
        x -= 1
        return x

    def backward(self, grad):
        return grad


class WritesIntoTarget(mn.MeanSquaredError):
    """A loss that works on its target."""

    def forward(self, prediction, target):
        target *= 0
        return super().forward(prediction, target)


def test_the_user_s_data_cannot_be_overwritten():
    kept, y = X.copy(), np.zeros((20, 3), np.float32) + 1
    t = classifier(InPlace(), mn.Linear(4, 3), mn.Softmax())
    for call in (lambda: t.fit(X, Y, 1, progress=False), lambda: t.predict(X)):
        with pytest.raises(ValueError, match=r"layers\[0\] InPlace.*read-only"):
            call()
    with pytest.raises(ValueError, match=r"WritesIntoTarget\(\)\.forward.*read-only"):
        classifier(mn.Linear(4, 3), loss=WritesIntoTarget()).fit(
            X, y, 1, shuffle=False, progress=False
        )
    np.testing.assert_array_equal(X, kept)
    assert (y == 1).all()
    assert X.flags.writeable
    assert y.flags.writeable


@pytest.mark.parametrize("y", [np.linspace(0, 1, 20), np.random.default_rng(0).normal(size=20)])
def test_a_metric_that_cannot_judge_the_targets_says_so_before_training(y):
    t = classifier(mn.Linear(4, 1), loss=mn.MeanSquaredError(), metrics=["accuracy"])
    before = t.network.flat_values.copy()
    with pytest.raises(ValueError, match="metrics: target"):
        t.fit(X, y, 2, progress=False)
    np.testing.assert_array_equal(t.network.flat_values, before)


def test_metrics_have_names_of_their_own_and_return_a_number():
    def loss(prediction, target):
        return 42.0

    twice = [lambda p, t: 1.0, lambda p, t: 2.0]
    for metrics in ([loss], twice, ["accuracy", "accuracy"]):
        with pytest.raises(ValueError, match="a different name for each metric"):
            classifier(metrics=metrics)

    def nothing(prediction, target):
        """Forgets to return."""

    with pytest.raises(TypeError, match="the metric nothing: expected one number, got None"):
        classifier(metrics=[nothing]).evaluate(X, Y)


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


def test_names_of_classes_get_the_mend():
    names = np.array(["a", "b", "c"])[Y]
    for y in (names, names.astype(object), names.tolist()):
        with pytest.raises(TypeError, match="return_inverse=True"):
            classifier().fit(X, y, 1, progress=False)


def test_a_student_s_loss_is_named_in_its_errors():
    class Mine(mn.Loss):
        def forward(self, prediction, target):
            return 1 / 0

    with pytest.raises(ZeroDivisionError, match=r"Mine\(\)\.forward: division by zero"):
        classifier(mn.Linear(4, 1), loss=Mine()).fit(X, Y, 1, progress=False)


def test_hinge_behind_a_sigmoid_is_refused():
    with pytest.raises(ValueError, match="scores of both signs"):
        classifier(mn.Linear(4, 1), mn.Sigmoid(), loss=mn.Hinge())


def test_a_perfect_loss_is_plus_zero():
    a, y = np.eye(2), np.eye(2)
    for loss in (mn.CategoricalCrossEntropy(), mn.BinaryCrossEntropy()):
        assert str(loss.forward(a, y)) == "0.0"


def test_ignored_labels_are_no_second_class():
    t = classifier(loss=mn.CategoricalCrossEntropy(ignore_label=-1))
    with pytest.raises(ValueError, match="at least two classes"):
        t.fit(X, np.where(Y == 0, -1, 1), 1, progress=False)


def test_evaluating_weights_that_are_not_finite_is_refused():
    t = classifier()
    t.network.flat_values[0] = np.nan
    with pytest.raises(FloatingPointError, match="finite"):
        t.evaluate(X, Y)
