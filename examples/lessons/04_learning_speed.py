# %% [markdown]
# # 4. Learning speed on tumours
#
# 30 measurements of 569 tumours; eight hidden units and a sigmoid. Both losses start from the same
# weights and see the same batches. Twenty seeds, because one run proves nothing.

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn

RATES = [0.3, 1.0, 3.0, 10.0]
ONE_RATE = 1.0
SEEDS = range(20)
START = 1.0  # the first weights times this
EPOCHS = 6

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
LOOKS = {"cross-entropy": ("#0072B2", "-"), "squared error": ("#D55E00", "--")}
x, y = mn.datasets.breast_cancer()
x, x_held, y, y_held = mn.data.train_test_split(x, y, 0.3, seed=0, stratify=True)
scaler = mn.data.Standardizer().fit(x)
x, x_held = scaler.transform(x), scaler.transform(x_held)


# %%
def make_trainer(loss, rate, seed):
    layers = [mn.Linear(30, 8), mn.Tanh(), mn.Linear(8, 1), mn.Sigmoid()]
    network = mn.Network(layers, seed=seed)
    network.flat_values *= START
    cost = mn.BinaryCrossEntropy() if loss == "cross-entropy" else mn.MeanSquaredError()
    return mn.Trainer(network, cost, mn.SGD(rate), metrics=["accuracy"], seed=seed)


STEPS = [0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64]
grid = {"loss": list(LOOKS), "rate": RATES, "seed": SEEDS}
runs = mn.sweep(
    make_trainer, grid, (x, y), EPOCHS, validation_data=(x_held, y_held), measure_at=STEPS
)

# %% [markdown]
# First both at one rate, as most books show it; then each at its own best, the rate with the
# highest accuracy as a mean over all measured steps.

# %%
mean = {
    key: np.mean([run.history.steps["val_accuracy"] for run in group], axis=0)
    for key, group in runs.group_by("loss", "rate").items()
}
figure, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True, layout="constrained")
for loss, (colour, style) in LOOKS.items():
    best = max(RATES, key=lambda rate: mean[loss, rate].mean())
    for ax, rate in zip(axes, (ONE_RATE, best), strict=True):
        ax.plot(STEPS, mean[loss, rate], style, color=colour, label=f"{loss}, rate {rate:g}")
for ax, title in zip(axes, ("Both at one rate", "Each at its own best rate"), strict=True):
    ax.set(xlabel="update step", title=title)
    ax.legend()
axes[0].set_ylabel("held-out accuracy, mean of the seeds")
figure.savefig(FIGURES / "lesson_4_learning_speed.png")
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** START = 5, where units are often sure and wrong. Does an own rate help as much?
