# %% [markdown]
# # 1. What cross-entropy costs
#
# A classifier gives a probability a that the answer is 1. If the answer is y, cross-entropy
# charges
#
#     C = -[y ln a + (1 - y) ln(1 - a)]
#
# Only one of the two terms is ever there: -ln a if y = 1, -ln(1 - a) if y = 0.

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn

PREDICTION = 0.8  # of the worked example: change it
SCORES = [2.0, 1.0, -1.0]  # of three classes
RIGHT_CLASS = 0

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
cost = mn.BinaryCrossEntropy()

# %%
a = np.linspace(0.01, 0.99, 99)
for_one = [cost.forward(np.array([[p]]), np.array([[1.0]])) for p in a]
for_zero = [cost.forward(np.array([[p]]), np.array([[0.0]])) for p in a]
figure, ax = plt.subplots(layout="constrained")
ax.plot(a, for_one, color="#7A3E8E", label="y = 1: −ln a")
ax.plot(a, for_zero, "--", color="#009E73", label="y = 0: −ln(1 − a)")
ax.set(xlabel="prediction a", ylabel="cost", title="The cost of one prediction")
ax.legend()
figure.savefig(FIGURES / "lesson_1_cost.png")

# %% [markdown]
# A coin that says 0.5 costs ln 2 = 0.693, whatever the answer. Who says 0.8 pays 0.223 if he is
# right and 1.609 if he is wrong. Nobody who is sure of the wrong answer gets away cheaply.

# %%
for p in (0.5, PREDICTION):
    right, wrong = (cost.forward(np.array([[p]]), np.array([[y]])) for y in (1.0, 0.0))
    print(f"a = {p:<5} cost if y = 1: {right:.3f}   if y = 0: {wrong:.3f}")

# %% [markdown]
# **Try:** PREDICTION = 0.999. What does the surer prediction save if it is right, and what does it
# cost if it is wrong?
#
# ## Three classes
#
# Softmax turns scores into probabilities, and the cost is -ln of the one that the right class got.

# %%
probabilities = mn.Softmax().forward(np.array([SCORES]))
target = np.eye(3)[[RIGHT_CLASS]]
print("probabilities:", probabilities.round(3)[0])
print("cost:         ", round(mn.CategoricalCrossEntropy().forward(probabilities, target), 3))
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** add 100 to each of the three SCORES. What happens to the probabilities, and why?
