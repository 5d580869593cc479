# %% [markdown]
# # 3. One neuron, sure and wrong
#
# A sigmoid neuron a = s(wx + b) with the input x = 1 should answer 0. How fast it learns depends
# on dC/dz, the slope of the cost in z = wx + b:
#
#     squared error   (a - y) a (1 - a)        cross-entropy   a - y
#
# The factor a (1 - a) is the sigmoid's derivative: 0.25 at most, nearly 0 where the neuron is
# sure.

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn

WEIGHT, BIAS = 2.0, 2.0  # the start: a = 0.98, and it should be 0
RATES = {"cross-entropy": 0.15, "squared error": 0.15}
EPOCHS = 300

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
LOSSES = {"cross-entropy": mn.BinaryCrossEntropy(), "squared error": mn.MeanSquaredError()}
LOOKS = {"cross-entropy": ("#0072B2", "-"), "squared error": ("#D55E00", "--")}
x, y = np.array([[1.0]]), np.array([[0.0]])

# %%
outputs = {}
for name, loss in LOSSES.items():
    neuron = mn.Network([mn.Linear(1, 1), mn.Sigmoid()], dtype="float64")
    neuron.flat_values = np.array([WEIGHT, BIAS])
    trainer = mn.Trainer(neuron, loss, mn.SGD(RATES[name]))
    outputs[name] = []
    for _ in range(EPOCHS):
        outputs[name].append(neuron.predict(x).item())
        trainer.step(x, y)
    print(f"{name}: a = {outputs[name][0]:.3f} at first, {neuron.predict(x).item():.3f} at last")

# %%
z = np.linspace(-8, 8, 200)
a = 1 / (1 + np.exp(-z))
slopes = {"cross-entropy": a, "squared error": a * a * (1 - a)}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for name, (colour, style) in LOOKS.items():
    left.plot(outputs[name], style, color=colour, label=name)
    right.plot(z, slopes[name], style, color=colour, label=name)
right.axvline(WEIGHT + BIAS, color="0.5", linestyle=":", label="start")
left.set(xlabel="epoch", ylabel="output a", title="The output should become 0", ylim=(0, 1))
right.set(xlabel="z", ylabel="dC/dz", title="The slope, for y = 0")
right.legend()
figure.savefig(FIGURES / "lesson_3_neuron.png")
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** WEIGHT, BIAS = 0.6, 0.9, where the neuron is less sure. Is squared error still slow?
#
# **Try:** the rate 0.9 for squared error, six times as large. From which of the two starts does
# that make up for the difference, and from which does it not?
