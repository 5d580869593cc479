"""The picture of the gradients, and the name of what is seen."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import minnet as mn


def monitor(first: float, last: float, dead: float = 0.0) -> mn.GradientMonitor:
    made = mn.GradientMonitor()
    made.layer_norms = {"0": [1.0, first], "2": [1.0, last]}
    made.dead = {"0": [0.0, dead]}
    return made


@pytest.mark.parametrize(
    ("made", "title"),
    [
        (monitor(1e-6, 1.0), "The gradient vanishes: layers[0] gets 1e-06 of what layers[2] gets"),
        (monitor(1e5, 1.0), "The gradient explodes: 1e+05 in layers[0], 1 in layers[2]"),
        (monitor(1.0, 1.0, 0.8), "80% of the units of layers[0] are dead"),
        (monitor(1.0, 1.0), "Every layer gets a gradient"),
    ],
)
def test_the_title_names_what_is_seen(made: mn.GradientMonitor, title: str) -> None:
    ax = mn.plot.gradient_flow(made)
    assert ax.get_title() == title
    assert ax.get_yscale() == "log"
    np.testing.assert_allclose(ax.lines[0].get_ydata(), made.layer_norms["0"])
    plt.close("all")


def test_drawn_again_into_the_same_axes_it_is_live() -> None:
    x = np.random.default_rng(0).normal(size=(40, 2))
    trainer = mn.Trainer([mn.Linear(2, 3), mn.Tanh(), mn.Linear(3, 1)], mn.MeanSquaredError(),
                         mn.SGD(0.1), seed=0)  # fmt: skip
    seen, (_, ax) = mn.GradientMonitor(), plt.subplots()

    class Draw(mn.Callback):
        def on_epoch_end(self, trainer: Any, row: Any) -> None:
            mn.plot.gradient_flow(seen, ax)

    trainer.fit(x, x[:, 0], 3, callbacks=[seen, Draw()], progress=False)
    assert len(ax.lines) == 2
    assert len(ax.lines[0].get_xdata()) == 3
    plt.close("all")


def test_no_monitor_and_no_epoch_are_refused() -> None:
    with pytest.raises(TypeError, match="monitor: expected a GradientMonitor"):
        mn.plot.gradient_flow({"0": [1.0]})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one epoch"):
        mn.plot.gradient_flow(mn.GradientMonitor())
