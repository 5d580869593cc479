"""Input checks of the Trainer: what is accepted and what is refused; checking changes nothing."""

import copy
import gc

import numpy as np
import pytest
import small_trainer

import minnet as mn
from minnet.training import checks
from minnet.training.objective import output_shape


def classifier(ending=None, k=3):
    return mn.Network([mn.Linear(4, k), ending or mn.Softmax()], seed=0)


@pytest.mark.parametrize(
    ("bad", "error", "parts"),
    [
        (mn.MeanSquaredError, TypeError, ("loss", "the class MeanSquaredError", "Squared")),
        ("mse", TypeError, ("loss", "got 'mse'", "Write mn.MeanSquaredError()")),
        ("own", TypeError, ("loss", "got 'own'", "subclass of mn.Loss")),
        (None, TypeError, ("loss", "got None")),
        (mn.SGD(), TypeError, ("loss", "got SGD")),
    ],
)
def test_bad_loss(bad, error, parts):
    with pytest.raises(error) as info:
        mn.Trainer(classifier(), bad, mn.SGD())
    for part in parts:
        assert part in str(info.value)


@pytest.mark.parametrize(
    ("bad", "error", "parts"),
    [
        (mn.SGD, TypeError, ("optimizer", "the class SGD", "SGD(learning_rate=...)")),
        (0.1, TypeError, ("optimizer", "got 0.1", "subclass of mn.Optimizer")),
        (mn.MeanSquaredError(), TypeError, ("optimizer", "got MeanSquaredError()")),
    ],
)
def test_bad_optimizer(bad, error, parts):
    with pytest.raises(error) as info:
        mn.Trainer(classifier(), mn.CategoricalCrossEntropy(), bad)
    for part in parts:
        assert part in str(info.value)


def test_an_optimizer_that_remembers_another_network():
    x, y = np.random.default_rng(0).normal(size=(6, 4)), np.arange(6) % 3
    optimizer = mn.Adam()
    first = mn.Trainer(classifier(), mn.CategoricalCrossEntropy(), optimizer)
    mn.Trainer(first.network, mn.CategoricalCrossEntropy(), optimizer)  # the same network: legal
    first.step(x, y)
    with pytest.raises(ValueError, match=r"expected a new optimizer, got Adam.*another network"):
        mn.Trainer(classifier(), mn.CategoricalCrossEntropy(), optimizer)
    again = mn.Trainer(first.network, mn.CategoricalCrossEntropy(), optimizer)
    again.step(x, y)
    assert optimizer.steps == 2
    other = mn.Trainer(classifier(), mn.CategoricalCrossEntropy(), copy.deepcopy(optimizer))
    other.step(x, y)
    assert optimizer.steps == 2


def test_an_optimizer_that_has_not_stepped_may_change_its_network():
    optimizer = mn.Adam()
    for _ in range(2):
        trainer = mn.Trainer(classifier(), mn.CategoricalCrossEntropy(), optimizer)
    trainer.step(np.ones((2, 4)), [0, 1])


LEGAL = [
    (mn.Sigmoid, mn.MeanSquaredError),
    (mn.Softmax, mn.MeanSquaredError),
    (mn.Identity, mn.MeanSquaredError),
    (mn.Sigmoid, mn.BinaryCrossEntropy),
    (mn.Softmax, mn.CategoricalCrossEntropy),
]


@pytest.mark.parametrize(("ending", "loss"), LEGAL)
@pytest.mark.parametrize("nest", [False, True])
def test_legal_endings(ending, loss, nest):
    last = mn.Network([mn.Linear(3, 3), ending()]) if nest else ending()
    checks.check_last_layers(classifier(last), loss())


@pytest.mark.parametrize(
    ("ending", "loss", "fix"),
    [
        (mn.Softmax, mn.BinaryCrossEntropy, "CategoricalCrossEntropy"),
        (mn.Sigmoid, mn.CategoricalCrossEntropy, "mn.Softmax()"),
        (mn.Tanh, mn.BinaryCrossEntropy, "mn.Sigmoid()"),
        (mn.ReLU, mn.CategoricalCrossEntropy, "mn.Softmax()"),
        (mn.Identity, mn.CategoricalCrossEntropy, "mn.Softmax()"),
    ],
)
@pytest.mark.parametrize("nest", [False, True])
@pytest.mark.parametrize("fuse", [False, True])
def test_wrong_endings(ending, loss, fix, nest, fuse):
    last = mn.Network([mn.Linear(3, 3), ending()]) if nest else ending()
    with pytest.raises(ValueError, match="expected a network that ends in") as info:
        mn.Trainer(classifier(last), loss(), mn.SGD(), fuse=fuse)
    for part in (f"{loss.__name__}()", "ends in", f"got {ending.__name__}() as the last", fix):
        assert part in str(info.value)


