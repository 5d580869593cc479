"""The progress bar: epoch, loss and metrics; silent where it is not wanted."""

import io
import re
import subprocess
import sys

import numpy as np
import pytest

import minnet as mn

X, Y = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 3


def fit(epochs=2, **options):
    trainer = mn.Trainer(
        [mn.Linear(4, 3), mn.Softmax()],
        mn.CategoricalCrossEntropy(),
        mn.SGD(0.1),
        metrics=["accuracy"],
        seed=0,
    )
    return trainer, trainer.fit(X, Y, epochs, 10, validation_data=(X, Y), **options)


def test_without_progress_nothing_is_printed(capsys):
    fit(progress=False)
    assert capsys.readouterr() == ("", "")


def test_with_progress_the_bar_shows_epoch_loss_and_metrics(capsys):
    _, history = fit()
    out, err = capsys.readouterr()
    assert out == ""
    last = err.split("\r")[-1]
    assert "epoch 2/2" in last
    assert "6/6" in last  # steps of both epochs
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert f"{name}={history[name][-1]:.4f}" in last
    assert "seconds" not in err
    assert "learning_rate" not in err


def test_the_bar_is_on_unless_said_otherwise(capsys):
    fit(1)
    assert "epoch 1/1" in capsys.readouterr().err


def test_a_second_fit_counts_on(capsys):
    trainer, _ = fit(progress=False)
    trainer.fit(X, Y, 3, 10)
    err = capsys.readouterr().err
    assert "epoch 5/5" in err
    assert "9/9" in err
    assert "epoch 2/" not in err


def test_a_loss_is_shown_from_the_first_step(capsys):
    class Look(mn.Callback):
        seen = ""

        def on_step_end(self, trainer, loss):
            self.seen += f"{loss:.4f} "

    look = Look()
    fit(1, callbacks=[look])
    shown = re.findall(r"[ ,\[]loss=([0-9.]+)", capsys.readouterr().err)
    assert shown


class Stop(mn.Callback):
    def on_step_end(self, trainer, loss):
        raise RuntimeError("stop")


def test_the_bar_is_closed_after_an_error(capsys):
    with pytest.raises(RuntimeError, match="stop") as info:
        fit(callbacks=[Stop()])
    assert info.traceback  # holds the bar: it is closed, not just collected
    assert capsys.readouterr().err.endswith("\n")


def test_the_bar_does_not_change_the_training():
    shown, silent = fit(progress=True)[0], fit(progress=False)[0]
    assert np.array_equal(shown.network.flat_values, silent.network.flat_values)


def test_tqdm_is_loaded_when_it_is_first_shown():
    """In a Python of its own: here tqdm may be loaded already."""
    program = """
import sys
import numpy as np
import minnet as mn
trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(), seed=0)
data = np.ones((4, 1)), np.ones(4)
trainer.fit(*data, 1, progress=False)
assert "tqdm" not in sys.modules
trainer.fit(*data, 1)
assert "tqdm" in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("bad", [1, "yes", None])
def test_bad_progress(bad):
    with pytest.raises(TypeError, match="fit: progress: expected True or False, got"):
        fit(progress=bad)


@pytest.mark.parametrize("closed", [False, True])
def test_without_a_console_there_is_no_bar(monkeypatch, closed):
    """In a service, and under pythonw, sys.stderr is None."""
    stream = io.StringIO() if closed else None
    if stream is not None:
        stream.close()
    monkeypatch.setattr("sys.stderr", stream)
    x, y = np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 1.0, 2.0])

    def made(seed=0):
        return mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.01), seed=seed)

    assert len(made().fit(x, y, 2)) == 2
    assert len(mn.sweep(made, {"seed": [0]}, (x, y), 1)) == 1
    assert len(mn.lr_range_test(made(), x, y, steps=3, progress=True).losses) == 3
