# %% [markdown]
# # 10. Digits
#
# 1797 digits of 8 x 8 pixels, ten classes: everything from the earlier lessons at once.

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn

HIDDEN = 32
RATE = 0.5
EPOCHS = 20
SEED = 0

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
x, y = mn.datasets.digits()
x = x / x.max()
x, x_held, y, y_held = mn.data.train_test_split(x, y, 0.3, seed=SEED, stratify=True)

# %%
layers = [mn.Linear(64, HIDDEN), mn.ReLU(), mn.Linear(HIDDEN, 10), mn.Softmax()]
loss = mn.CategoricalCrossEntropy()
trainer = mn.Trainer(layers, loss, mn.SGD(RATE), metrics=["accuracy"], seed=SEED)
history = trainer.fit(x, y, EPOCHS, validation_data=(x_held, y_held), progress=False)
print("held-out accuracy:", round(history["val_accuracy"][-1], 3))
figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for ax, name in zip(axes, ("loss", "accuracy"), strict=True):
    ax.plot(history["epoch"], history[name], color="black", label="training")
    ax.plot(history["epoch"], history[f"val_{name}"], "--", color="black", label="held out")
    ax.set(xlabel="epoch", ylabel=name, title=name.capitalize())
    ax.legend()
figure.savefig(FIGURES / "lesson_10_curves.png")

# %% [markdown]
# **Try:** RATE = 50. At which number does the loss get stuck, and why is it near ln 10 = 2.303?
#
# ## Which ones are wrong, and how sure was the network?

# %%
answers = trainer.predict_classes(x_held)
wrong = np.flatnonzero(answers != y_held)
print(len(wrong), "of", len(y_held), "are wrong")
figure, axes = plt.subplots(2, 4, figsize=(8, 4.6), layout="constrained")
for ax, i in zip(axes.flat, wrong, strict=False):
    ax.imshow(x_held[i].reshape(8, 8), cmap="gray_r")
    sure = trainer.predict(x_held[i : i + 1]).max()
    ax.set_title(f"{y_held[i]}, taken for {answers[i]} ({sure:.0%})", fontsize=9)
for ax in axes.flat:
    ax.axis("off")
figure.savefig(FIGURES / "lesson_10_wrong.png")
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** leave the hidden layer out (`mn.Linear(64, 10), mn.Softmax()`). How much did it bring?
