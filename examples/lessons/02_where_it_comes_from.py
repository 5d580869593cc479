# %% [markdown]
# # 2. Where it comes from
#
# Maximum likelihood: choose the weights under which the data that came were most probable. A model
# that says "1 with probability a" gives the answer y the probability
#
#     P(y | x) = a^y (1 - a)^(1 - y)

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn

HEADS, TOSSES = 7, 10
MANY, NOISE = 3000, 0.5  # answers, for the product; of the measurements in the last section

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)

# %%
a = np.linspace(0.01, 0.99, 99)
likelihood = a**HEADS * (1 - a) ** (TOSSES - HEADS)
tosses = np.array([[1.0]] * HEADS + [[0.0]] * (TOSSES - HEADS))
cost = [mn.BinaryCrossEntropy().forward(np.full_like(tosses, p), tosses) for p in a]
figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
axes[0].plot(a, a, color="#7A3E8E", label="y = 1")
axes[0].plot(a, 1 - a, "--", color="#009E73", label="y = 0")
axes[0].set(xlabel="a", ylabel="P(y | x)", title="One answer")
axes[1].plot(a, likelihood / likelihood.max(), color="black", label="likelihood (largest = 1)")
axes[1].plot(a, cost, "--", color="#0072B2", label="cross-entropy of the tosses")
axes[1].set(xlabel="a", title=f"{HEADS} heads in {TOSSES} tosses")
for ax in axes:
    ax.legend()
figure.savefig(FIGURES / "lesson_2_likelihood.png")
print("most likely a:", a[likelihood.argmax()].round(2), " cheapest:", a[np.argmin(cost)].round(2))

# %% [markdown]
# **Try:** HEADS = 10. Which a is most likely now, and would you bet on it?
#
# ## Why the logarithm
#
# A product of many numbers below 1 is 0 for a computer; the sum of the logarithms is not.

# %%
print("product:          ", np.full(MANY, 0.4).prod())
print("sum of logarithms:", np.log(np.full(MANY, 0.4)).sum().round(1))

# %% [markdown]
# **Try:** MANY = 500. Is the product still 0?
#
# ## The same idea for numbers: squared error
#
# With Gaussian noise -ln P(y | x) is (a - y)^2 / (2 noise^2) plus a constant.

# %%
y, guesses = 3 + NOISE * np.random.default_rng(0).normal(size=(50, 1)), np.linspace(2, 4, 201)
log_likelihood = [-np.sum((g - y) ** 2) / (2 * NOISE**2) for g in guesses]
squared = [mn.MeanSquaredError().forward(np.full_like(y, g), y) for g in guesses]
print("most likely:", guesses[np.argmax(log_likelihood)].round(2))
print("least squared error:", guesses[np.argmin(squared)].round(2), "  mean:", y.mean().round(2))
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** NOISE = 2. The three still agree. What has become less certain?
