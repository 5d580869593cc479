"""Write your own layer, activation and loss, check them, and train with them.

A hand-written backward is often wrong, so each class is checked first. The task: a curve of which
one measurement in seven is far too high. Under squared error they pull the fit up.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from tqdm.auto import tqdm

import minnet as mn
from minnet.plot import history, script_pictures, style
from minnet.utils.table import table

SEEDS, EPOCHS, LOSSES = range(10), 200, ("LogCosh", "MeanSquaredError")
X = np.linspace(-2, 2, 200).reshape(-1, 1)
TRUTH = X, np.sin(2 * X)


class Scale(mn.Layer):
    """y = gain * x, one gain per feature; dL/dgain = sum over the batch of dL/dy * x."""

    def __init__(self, features: int) -> None:
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x: Any) -> Any:
        self.x = x
        return x * self.gain.value

    def backward(self, grad: Any) -> Any:
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


class Swish(mn.Activation):
    """a = z s(z), s(z) = (1 + tanh(z/2)) / 2; by the product rule a' = s + z s (1 - s)."""

    def forward(self, z: Any) -> Any:
        self.z, self.s = z, (1 + np.tanh(z / 2)) / 2
        return z * self.s

    def backward(self, grad: Any) -> Any:
        return grad * (self.s + self.z * self.s * (1 - self.s))


class ForgetfulSwish(Swish):
    """The same, but half of the product rule is forgotten: see what the check reports."""

    def backward(self, grad: Any) -> Any:
        return grad * self.s


class LogCosh(mn.Loss):
    """L = 1/m sum w^2 ln cosh(d/w), d = a - y; dL/da = w tanh(d/w)/m: linear far from 0."""

    def __init__(self, width: float = 1.0) -> None:
        self.width = width

    def forward(self, prediction: Any, target: Any) -> float:
        self.u = (prediction - target) / self.width
        rows = np.logaddexp(self.u, -self.u) - np.log(2)  # ln cosh, without overflow
        return float(self.width**2 * rows.sum() / len(rows))

    def backward(self) -> Any:
        return self.width * np.tanh(self.u) / len(self.u)


def measurements(seed: int) -> tuple[Any, Any]:
    """x in [-2, 2], y = sin 2x + noise; every seventh measurement is 1 to 3 too high."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(-2, 2, size=(210, 1))
    y = np.sin(2 * x) + generator.normal(scale=0.1, size=x.shape)
    y[::7] += generator.uniform(1, 3, size=y[::7].shape)
    return x, y


def train(name: str, seed: int) -> mn.Trainer:
    """One training; the same seed gives the same start and the same batches under each loss."""
    loss = LogCosh(width=0.2) if name == "LogCosh" else mn.MeanSquaredError()
    layers = [mn.Linear(1, 16), Swish(), Scale(16), mn.Linear(16, 1)]
    trainer = mn.Trainer(layers, loss, mn.Adam(0.01), metrics=["rmse"], seed=seed)
    trainer.fit(*measurements(seed), EPOCHS, 30, validation_data=TRUTH, progress=False)
    return trainer


def main() -> None:
    """Check, train under both losses, print and draw."""
    pictures = script_pictures.start(__doc__)
    for make in (lambda: Scale(3), Swish, ForgetfulSwish):
        print(mn.check_layer(make, (5, 3)), "\n")
    print(mn.check_loss(LogCosh, *np.random.default_rng(0).normal(size=(2, 5, 3))), "\n")
    pairs = tqdm([(name, seed) for name in LOSSES for seed in SEEDS], desc="training", unit="run")
    runs = {pair: train(*pair) for pair in pairs}
    print(f"{runs['LogCosh', 0].summary()}\n\nRoot mean square distance, {len(SEEDS)} seeds:\n")
    ends = [[t.history[c][-1] for c in ("val_rmse", "rmse")] for t in runs.values()]
    far, fit = np.array(ends).reshape(len(LOSSES), len(SEEDS), 2).transpose(2, 0, 1)
    found = np.stack([far.mean(1), far.min(1), far.max(1), fit.mean(1)], axis=1)
    rows = [[name, *row] for name, row in zip(LOSSES, found.tolist(), strict=True)]
    print(table(["loss", "from the truth: mean", "least", "most", "from the data: mean"], rows))
    print(f"\nLogCosh came closer to the truth in {(far[0] < far[1]).sum()} of {len(SEEDS)} seeds;")
    print(f"the mean distance under squared error is {far[1].mean() / far[0].mean():.1f} times as")
    low, *_, high = np.sort(runs["LogCosh", 0].network.parameters()["2.gain"].value)
    print(f"large. The gains, all 1 at the start, now go from {low:.2f} to {high:.2f}.\n")
    ax = style.new_axes(None)
    ax.scatter(*measurements(0), s=14, color="0.6", label="measurements")
    ax.plot(*TRUTH, color="black", linewidth=1.2, label="truth: sin 2x")
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.6), layout="constrained", sharey=True)
    for index, name in enumerate(LOSSES):
        style.curve(ax, index, X, runs[name, 0].predict(X), f"fit under {name}")
        history(runs[name, 0].history, "rmse", ax=axes[index])
    style.finish(ax, "One measurement in seven is too high", "x", "y")
    pictures.save(ax.figure, "custom_fits")
    pictures.save(figure, "custom_learning")
    pictures.show()


if __name__ == "__main__":
    main()
