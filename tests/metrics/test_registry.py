"""Metrics by name, their direction, and each of them in a Trainer."""

import numpy as np
import pytest

import minnet as mn
from minnet import metrics


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
def test_get_refuses_other_things(bad):
    with pytest.raises((ValueError, TypeError), match=r"metrics: expected names \(accuracy"):
        metrics.get(bad)


BINARY = [
    *("accuracy", "exact_match", "balanced_accuracy", "precision", "recall", "f1", "roc_auc"),
    *("log_loss", "brier_score"),
]


MULTI = [*BINARY, "top_k_accuracy", "top_3_accuracy"]


NUMBERS = ["r_squared", "mae", "rmse", "mean_absolute_error", "root_mean_squared_error"]


def fitted(layers, loss, names, x, y):
    trainer = mn.Trainer(layers, loss, mn.SGD(0.1), metrics=names, seed=0)
    history = trainer.fit(x, y, epochs=2, batch_size=8, progress=False, validation_data=(x, y))
    for name in names:
        assert len(history[name]) == len(history[f"val_{name}"]) == 2
    values = trainer.evaluate(x, y)
    prediction = trainer.predict(x)
    for name in names:
        assert values[name] == pytest.approx(metrics.METRICS[name](prediction, y), rel=1e-6)


def test_every_name_works_in_a_trainer():
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(40, 2)), np.arange(40) % 2
    fitted([mn.Linear(2, 1), mn.Sigmoid()], mn.BinaryCrossEntropy(), BINARY, x, y)
    fitted([mn.Linear(2, 2), mn.Softmax()], mn.CategoricalCrossEntropy(), BINARY, x, y)
    fitted(
        [mn.Linear(2, 6), mn.Softmax()],
        mn.CategoricalCrossEntropy(),
        [*MULTI, "top_5_accuracy"],
        x,
        np.arange(40) % 6,
    )
    fitted([mn.Linear(2, 1)], mn.MeanSquaredError(), NUMBERS, x, x[:, 0] * 2)
    fitted([mn.Linear(2, 2)], mn.MeanSquaredError(), NUMBERS, x, x * 2)
    assert {*MULTI, *NUMBERS, "top_5_accuracy"} == set(metrics.METRICS)


def test_better():
    up = {
        "accuracy",
        "exact_match",
        "balanced_accuracy",
        "precision",
        "recall",
        "f1",
        "roc_auc",
        "r_squared",
    }
    up |= {name for name in metrics.METRICS if name.startswith("top_")}
    for name in metrics.METRICS:
        for column in (name, f"val_{name}"):
            assert metrics.better(column) == ("max" if name in up else "min")
    assert metrics.better("loss") == metrics.better("val_loss") == "min"
    assert metrics.better("mine") is None
    assert metrics.better("learning_rate") is None


def test_a_name_and_its_function_are_found():
    assert metrics.get(["f1", "rmse"]) == {"f1": metrics.f1, "rmse": metrics.rmse}
    assert metrics.get([metrics.mae]) == {"mean_absolute_error": metrics.mae}
    with pytest.raises(ValueError, match=r"names \(accuracy, .*f1.*\) or functions.*got 'f2'"):
        metrics.get(["f2"])


def swapped(y_true, y_pred):
    return float(np.mean(y_true == y_pred))


def of_one(prediction):
    return 0.0


def of_three(prediction, target, weight):
    return 0.0


def with_a_default(prediction, target, weight=1.0):
    return 0.0


def test_a_metric_whose_arguments_are_the_other_way_round_is_refused():
    with pytest.raises(TypeError, match=r"got swapped\(y_true, y_pred\), the other way round"):
        metrics.get([swapped])


@pytest.mark.parametrize("metric", [of_one, of_three, lambda: 0.0])
def test_a_metric_of_other_arguments_is_refused(metric):
    with pytest.raises(TypeError, match=r"expected a function \(prediction, target\) -> float"):
        metrics.get([metric])


def test_metrics_with_more_arguments_that_have_defaults():
    assert list(metrics.get([with_a_default])) == ["with_a_default"]
