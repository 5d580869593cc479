"""The loop: epochs, means over whole epochs, validation, the order of the samples."""

import copy

import numpy as np
import pytest

import minnet as mn


def data(m=30, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(m, 4))
    return x, np.arange(m) % 3


def trainer_of(rate=0.5, seed=0, layers=None, **options):
    layers = layers or [mn.Linear(4, 8), mn.Tanh(), mn.Linear(8, 3), mn.Softmax()]
    options.setdefault("loss", mn.CategoricalCrossEntropy())
    return mn.Trainer(layers, optimizer=mn.SGD(rate), seed=seed, **options)


def without_seconds(history):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in history]


class Watch(mn.Callback):
    """Keeps what it is told."""

    def __init__(self):
        self.losses, self.epochs = [], []

    def on_step_end(self, trainer, loss):
        self.losses.append(loss)

    def on_epoch_begin(self, trainer, epoch):
        self.epochs.append(epoch)


def test_a_metric_that_works_in_place_cannot_spoil_the_targets():
    x, y = np.random.default_rng(0).normal(size=(8, 4)), np.arange(8) % 3

    def careless(prediction, target):
        target[...] = 0
        return 0.0

    trainer = trainer_of(metrics=[careless])
    kept = y.copy()
    for call in (
        lambda: trainer.evaluate(x, y),
        lambda: trainer.fit(x, y, 1, 4, shuffle=False, progress=False),
        lambda: trainer_of().fit(x, y, 1, 4, progress=False) and trainer.evaluate(x, y),
    ):
        with pytest.raises(ValueError, match="read-only"):
            call()
        np.testing.assert_array_equal(y, kept)


def test_a_layer_that_a_callback_puts_in_learns_that_it_trains():
    modes = []

    class Mode(mn.Layer):
        def forward(self, x):
            modes.append(self.training)
            return x

        def backward(self, grad):
            return grad

    class Exchange(mn.Callback):
        def on_epoch_end(self, trainer, row):
            if row["epoch"] == 1:
                trainer.network.layers[0] = Mode()
                trainer.network.refresh()

    x, y = np.random.default_rng(0).normal(size=(8, 4)), np.arange(8) % 3
    trainer = trainer_of(layers=[mn.Tanh(), mn.Linear(4, 3), mn.Softmax()])
    trainer.fit(x, y, 3, 4, callbacks=[Exchange()], progress=False)
    assert modes == [True] * 4
    assert not trainer.network.layers[0].training


def test_columns_of_the_history():
    x, y = data()
    trainer = trainer_of(metrics=["accuracy"])
    history = trainer.fit(x, y, 2, 10, validation_data=(x, y), progress=False)
    assert history.names == [
        *("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds", "learning_rate")
    ]
    assert history["epoch"] == [1, 2]
    assert history["learning_rate"] == [0.5, 0.5]
    assert all(s > 0 for s in history["seconds"])
    assert not history.interrupted
    bare = trainer_of().fit(x, y, 1, 10, progress=False)
    assert bare.names == ["epoch", "loss", "seconds", "learning_rate"]


@pytest.mark.parametrize("fuse", [True, False])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch_size", [1, 4, 7, 29, 30, 100])
def test_the_loss_is_the_mean_over_the_whole_epoch(fuse, shuffle, batch_size):
    """With a rate of 0 the mean over the batches is the loss of all data, also with a small last
    batch (30 = 4 * 7 + 2), whose samples must count no more than the others."""
    x, y = data()
    network = mn.Network([mn.Linear(4, 3), mn.Softmax()], seed=1, dtype="float64")
    trainer = mn.Trainer(
        network, mn.CategoricalCrossEntropy(), mn.SGD(0), ["accuracy"], seed=0, fuse=fuse
    )
    expected = trainer.evaluate(x, y)
    history = trainer.fit(x, y, 1, batch_size, shuffle=shuffle, progress=False)
    assert history["loss"][0] == pytest.approx(expected["loss"], rel=1e-13)
    assert history["accuracy"][0] == expected["accuracy"]


def test_the_loss_of_an_epoch_is_not_that_of_its_last_batch():
    x, y = data()
    watch = Watch()
    history = trainer_of().fit(x, y, 1, 7, callbacks=[watch], progress=False)
    assert len(watch.losses) == 5
    weighted = np.dot(watch.losses, [7, 7, 7, 7, 2]) / 30
    assert history["loss"][0] == pytest.approx(weighted, rel=1e-12)
    assert history["loss"][0] != pytest.approx(watch.losses[-1], rel=1e-3)


