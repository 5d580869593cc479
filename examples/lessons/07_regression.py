# %% [markdown]
# # 7. Regression: why the output is linear
#
# For numbers with Gaussian noise, squared error is the right cost (lesson 2), and behind a
# *linear* output its gradient is a - y: nothing slows it down. A sigmoid at the output brings its
# derivative back, and answers between 0 and 1 only.

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn

NOISE = 0.08
STEPS = 1500
RATES = {"linear": 0.3, "sigmoid": 3.0}  # about the best of each
SEED = 1

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(SEED)
x = random.uniform(-2, 2, (100, 1))
truth = np.sin(2 * x) + x / 2
y = truth + NOISE * random.normal(size=x.shape)
scaler = mn.data.MinMaxScaler().fit(y)  # to 0 ... 1, so that the sigmoid can reach them

# %%
at = np.linspace(-2, 2, 200).reshape(-1, 1)
figure, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
ax.scatter(x, y, s=12, color="0.6", label="data")
for name, style in (("linear", "-"), ("sigmoid", "--")):
    layers = [mn.Linear(1, 16), mn.Tanh(), mn.Linear(16, 1)]
    if name == "sigmoid":
        layers.append(mn.Sigmoid())
    trainer = mn.Trainer(layers, mn.MeanSquaredError(), mn.SGD(RATES[name]), seed=SEED)
    trainer.fit(x, scaler.transform(y), STEPS // 5, batch_size=20, progress=False)
    fit = scaler.inverse_transform(trainer.predict(x))
    print(f"{name} output: distance from the truth {np.sqrt(np.mean((fit - truth) ** 2)):.3f}")
    curve = scaler.inverse_transform(trainer.predict(at))
    ax.plot(at, curve, style, color="black" if name == "linear" else "0.45", label=name)
ax.set(xlabel="x", ylabel="y", title="The same network with two outputs")
ax.legend()
figure.savefig(FIGURES / "lesson_7_regression.png")
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** RATES = {"linear": 0.3, "sigmoid": 0.3}. How much of the difference was only the rate?
#
# **Try:** predict at x = 3, where there were no data. What can each of the two outputs say there?
