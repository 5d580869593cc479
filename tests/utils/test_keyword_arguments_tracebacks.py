"""The traceback of an error in a student's layer shows the student's lines."""

import traceback

import numpy as np
import pytest

import minnet as mn

X, Y = np.zeros((6, 3)), np.zeros((6, 2))


class Wrong(mn.Layer):
    """Multiplies by a matrix of another shape."""

    def forward(self, x):
        return x @ np.ones((5, 2))

    def backward(self, grad):
        return grad


class Stops(mn.Callback):
    def on_epoch_end(self, trainer, row):
        raise KeyError("mine")


def frames_of(call, error):
    with pytest.raises(error) as info:
        call()
    return [(frame.name, frame.line) for frame in traceback.extract_tb(info.value.__traceback__)]


def trainer(*layers):
    return mn.Trainer([*layers], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: trainer(Wrong()).fit(X, Y, epochs=1, progress=False),
        lambda: trainer(mn.Network([mn.Tanh(), mn.Residual([Wrong()])])).step(X, Y),
        lambda: trainer(Wrong()).predict(X),
    ],
)
def test_only_the_users_lines(call):
    names = frames_of(call, ValueError)
    assert [name for name, _ in names] == ["frames_of", "<lambda>", "checked", "forward"]
    assert names[-1][1] == "return x @ np.ones((5, 2))"


def test_callbacks_too():
    names = frames_of(
        lambda: trainer(mn.Linear(3, 2)).fit(X, Y, 1, callbacks=[Stops()], progress=False), KeyError
    )
    assert [name for name, _ in names][-2:] == ["checked", "on_epoch_end"]


def test_an_error_of_the_package_keeps_its_traceback():
    names = frames_of(lambda: trainer(mn.Linear(3, 2)).fit(X, Y[:3], 1), ValueError)
    assert len(names) > 4
