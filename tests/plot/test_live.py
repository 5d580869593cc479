"""The curves grow with the epochs; without a window there is one sentence."""

import sys
import types

import matplotlib.pyplot as plt
import pytest

import minnet as mn
from minnet.plot import live


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def fit(*names, epochs=4):
    x, y = mn.datasets.linear_binary(40, seed=0)
    layers = [mn.Linear(2, 1), mn.Sigmoid()]
    trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.SGD(1.0), metrics=["accuracy"], seed=0)
    callback = mn.plot.Live(*names)
    trainer.fit(x, y, epochs, validation_data=(x, y), callbacks=[callback], progress=False)
    return trainer, callback, (x, y)


def test_without_a_window_one_sentence(capsys):
    trainer, _, _ = fit()
    assert capsys.readouterr().err.count("no window can be opened here") == 1
    assert plt.get_fignums() == []
    assert trainer.epochs == 4


def test_in_a_window(monkeypatch):
    monkeypatch.setattr(live, "opens_windows", lambda: True)
    monkeypatch.setattr(live, "_SECONDS_BETWEEN_PICTURES", 0.0)
    drawn = []
    monkeypatch.setattr(
        live, "history", lambda record, *rest: (drawn.append(len(record)), draw(record, *rest))
    )
    draw = mn.plot.history
    trainer, callback, data = fit("accuracy")
    assert drawn == [1, 2, 3, 4, 4]
    (ax,) = plt.gcf().axes
    assert list(ax.lines[0].get_ydata()) == trainer.history["accuracy"]
    assert list(ax.lines[1].get_ydata()) == trainer.history["val_accuracy"]
    trainer.fit(*data, 1, validation_data=data, callbacks=[callback], progress=False)
    assert list(plt.gcf().axes[0].lines[0].get_xdata()) == [1, 2, 3, 4, 5], "a second fit goes on"


def test_in_a_notebook(monkeypatch):
    shown = []
    handle = types.SimpleNamespace(update=lambda figure: shown.append(len(figure.axes[0].lines)))
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    ipython.display = types.ModuleType("IPython.display")
    ipython.display.display = lambda figure, display_id: handle
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)
    fit()
    assert shown[-1] == 2, "training and validation"
    assert plt.get_fignums() == [], "the cell shows it once"


def test_a_terminal_of_ipython_is_no_notebook(monkeypatch):
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace()
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert not live.is_notebook()
    ipython.get_ipython = lambda: None
    assert not live.is_notebook()


def test_a_wrong_name_is_refused(monkeypatch):
    monkeypatch.setattr(live, "opens_windows", lambda: True)
    with pytest.raises(ValueError, match="names: expected one of loss"):
        fit("losss")


@pytest.mark.parametrize("names", [2.5, None, [], ["loss", "loss"], list("abcd"), [1]])
def test_names_are_checked_before_any_fit(names):
    with pytest.raises((TypeError, ValueError), match=r"mn.plot.Live: names: expected (one|names)"):
        mn.plot.Live(names)