@pytest.mark.parametrize("nest", [False, True])
def test_two_softmaxes_in_a_row(nest):
    layers = [mn.Linear(4, 3), mn.Softmax()]
    first = [mn.Network(layers)] if nest else layers
    with pytest.raises(ValueError, match=r"expected one softmax, got .*Remove one"):
        mn.Trainer(mn.Network([*first, mn.Softmax()]), mn.CategoricalCrossEntropy(), mn.SGD())
    between = [*layers[:1], mn.Softmax(), mn.Linear(3, 3), mn.Softmax()]
    mn.Trainer(copy.deepcopy(between), mn.CategoricalCrossEntropy(), mn.SGD())


class Doubled(mn.Activation):
    """Not a probability."""

    def forward(self, z):
        return np.full_like(z, 2.0)

    def backward(self, grad):
        return grad


def test_a_custom_activation_is_judged_by_its_first_batch():
    trainer = mn.Trainer(classifier(Doubled(), 1), mn.BinaryCrossEntropy(), mn.SGD(), seed=0)
    before = trainer.network.flat_values.copy()
    with pytest.raises(ValueError, match=r"prediction: expected numbers from 0 to 1, got .* 2\.0"):
        trainer.fit(np.ones((4, 4)), [0, 1, 0, 1], epochs=1, progress=False)
    assert np.array_equal(trainer.network.flat_values, before)


class Noise(mn.Layer):
    """Draws in training and in evaluation."""

    def forward(self, x):
        return x + self.random.normal(size=x.shape)

    def backward(self, grad):
        return grad


def test_the_trial_forward_draws_no_random_numbers():
    network = mn.Network([mn.Linear(4, 3), Noise(), mn.Softmax()], seed=0)
    network.training = True
    state = copy.deepcopy(network.random.bit_generator.state)
    shape = output_shape(network, mn.CategoricalCrossEntropy(), np.ones((50, 4)))
    assert shape == (50, 3)
    assert network.random.bit_generator.state == state
    assert network.training
    assert network.layers[1].training


class Transposed(mn.Layer):
    def forward(self, x):
        return x.sum(axis=0)

    def backward(self, grad):
        return grad


def test_a_network_that_loses_its_samples():
    network = mn.Network([mn.Linear(4, 3), Transposed()])
    with pytest.raises(ValueError, match=r"expected an output of shape \(m, \.\.\.\), one row for"):
        mn.Trainer(network, mn.MeanSquaredError(), mn.SGD()).step(np.ones((5, 4)), np.ones((5, 3)))


def test_labels_of_one_class_only():
    target = np.zeros(5, int)
    with pytest.raises(ValueError, match=r"y: expected labels of at least two classes, got 1 in"):
        checks.check_two_classes(mn.CategoricalCrossEntropy(), np.ones(5, int), target)
    checks.check_two_classes(mn.CategoricalCrossEntropy(), [0, 0, 1], target[:3])
    checks.check_two_classes(
        mn.CategoricalCrossEntropy(), np.ones(5), np.ones((5, 1))
    )  # one output: numbers, not classes
    with pytest.raises(ValueError, match="at least two classes, got 0 in all 2 rows"):
        checks.check_two_classes(mn.CategoricalCrossEntropy(), np.eye(3)[[0, 0]], target[:2])
    with pytest.raises(ValueError, match="at least two classes, got 2 in all 2 rows"):
        checks.check_two_classes(mn.MeanSquaredError(), np.eye(3)[[2, 2]], np.eye(3)[[2, 2]])
    checks.check_two_classes(mn.MeanSquaredError(), np.ones((2, 3)), np.ones((2, 3)))  # numbers


