"""The predictions of an epoch, for metrics that need all samples at once."""

import numpy as np

import minnet as mn
from minnet.training.epoch_predictions import EpochPredictions


def test_the_predictions_are_of_the_whole_epoch_in_the_order_of_the_batches():
    seen = {}

    def spy(prediction, target):
        seen["prediction"], seen["target"] = prediction.copy(), target.copy()
        return 0.25

    y, order = np.array([10, 11, 12, 13, 14]), np.array([3, 0, 4, 1, 2])
    predictions = EpochPredictions({"spy": spy}, y, order, mn.MeanSquaredError())
    buffer = np.empty((2, 1))
    for start in (0, 2, 4):
        part = buffer[: len(order[start : start + 2])]
        part[:, 0] = order[start : start + 2]
        predictions.add(start, part)  # the buffer is used again: a copy must be kept
    assert predictions.values() == {"spy": 0.25}
    assert seen["prediction"][:, 0].tolist() == order.tolist()
    assert seen["target"].tolist() == y[order].tolist()
    assert EpochPredictions({}, y, None, mn.MeanSquaredError()).values() == {}
