"""Write your own layer, activation and loss, check them, and train with them.

Everything here is written outside minnet, from the formulas alone: `Scale` (a layer with
a Parameter), `Swish` (an activation) and `LogCosh` (a loss). A hand-written backward is wrong
more often than one expects, so each is checked before it is used.

The task is to fit a curve when one measurement in seven is far too high. Under squared error these
outliers pull the curve up; under LogCosh their distance hardly matters.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

import minnet as mn
from minnet.plot import history, script_pictures, style
from minnet.utils.table import table

Array = NDArray[Any]

SEEDS = range(10)
EPOCHS = 200
LOSSES = ("LogCosh", "MeanSquaredError")


class Scale(mn.Layer):
    """y = gain * x, one gain per feature; dL/dgain = sum over the batch of dL/dy * x."""

    def __init__(self, features: int) -> None:
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x: Array) -> Array:
        """Each feature times its gain."""
        self.x = x
        return x * self.gain.value

    def backward(self, grad: Array) -> Array:
        """Sets dL/dgain and returns dL/dx = dL/dy * gain."""
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


class Swish(mn.Activation):
    """a = z s(z) with the sigmoid s; by the product rule a' = s + z s (1 - s)."""

    def forward(self, z: Array) -> Array:
        """Computes z s(z), with s(z) = (1 + tanh(z/2)) / 2, which cannot overflow."""
        self.z, self.s = z, (1 + np.tanh(z / 2)) / 2
        return z * self.s

    def backward(self, grad: Array) -> Array:
        """dL/dz = dL/da a'."""
        return grad * (self.s + self.z * self.s * (1 - self.s))


class ForgetfulSwish(Swish):
    """The same with an easy mistake: half of the product rule is forgotten."""

    def backward(self, grad: Array) -> Array:
        """Wrong on purpose: see what the check reports."""
        return grad * self.s


class LogCosh(mn.Loss):
    """L = 1/m sum w^2 ln cosh(d/w), d = a - y: like d^2/2 near 0, linear far from 0.

    dL/da = w tanh(d/w)/m.  ln cosh(u) = |u| + ln(1 + exp(-2|u|)) - ln 2 does not overflow.
    """

    def __init__(self, width: float = 1.0) -> None:
        self.width = width

    def forward(self, prediction: Array, target: Array) -> float:
        """One number: the mean over the samples."""
        self.u = (prediction - target) / self.width
        size = np.abs(self.u)
        rows = size + np.log1p(np.exp(-2 * size)) - np.log(2)
        return float(self.width**2 * rows.sum() / len(rows))

    def backward(self) -> Array:
        """dL/da, of the shape of the prediction."""
        gradient: Array = self.width * np.tanh(self.u) / len(self.u)
        return gradient


def check() -> None:
    """What the package's check says of each class."""
    for make in (lambda: Scale(3), Swish, ForgetfulSwish):
        print(mn.check_layer(make, (5, 3)), end="\n\n")
    a, y = np.random.default_rng(0).normal(size=(2, 5, 3))
    print(mn.check_loss(LogCosh, a, y))
    print()


# -- training -----------------------------------------------------------------------------


def truth(x: Array) -> Array:
    """The true curve."""
    return np.asarray(np.sin(2 * x))