@pytest.mark.parametrize("ignored", [None, -1])
@pytest.mark.parametrize("form", [[1], [[0.0, 1.0, 0.0]]])
def test_one_sample_can_be_fitted_as_a_label_and_as_a_row(form, ignored):
    loss = mn.CategoricalCrossEntropy(ignore_label=ignored)
    layers = [mn.Linear(3, 3), mn.Softmax()]
    trainer = mn.Trainer(layers, loss, mn.SGD(1.0), seed=0)
    history = trainer.fit([[0.5, -1.0, 2.0]], form, 20, progress=False)
    assert history["loss"][-1] < 0.02


@pytest.mark.parametrize("form", [[1, 1], np.eye(3)[[1, 1]]])
def test_two_samples_of_one_class_are_refused_in_both_forms(form):
    trainer = mn.Trainer(classifier(), mn.CategoricalCrossEntropy(), mn.SGD(), seed=0)
    with pytest.raises(ValueError, match="y: expected labels of at least two classes, got 1 in"):
        trainer.fit(np.ones((2, 4)), form, 1, progress=False)


X = np.random.default_rng(0).normal(size=(40, 4))
Y = np.arange(40) % 3


def without_return(prediction, target):
    prediction.mean()


@pytest.mark.parametrize(
    ("k", "loss", "metric", "y", "validation", "parts"),
    [
        (3, mn.CategoricalCrossEntropy, "top_5_accuracy", Y, None, ("fit: metrics: top", "5")),
        (3, mn.CategoricalCrossEntropy, "rmse", Y, None, ("fit: metrics: root_mean", "(40,)")),
        (3, mn.CategoricalCrossEntropy, "roc_auc", Y, (X[:3], [0, 0, 1]),
         ("fit: validation_data: metrics: roc_auc", "none of class 2")),
        (3, mn.CategoricalCrossEntropy, "accuracy", Y, (X[:2], [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]),
         ("fit: validation_data: metrics:", "one class for each row")),
        (3, mn.MeanSquaredError, "log_loss", Y, None, ("expected probabilities",)),
        (1, mn.MeanSquaredError, "r_squared", X[:, 0], (X[:1], X[:1, 0]), ("two samples, got 1",)),
        (1, mn.MeanSquaredError, "accuracy", Y, None, ("from 0 to 1", "got target[2] = 2")),
        (3, mn.CategoricalCrossEntropy, without_return, Y, None, ("without_return", "one number")),
    ],
)  # fmt: skip
def test_every_metric_is_asked_before_the_first_step(k, loss, metric, y, validation, parts):
    ending = [mn.Softmax()] if loss is mn.CategoricalCrossEntropy else []
    trainer = mn.Trainer([mn.Linear(4, k), *ending], loss(), mn.SGD(0.1), metrics=[metric], seed=0)
    before = trainer.network.flat_values.copy()
    with pytest.raises((TypeError, ValueError)) as info:
        trainer.fit(X, y, 2, progress=False, validation_data=validation)
    for part in parts:
        assert part in str(info.value)
    assert trainer.optimizer.steps == 0
    np.testing.assert_array_equal(trainer.network.flat_values, before)


def test_an_optimizer_that_remembers_a_network_serves_no_other():
    adam = mn.Adam(0.1)
    small_trainer.trainer_of(optimizer=adam).fit(
        small_trainer.X, small_trainer.Y, 1, progress=False
    )
    gc.collect()
    with pytest.raises(ValueError, match="trains another network"):
        small_trainer.trainer_of(optimizer=adam)
    fresh = mn.SGD(0.1, momentum=0.9)
    first, second = (
        small_trainer.trainer_of(optimizer=fresh),
        small_trainer.trainer_of(optimizer=fresh),
    )
    second.fit(small_trainer.X, small_trainer.Y, 1, progress=False)
    for call in (first.fit, first.step):
        with pytest.raises(ValueError, match="trains another network"):
            call(small_trainer.X, small_trainer.Y, *([1] if call == first.fit else []))


def test_labels_of_one_class_are_refused_unless_check_is_off():
    x, y = np.eye(4), np.ones(4, int)
    with pytest.raises(ValueError, match="labels of at least two classes, got 1 in all 4 rows"):
        mn.Trainer(classifier(), mn.CategoricalCrossEntropy(), mn.SGD()).fit(x, y, 1)
    trainer = mn.Trainer(classifier(), mn.CategoricalCrossEntropy(), mn.SGD(), check=False)
    assert len(trainer.fit(x, y, 1, progress=False)) == 1