def test_validation_is_evaluated_after_the_epoch():
    x, y = data()
    held = data(11, seed=1)
    trainer = trainer_of(metrics=["accuracy"])
    history = trainer.fit(x, y, 3, 7, validation_data=held, progress=False)
    after = trainer.evaluate(*held)
    assert history["val_loss"][-1] == after["loss"]
    assert history["val_accuracy"][-1] == after["accuracy"]


def test_fit_trains_more_and_until_trains_to():
    x, y = data()
    watch = Watch()
    trainer = trainer_of()
    options = {"batch_size": 10, "callbacks": [watch], "progress": False}
    first = trainer.fit(x, y, epochs=2, **options)
    second = trainer.fit(x, y, epochs=3, **options)
    assert (len(first), len(second), len(trainer.history), trainer.epochs) == (2, 3, 5, 5)
    assert second["epoch"] == [3, 4, 5]
    third = trainer.fit(x, y, until=7, **options)
    assert third["epoch"] == [6, 7]
    before = trainer.network.flat_values.copy()
    assert len(trainer.fit(x, y, until=7, **options)) == 0
    assert np.array_equal(trainer.network.flat_values, before)
    assert watch.epochs == [1, 2, 3, 4, 5, 6, 7]
    assert without_seconds(trainer.history)[2:5] == without_seconds(second)


def test_two_calls_are_one_long_call():
    x, y = data()
    whole, parts = trainer_of(), trainer_of()
    whole.fit(x, y, epochs=5, batch_size=7, progress=False)
    parts.fit(x, y, epochs=2, batch_size=7, progress=False)
    parts.fit(x, y, until=5, batch_size=7, progress=False)
    assert whole.network.flat_values.tobytes() == parts.network.flat_values.tobytes()
    assert without_seconds(whole.history) == without_seconds(parts.history)


def test_epochs_and_until_together_or_neither():
    x, y = data()
    with pytest.raises(ValueError, match=r"fit: expected epochs .* or until .*, got both"):
        trainer_of().fit(x, y, 1, until=2, progress=False)
    with pytest.raises(ValueError, match=r"fit: expected epochs .* or until .*, got neither"):
        trainer_of().fit(x, y, progress=False)


class Order(mn.Layer):
    """Notes the first feature of each training batch."""

    def __init__(self):
        self.seen = []

    def forward(self, x):
        if self.training:
            self.seen.append(x[:, 0].copy())
        return x

    def backward(self, grad):
        return grad


@pytest.mark.parametrize("shuffle", [True, False])
def test_each_epoch_has_each_row_once_in_an_order_of_its_own(shuffle):
    x = np.arange(30.0).reshape(30, 1)
    layer = Order()
    trainer = trainer_of(
        1e-4, layers=[layer, mn.Linear(1, 1)], loss=mn.MeanSquaredError(), metrics=()
    )
    trainer.fit(x, x, 2, 7, shuffle=shuffle, progress=False)
    epochs = np.concatenate(layer.seen).reshape(2, 30).astype(int)
    for epoch in epochs:
        assert sorted(epoch) == list(range(30))
        assert (list(epoch) == list(range(30))) is not shuffle
    assert np.array_equal(epochs[0], epochs[1]) is not shuffle


def test_metrics_see_predictions_with_their_own_targets():
    """The trained network maps x to x: a shuffled target would be far off."""
    x = np.arange(30.0).reshape(30, 1)

    def largest_error(prediction, target):
        return float(np.abs(prediction - target).max())

    layer = mn.Linear(1, 1)
    layer.weight.value = [[1.0]]
    trainer = trainer_of(0, layers=[layer], loss=mn.MeanSquaredError(), metrics=[largest_error])
    history = trainer.fit(x, x, 1, 7, validation_data=(x, x), progress=False)
    assert history["largest_error"] == history["val_largest_error"] == [0.0]


