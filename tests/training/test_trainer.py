"""The Trainer: it composes a network, a loss and an optimizer; steps, evaluates, predicts."""

import copy
import pickle

import numpy as np
import pytest
import small_trainer

import minnet as mn


def data(k=3, m=30, seed=0):
    """Inputs (m, 4) and labels that depend on them, all classes present."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(m, 4)).astype(np.float32)
    y = (x @ generator.normal(size=(4, k))).argmax(axis=1)
    y[:k] = np.arange(k)
    return x, y


def classifier(k=3, seed=0, loss=None, optimizer=None, **options):
    ending = [mn.Linear(8, k), mn.Softmax()] if k > 2 else [mn.Linear(8, 1), mn.Sigmoid()]
    default = mn.CategoricalCrossEntropy() if k > 2 else mn.BinaryCrossEntropy()
    return mn.Trainer(
        [mn.Linear(4, 8), mn.Tanh(), *ending],
        loss or default,
        optimizer or mn.SGD(0.5),
        seed=seed,
        **options,
    )


def test_a_list_becomes_a_network_that_the_seed_draws():
    first, second, other = classifier(seed=1), classifier(seed=1), classifier(seed=2)
    assert isinstance(first.network, mn.Network)
    assert np.array_equal(first.network.flat_values, second.network.flat_values)
    assert not np.array_equal(first.network.flat_values, other.network.flat_values)
    network = mn.Network([mn.Linear(4, 1)], seed=5)
    assert mn.Trainer(network, mn.MeanSquaredError(), mn.SGD()).network is network


@pytest.mark.parametrize(("k", "fuse"), [(2, True), (2, False), (3, True), (3, False)])
def test_a_step_returns_the_loss_and_lowers_it(k, fuse):
    x, y = data(k)
    trainer = classifier(k, fuse=fuse)
    assert trainer.fused is fuse
    before = trainer.evaluate(x, y)["loss"]
    value = trainer.step(x, y)
    assert type(value) is float
    assert value == pytest.approx(before, rel=1e-6)
    for _ in range(20):
        trainer.step(x, y)
    assert trainer.evaluate(x, y)["loss"] < 0.8 * before


def test_a_step_is_the_optimizers_step_on_the_gradient():
    x, y = data()
    trainer = classifier(optimizer=mn.SGD(0.25))
    before = trainer.network.flat_values.copy()
    trainer.step(x, y)
    expected = before - np.float32(0.25) * trainer.network.flat_gradients
    np.testing.assert_allclose(trainer.network.flat_values, expected, rtol=1e-6)


def test_the_input_is_never_changed_and_never_kept():
    x, y = data()
    held = x.copy(), y.copy()
    trainer = classifier(metrics=["accuracy"])
    trainer.step(x, y)
    trainer.fit(x, y, epochs=2, batch_size=7, validation_data=(x, y), progress=False)
    trainer.evaluate(x, y)
    trainer.predict(x)
    assert np.array_equal(x, held[0])
    assert np.array_equal(y, held[1])


def test_what_predict_gives_does_not_change_later():
    x, y = data()
    trainer = classifier()
    first = trainer.predict(x)
    kept = first.copy()
    trainer.fit(x, y, epochs=2, batch_size=len(x), progress=False)
    trainer.predict(x + 1)
    assert np.array_equal(first, kept)
    assert not np.shares_memory(first, trainer.predict(x))


def test_evaluate_has_the_loss_and_each_metric():
    x, y = data()

    def rows(prediction, target):
        return len(target)

    trainer = classifier(metrics=["accuracy", rows])
    result = trainer.evaluate(x, y)
    p = trainer.predict(x)
    assert list(result) == ["loss", "accuracy", "rows"]
    assert result["rows"] == len(x)
    assert result["accuracy"] == (p.argmax(axis=1) == y).mean()
    assert result["loss"] == pytest.approx(-np.log(p[np.arange(len(y)), y]).mean(), rel=1e-6)
    assert not trainer.network.training


def test_evaluate_and_predict_change_nothing():
    x, y = data()
    trainer = classifier(optimizer=mn.Adam())
    trainer.step(x, y)
    before = pickle.dumps((trainer.network.flat_values, trainer.optimizer.state))
    trainer.evaluate(x, y)
    trainer.predict(x)
    trainer.predict_classes(x)
    trainer.summary()
    assert pickle.dumps((trainer.network.flat_values, trainer.optimizer.state)) == before


# -- labels ----------------------------------------------------------------------------------


def trained_bytes(k, x, y, loss=None):
    """The weights after some epochs, byte by byte, and the losses."""
    trainer = classifier(k, loss=loss, metrics=["accuracy"], optimizer=mn.Adam(0.01))
    history = trainer.fit(x, y, epochs=3, batch_size=7, validation_data=(x, y), progress=False)
    columns = [history[n] for n in ("loss", "accuracy", "val_loss", "val_accuracy")]
    return trainer.network.flat_values.tobytes(), columns


@pytest.mark.parametrize("loss", [mn.CategoricalCrossEntropy, mn.MeanSquaredError])
def test_labels_of_several_classes_in_all_forms(loss):
    x, y = data(3)
    expected = trained_bytes(3, x, y, loss())
    one_hot = np.eye(3)[y]
    for form in (
        y.tolist(),
        y.astype(np.uint8),
        y.astype(float),
        one_hot,
        one_hot.astype(int),
        one_hot.astype(np.float32),
        one_hot.astype(bool),
        one_hot.tolist(),
    ):
        assert trained_bytes(3, x, form, loss()) == expected


@pytest.mark.parametrize("loss", [mn.BinaryCrossEntropy, mn.MeanSquaredError])
def test_labels_of_two_classes_in_all_forms(loss):
    x, y = data(2)
    expected = trained_bytes(2, x, y, loss())
    for form in (y.reshape(-1, 1), y.tolist(), y.astype(float), y.astype(bool), y.astype(np.int8)):
        assert trained_bytes(2, x, form, loss()) == expected


# -- classes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [2, 3])
def test_predict_classes(k):
    x, y = data(k, m=60)
    trainer = classifier(k)
    trainer.fit(x, y, epochs=60, batch_size=10, progress=False)
    classes = trainer.predict_classes(x)
    assert classes.shape == (60,)
    assert classes.dtype == np.intp
    p = trainer.predict(x)
    assert np.array_equal(classes, (p[:, 0] > 0.5) if k == 2 else p.argmax(axis=1))
    assert (classes == y).mean() > 0.9


def test_predict_classes_of_several_yes_or_no_questions():
    trainer = mn.Trainer([mn.Linear(4, 3), mn.Sigmoid()], mn.BinaryCrossEntropy(), mn.SGD(), seed=0)
    x, _ = data()
    classes = trainer.predict_classes(x)
    assert np.array_equal(classes, trainer.predict(x) > 0.5)
    assert classes.shape == (30, 3)


def test_predict_classes_of_a_regression_says_so():
    trainer = mn.Trainer([mn.Linear(4, 1)], mn.MeanSquaredError(), mn.SGD())
    with pytest.raises(TypeError, match=r"predict_classes: expected .* regression\. Use predict"):
        trainer.predict_classes(data()[0])


# -- summary, copies -------------------------------------------------------------------------


def test_the_summary_says_which_way_the_gradient_takes():
    fused = str(classifier().summary())
    assert "fused: Softmax() and CategoricalCrossEntropy() together" in fused
    assert "Linear(4 -> 8)" in fused
    assert "SGD(learning_rate=0.5)" in fused
    assert "chain rule, link by link" in str(classifier(fuse=False).summary())
    assert "chain rule" in str(classifier(loss=mn.MeanSquaredError()).summary())


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
@pytest.mark.parametrize("optimizer", [mn.SGD, mn.Adam])
def test_a_copied_trainer_is_independent(clone, optimizer):
    x, y = data()
    trainer = classifier(optimizer=optimizer(0.05), metrics=["accuracy"])
    trainer.fit(x, y, epochs=2, batch_size=7, progress=False)
    before = trainer.network.flat_values.copy()
    other = clone(trainer)
    other.fit(x, y, epochs=2, batch_size=7, progress=False)
    assert np.array_equal(trainer.network.flat_values, before)
    assert not np.array_equal(other.network.flat_values, before)
    assert len(other.history) == 4
    trainer.fit(x, y, epochs=2, batch_size=7, progress=False)
    assert np.array_equal(trainer.network.flat_values, other.network.flat_values)


def test_a_layer_exchanged_between_steps_is_found():
    x, y = data()
    trainer = classifier()
    trainer.step(x, y)
    trainer.network.layers[0] = mn.Linear(4, 8)
    new = trainer.network.layers[0].weight.value.copy()
    trainer.step(x, y)
    assert not np.array_equal(trainer.network.layers[0].weight.value, new)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_everything_has_the_networks_type(dtype):
    x, y = data()
    network = mn.Network([mn.Linear(4, 3), mn.Softmax()], seed=0, dtype=dtype)
    trainer = mn.Trainer(network, mn.CategoricalCrossEntropy(), mn.Adam())
    for form in (x.astype(np.float64), x, (x * 10).astype(int)):
        trainer.fit(form, y, epochs=1, progress=False)
        assert trainer.predict(form).dtype == dtype
    assert network.flat_values.dtype == network.flat_gradients.dtype == dtype
    assert all(vector.dtype == dtype for vector in trainer.optimizer.state.values())


@pytest.mark.parametrize(("option", "value"), [("fuse", 1), ("fuse", None), ("seed", -1)])
def test_bad_options(option, value):
    with pytest.raises((TypeError, ValueError), match=f"Trainer: {option}: expected .*got"):
        classifier(**{option: value})


def test_a_hand_written_sigmoid_classifies():
    class Own(mn.Sigmoid):
        pass

    binary = (small_trainer.Y > 0).astype(int)
    for loss in (mn.MeanSquaredError(), mn.BinaryCrossEntropy()):
        t = small_trainer.trainer_of(mn.Linear(4, 1), Own(), loss=loss)
        t.fit(small_trainer.X, binary, 2, progress=False)
        np.testing.assert_array_equal(
            t.predict_classes(small_trainer.X), (t.predict(small_trainer.X) > 0.5).ravel()
        )
    with pytest.raises(TypeError, match="does regression"):
        small_trainer.trainer_of(mn.Linear(4, 1), loss=mn.MeanSquaredError()).predict_classes(
            small_trainer.X
        )


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
    kept, y = small_trainer.X.copy(), np.zeros((20, 3), np.float32) + 1
    t = small_trainer.trainer_of(InPlace(), mn.Linear(4, 3), mn.Softmax())
    for call in (
        lambda: t.fit(small_trainer.X, small_trainer.Y, 1, progress=False),
        lambda: t.predict(small_trainer.X),
    ):
        with pytest.raises(ValueError, match=r"layers\[0\] InPlace.*read-only"):
            call()
    with pytest.raises(ValueError, match=r"WritesIntoTarget\(\)\.forward.*read-only"):
        small_trainer.trainer_of(mn.Linear(4, 3), loss=WritesIntoTarget()).fit(
            small_trainer.X, y, 1, shuffle=False, progress=False
        )
    np.testing.assert_array_equal(small_trainer.X, kept)
    assert (y == 1).all()
    assert small_trainer.X.flags.writeable
    assert y.flags.writeable


def test_metrics_have_names_of_their_own_and_return_a_number():
    def loss(prediction, target):
        return 42.0

    twice = [lambda p, t: 1.0, lambda p, t: 2.0]
    for metrics in ([loss], twice, ["accuracy", "accuracy"]):
        with pytest.raises(ValueError, match="a different name for each metric"):
            small_trainer.trainer_of(metrics=metrics)

    def nothing(prediction, target):
        """Forgets to return."""

    with pytest.raises(
        TypeError, match="the metric nothing: expected one number for all samples, got None"
    ):
        small_trainer.trainer_of(metrics=[nothing]).evaluate(small_trainer.X, small_trainer.Y)


# -- weights of evaluation, and scores under a custom loss ------------------------------------


def test_sample_weights_count_in_evaluate_and_in_validation():
    x, y, w = np.arange(6.0).reshape(3, 2), np.array([0.0, 1.0, 5.0]), np.array([1.0, 1.0, 0.0])

    def make():
        return mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(0.0), seed=0)

    expected = make().evaluate(x[:2], y[:2])["loss"]
    assert make().evaluate(x, y, sample_weight=w)["loss"] == pytest.approx(expected)
    history = make().fit(x, y, 1, progress=False, validation_data=(x, y, w))
    assert history["val_loss"] == [pytest.approx(expected)]
    for bad in (w[:2], -w, w * 0):
        with pytest.raises(ValueError, match="evaluate: sample_weight: expected"):
            make().evaluate(x, y, sample_weight=bad)
        with pytest.raises(ValueError, match="fit: validation_data: sample_weight: expected"):
            make().fit(x, y, 1, progress=False, validation_data=(x, y, bad))


def test_a_resumed_fit_has_the_same_validation_weights(tmp_path):
    x, y, w = np.arange(6.0).reshape(3, 2), np.arange(3.0), np.arange(1.0, 4.0)

    def make():
        return mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(0.0), seed=0)

    for saved, given in (((x, y, w), (x, y)), ((x, y), (x, y, w)), ((x, y, w), (x, y, 2 * w))):
        first, second = make(), make()
        first.fit(x, y, 1, progress=False, validation_data=saved)
        first.save_checkpoint(tmp_path / "a")
        second.load_checkpoint(tmp_path / "a")
        with pytest.raises(ValueError, match="fit: validation sample_weight: expected the same"):
            second.fit(x, y, until=2, progress=False, validation_data=given)
        assert len(second.fit(x, y, until=2, progress=False, validation_data=saved)) == 1


class OnScores(mn.Loss):
    """Binary cross-entropy of scores z; class 1 where z > 0."""

    def forward(self, z, y):
        self.z, self.y = z, y
        return float((np.logaddexp(0, z) - z * y).sum() / len(z))

    def backward(self):
        return (1 / (1 + np.exp(-self.z)) - self.y) / len(self.z)

    def as_probabilities(self, prediction):
        return 1 / (1 + np.exp(-prediction))


class Same(mn.Activation):
    def forward(self, z):
        return z.copy()

    def backward(self, grad):
        return grad.copy()


class OwnSigmoid(Same):
    def forward(self, z):
        return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize("ending", [[], [Same()]])
def test_metrics_judge_scores_as_predict_classes_does(ending):
    linear = mn.Linear(1, 1)
    linear.weight.value = [[1.0]]
    names = ["accuracy", "f1", "log_loss"]
    trainer = mn.Trainer([linear, *ending], OnScores(), mn.SGD(), metrics=names, seed=0)
    x, y = np.array([[0.3], [0.4], [-0.2], [-3.0]]), np.array([1, 1, 0, 0])
    got = trainer.evaluate(x, y)
    assert got["accuracy"] == got["f1"] == 1.0
    assert got["log_loss"] == pytest.approx(got["loss"], rel=1e-6)
    for rows in (slice(None), slice(0, 2), slice(2, 3)):
        assert trainer.predict_classes(x[rows]).tolist() == y[rows].tolist()


def test_whether_a_custom_last_layer_classifies_does_not_depend_on_the_data():
    x = np.array([[0.1], [0.9], [-5.0], [7.0]])

    def make(last):
        linear = mn.Linear(1, 1)
        linear.weight.value = [[1.0]]
        return mn.Trainer([linear, last], mn.MeanSquaredError(), mn.SGD(), seed=0)

    for rows in (x, x[:2]):
        assert make(OwnSigmoid()).predict_classes(rows).tolist() == (rows[:, 0] > 0).tolist()
        with pytest.raises(TypeError, match="does regression"):
            make(Same()).predict_classes(rows)


def test_one_hot_rows_train_a_step_like_labels():
    def trainer():
        layers = [mn.Linear(2, 3), mn.Softmax()]
        return mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=0)

    x, labels = np.random.default_rng(0).normal(size=(6, 2)), np.arange(6) % 3
    expected = trainer().step(x, labels)
    for kind in (float, np.float32, int, bool):
        assert trainer().step(x, np.eye(3, dtype=kind)[labels]) == expected
        assert trainer().step(x, np.asfortranarray(np.eye(3, dtype=kind)[labels])) == expected
    soft = np.full((6, 3), 1 / 3)
    assert trainer().step(x, soft) != expected
    for bad in (np.zeros((6, 3)), np.eye(3)[labels] / 2, np.ones((6, 3)), -np.eye(3)[labels]):
        with pytest.raises(ValueError, match="y: expected"):
            trainer().step(x, bad)


@pytest.mark.parametrize("use", ["step", "evaluate", "predict"])
def test_rows_that_the_cast_would_merge_are_refused_everywhere(use):
    trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    x, y = 1.7e9 + np.arange(40.0)[:, None], np.arange(40.0)
    arguments = (x,) if use == "predict" else (x, y)
    with pytest.raises(ValueError, match=rf"{use}: x: expected numbers that differ in float32"):
        getattr(trainer, use)(*arguments)
    getattr(trainer, use)(x - x.mean(), *arguments[1:])
