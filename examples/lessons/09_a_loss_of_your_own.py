# %% [markdown]
# # 9. A loss of your own
#
# Squared error takes one measurement that is far too high ten times as seriously as three that
# are a little off. ln cosh(a - y) is (a - y)^2/2 near 0 and |a - y| far away; its derivative is
# tanh(a - y).

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn

WIDTH = 0.2  # where the parabola ends and the straight line begins
OUTLIERS = 7  # every seventh measurement is far too high
EPOCHS = 150

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)


# %%
class LogCosh(mn.Loss):
    def forward(self, prediction, target):
        self.u = (prediction - target) / WIDTH
        size = np.abs(self.u)  # ln cosh u = |u| + ln(1 + exp(-2 |u|)) - ln 2 does not overflow
        return float(np.mean(size + np.log1p(np.exp(-2 * size)) - np.log(2)) * WIDTH**2)

    def backward(self):
        return WIDTH * np.tanh(self.u) / len(self.u)


print(mn.check_loss(LogCosh, np.zeros((4, 1)), np.array([[0.1], [-0.3], [1.0], [-2.0]])))

# %%
random = np.random.default_rng(0)
x = random.uniform(-2, 2, (210, 1))
y = np.sin(2 * x) + random.normal(scale=0.1, size=x.shape)
y[::OUTLIERS] += random.uniform(1, 3, size=y[::OUTLIERS].shape)
at = np.linspace(-2, 2, 200).reshape(-1, 1)

figure, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
ax.scatter(x, y, s=12, color="0.7", label="measurements")
ax.plot(at, np.sin(2 * at), color="black", label="truth")
looks = {LogCosh: ("#009E73", "-."), mn.MeanSquaredError: ("#D55E00", "--")}
for loss, (colour, style) in looks.items():
    layers = [mn.Linear(1, 16), mn.Tanh(), mn.Linear(16, 1)]
    trainer = mn.Trainer(layers, loss(), mn.Adam(0.01), seed=0)
    trainer.fit(x, y, EPOCHS, progress=False)
    error = np.sqrt(np.mean((trainer.predict(at) - np.sin(2 * at)) ** 2))
    print(f"{loss.__name__}: distance from the truth {error:.3f}")
    ax.plot(at, trainer.predict(at), style, color=colour, label=loss.__name__)
ax.set(xlabel="x", ylabel="y", title="One measurement in seven is too high")
ax.legend()
figure.savefig(FIGURES / "lesson_9_outliers.png")
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** WIDTH = 5. Which of the two does the new loss resemble then, and why?