def test_training_is_on_in_steps_and_off_everywhere_else():
    modes = []

    class Mode(Order):
        def forward(self, x):
            modes.append(self.training)
            return x

    trainer = trainer_of(layers=[Mode(), mn.Linear(4, 3), mn.Softmax()])
    x, y = data(10)
    trainer.fit(x, y, 2, 5, validation_data=(x, y), progress=False)
    assert modes == [False, False, *[True, True, False] * 2] or modes == [
        False,
        *[True, True, False] * 2,
    ]
    assert not trainer.network.training


def test_a_change_of_the_rate_acts_and_is_written_down():
    class Halve(mn.Callback):
        def on_epoch_end(self, trainer, row):
            trainer.optimizer.learning_rate /= 2

    x, y = data()
    history = trainer_of(0.4).fit(x, y, 3, 10, callbacks=[Halve()], progress=False)
    assert history["learning_rate"] == [0.4, 0.2, 0.1]


def test_measured_steps_are_what_evaluate_gives_at_them():
    x, y = data()
    held_out = data(9, seed=1)
    trainer, other = (trainer_of(metrics=["accuracy"]) for _ in range(2))
    history = trainer.fit(
        x, y, 3, 8, held_out, measure_at=[0, 2, 4, 11, 12], progress=False, shuffle=False
    )
    expected, step = [], 0
    for step in range(13):
        if step in (0, 2, 4, 11, 12):
            expected.append({"step": step, **other.evaluate(*held_out)})
        start = 8 * (step % 4)
        other.step(x[start : start + 8], y[start : start + 8])
    assert [[row["step"], row["val_loss"], row["val_accuracy"]] for row in history.steps] == [
        [row["step"], row["loss"], row["accuracy"]] for row in expected
    ]
    assert history.steps["val_loss"][2] == history["val_loss"][0]  # step 4 ends the first epoch
    assert "step" in repr(history.steps)


def test_measuring_changes_nothing():
    x, y = data()
    layers = [mn.Linear(4, 5), mn.BatchNorm(5), mn.Dropout(0.5), mn.Linear(5, 3), mn.Softmax()]
    histories = []
    for steps in ((), range(9)):
        trainer = trainer_of(layers=copy.deepcopy(layers))
        history = trainer.fit(x, y, 2, 8, data(5), measure_at=steps, progress=False)
        histories.append(without_seconds(history))
    assert histories[0] == histories[1]


def test_the_steps_of_a_second_fit_are_counted_from_its_start():
    trainer, arrays = trainer_of(), data()
    for _ in range(2):
        history = trainer.fit(
            *arrays, 1, 10, validation_data=arrays, measure_at=[0, 3], progress=False
        )
        assert history.steps["step"] == [0, 3]
    assert trainer.history.steps["step"] == [0, 3, 0, 3]


def test_a_resumed_training_has_measured_all_steps(tmp_path):
    arrays, path = data(), tmp_path / "training"
    options = {"validation_data": arrays, "measure_at": range(8), "progress": False}
    whole = trainer_of()
    whole.fit(*arrays, batch_size=8, until=2, **options)

    class Saves(mn.Callback):
        def on_step_end(self, trainer, loss):
            if trainer.optimizer.steps == 6:
                trainer.save_checkpoint(path)
                trainer.stop = True

    trainer_of().fit(*arrays, batch_size=8, until=2, callbacks=[Saves()], **options)
    resumed = trainer_of()
    resumed.load_checkpoint(path)
    resumed.fit(*arrays, batch_size=8, until=2, **options)
    assert list(resumed.history.steps) == list(whole.history.steps)


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([0.5], r"fit: measure_at\[0\]: expected a whole number"),
        ([0, -1], r"fit: measure_at\[1\]: expected a whole number >= 0"),
        ([3, 1], r"expected rising steps, got measure_at\[1\] = 1 after 3"),
        ([0, 5], "expected steps up to the last one, 4"),
        (3, "expected a list of steps, got 3"),
    ],
)
def test_steps_that_cannot_be_measured(steps, says):
    trainer, arrays = trainer_of(), data()
    before = trainer.network.flat_values.copy()
    with pytest.raises((TypeError, ValueError), match=says):
        trainer.fit(*arrays, 1, 8, validation_data=arrays, measure_at=steps)
    assert (trainer.network.flat_values == before).all()


def test_measuring_needs_validation_data():
    with pytest.raises(ValueError, match="fit: measure_at: expected validation_data to measure on"):
        trainer_of().fit(*data(), 1, measure_at=[0])