def measurements(seed: int, n: int = 210) -> tuple[Array, Array]:
    """x in [-2, 2], y = sin 2x + noise; every seventh measurement is 1 to 3 too high."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(-2, 2, size=(n, 1))
    y = truth(x) + generator.normal(scale=0.1, size=x.shape)
    y[::7] += generator.uniform(1, 3, size=y[::7].shape)
    return x, y


def distance(prediction: Array, target: Array) -> float:
    """A custom metric: the root mean square distance from the target."""
    return float(np.sqrt(np.mean((prediction - target) ** 2)))


def train(name: str, seed: int, clean: tuple[Array, Array]) -> tuple[mn.Trainer, mn.History]:
    """One training; the same seed gives the same start and the same batches under each loss."""
    loss = LogCosh(width=0.2) if name == "LogCosh" else mn.MeanSquaredError()
    trainer = mn.Trainer(
        [mn.Linear(1, 16), Swish(), Scale(16), mn.Linear(16, 1)],
        loss,
        mn.Adam(learning_rate=0.01),
        metrics=[distance],
        seed=seed,
    )
    x, y = measurements(seed)
    return trainer, trainer.fit(x, y, EPOCHS, 30, validation_data=clean, progress=False)


def draw_fits(runs: dict[str, tuple[mn.Trainer, mn.History]], clean: tuple[Array, Array]) -> Any:
    """The measurements of the first seed, the true curve, and the fit under each loss."""
    x, y = measurements(SEEDS[0])
    ax = style.new_axes(None)
    ax.scatter(x, y, s=14, color="0.6", label="measurements")
    ax.plot(*clean, color="black", linewidth=1.2, label="truth: sin 2x")
    for index, (name, (trainer, _)) in enumerate(runs.items()):
        fitted = trainer.predict(clean[0])
        ax.plot(clean[0], fitted, label=f"fit under {name}", linewidth=2.4, **style.line(index))
    style.label(ax, "One measurement in seven is too high", "x", "y")
    style.legend_below(ax, columns=2)
    return ax.figure


def draw_curves(runs: dict[str, tuple[mn.Trainer, mn.History]]) -> Any:
    """Training loss and distance from the truth, epoch by epoch, under each loss."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.6), layout="constrained", sharey=True)
    for ax, (name, (_, record)) in zip(axes, runs.items(), strict=True):
        history(record, "distance", ax=ax)
        ax.set_title(f"Trained under {name}")
        ax.set_ylabel("root mean square distance" if ax is axes[0] else "")
    figure.suptitle("Training data: the measurements. Validation data: the truth.", fontsize=12)
    return figure


def report(runs: dict[tuple[str, int], tuple[mn.Trainer, mn.History]]) -> None:
    """The results: distance from the truth and from the measurements, and the gains."""
    found = {
        (name, data): np.array([runs[name, seed][1][data][-1] for seed in SEEDS])
        for name in LOSSES
        for data in ("val_distance", "distance")
    }
    rows: list[list[object]] = []
    for name in LOSSES:
        d, from_data = found[name, "val_distance"], found[name, "distance"]
        rows.append([name, *map(float, (d.mean(), d.min(), d.max(), from_data.mean()))])
    print(f"\nRoot mean square distance after {EPOCHS} epochs, {len(SEEDS)} seeds:\n")
    headers = ["loss", "from the truth: mean", "least", "most", "from the measurements: mean"]
    print(table(headers, rows))
    ours, theirs = found["LogCosh", "val_distance"], found["MeanSquaredError", "val_distance"]
    better, ratio = int((ours < theirs).sum()), theirs.mean() / ours.mean()
    print(
        f"\nLogCosh came closer to the truth in {better} of {len(SEEDS)} seeds; the mean distance"
    )
    print(f"under squared error is {ratio:.1f} times as large. The last column says why: a")
    print("fit that is close to all measurements is close to the wrong ones, too.")
    gains = runs["LogCosh", SEEDS[0]][0].network.parameters()["2.gain"].value
    print(f"Scale has learned: its gains, all 1 at the start, now go from {gains.min():.2f}")
    print(f"to {gains.max():.2f}.\n")


def main() -> None:
    """Check, train under both losses, print and draw."""
    pictures = script_pictures.start(__doc__)
    check()
    x = np.linspace(-2, 2, 200).reshape(-1, 1)
    clean = x, truth(x)
    runs: dict[tuple[str, int], tuple[mn.Trainer, mn.History]] = {}
    for seed in tqdm(SEEDS, desc="training", unit="seed"):
        for name in LOSSES:
            runs[name, seed] = train(name, seed, clean)
    first = {name: runs[name, SEEDS[0]] for name in LOSSES}
    print(first["LogCosh"][0].summary())
    report(runs)
    pictures.save(draw_fits(first, clean), "custom_fits")
    pictures.save(draw_curves(first), "custom_learning")
    pictures.show()


if __name__ == "__main__":
    main()
