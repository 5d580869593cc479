"""GradientMonitor: norms of gradients and shares of dead units."""

import numpy as np
import pytest
from callback_runs import X, Y, linear

import minnet as mn
from minnet.training.callbacks import GradientMonitor


class Gradients(mn.Callback):
    """The gradients of every step, by parameter."""

    def __init__(self):
        self.steps = []

    def on_step_end(self, trainer, loss):
        parameters = trainer.network.parameters()
        self.steps.append({n: p.grad.copy() for n, p in parameters.items() if p.trainable})


def test_norms_are_means_over_the_steps():
    trainer = linear(mn.SGD(0.01), [mn.Linear(1, 3), mn.Network([mn.Tanh(), mn.Linear(3, 1)])])
    monitor, gradients = GradientMonitor(), Gradients()
    trainer.fit(X, Y, 2, batch_size=2, callbacks=[gradients, monitor], progress=False)
    assert list(monitor.norms) == ["0.weight", "0.bias", "1.1.weight", "1.1.bias"]
    assert list(monitor.layer_norms) == ["0", "1.1"]
    for epoch in range(2):
        steps = gradients.steps[3 * epoch : 3 * epoch + 3]
        for name, norms in monitor.norms.items():
            expected = np.mean([np.sqrt((step[name].astype(float) ** 2).sum()) for step in steps])
            assert norms[epoch] == pytest.approx(expected, rel=1e-12)
        for layer, norms in monitor.layer_norms.items():
            both = [
                sum((step[f"{layer}.{p}"].astype(float) ** 2).sum() for p in ("weight", "bias"))
                for step in steps
            ]
            assert norms[epoch] == pytest.approx(np.mean(np.sqrt(both)), rel=1e-12)


def with_dead_units(dead, **options):
    """A network whose first layer has ten units, the first of them negative for all data."""
    first = mn.Linear(2, 10)
    first.bias.value = np.where(np.arange(10) < dead, -1000.0, 1.0)
    layers = [first, mn.ReLU(), mn.Linear(10, 1)]
    trainer = linear(mn.SGD(0.0001), layers, **options)
    x = np.random.default_rng(0).normal(size=(20, 2))
    monitor = GradientMonitor()
    trainer.fit(x, x.sum(axis=1), 2, batch_size=5, callbacks=[monitor], progress=False)
    return monitor


@pytest.mark.parametrize("dead", [0, 3, 10])
@pytest.mark.parametrize("options", [{}, {"clip_norm": 0.01}, {"penalty": mn.L2(0.1)}])
def test_dead_units_are_counted(dead, options):
    monitor = with_dead_units(dead, **options)
    assert monitor.dead["0"] == pytest.approx([dead / 10] * 2)
    assert monitor.dead["2"] == [0.0, 0.0]


def test_a_unit_that_one_step_of_the_epoch_reaches_is_alive():
    first = mn.Linear(1, 2)
    first.weight.value = [[1.0, 1.0]]
    first.bias.value = [-4.5, -100.0]  # the first is positive for the last sample alone
    trainer, monitor = linear(mn.SGD(0.0), [first, mn.ReLU(), mn.Linear(2, 1)]), GradientMonitor()
    x = np.arange(6.0).reshape(6, 1)
    trainer.fit(x, x, 1, batch_size=1, callbacks=[monitor], progress=False)
    assert monitor.dead["0"] == [0.5]


def test_the_units_of_kernels_and_of_custom_layers():
    class Odd(mn.Layer):
        """Its Parameters disagree about the number of units."""

        def __init__(self):
            self.gain, self.other = mn.Parameter(np.ones(3)), mn.Parameter(np.ones(2))

        def forward(self, x):
            return x * self.gain.value * self.other.value.sum()

        def backward(self, grad):
            self.gain.grad = np.ones(3)
            return grad

    class Kernel(mn.Layer):
        """A weight (out, in, kh, kw) of which only the first unit gets a gradient."""

        def __init__(self):
            self.weight = mn.Parameter(np.ones((4, 3, 2, 2)))
            self.scalar = mn.Parameter(np.array(1.0), trainable=False)

        def forward(self, x):
            return x

        def backward(self, grad):
            self.weight.grad[0, 1, 1, 0] = 0.5
            return grad

    monitor = GradientMonitor()
    trainer = linear(mn.SGD(0.0), [mn.Linear(1, 3), Odd(), Kernel(), mn.Linear(3, 1)])
    trainer.check = False  # their gradients are made up
    trainer.fit(X, Y, 1, callbacks=[monitor], progress=False)
    assert monitor.dead == {"0": [0.0], "2": [0.75], "3": [0.0]}
    assert monitor.norms["2.weight"] == [0.5]
    assert list(monitor.layer_norms) == ["0", "1", "2", "3"]


def test_the_monitor_is_readable():
    monitor = with_dead_units(3)
    lines = repr(monitor).splitlines()
    assert lines[0].split("  ")[0] == "layer"
    assert "dead" in lines[0]
    assert lines[2].split()[0] == "0"
    assert lines[2].split()[-1] == "0.3"
    assert repr(GradientMonitor()) == "GradientMonitor()"
