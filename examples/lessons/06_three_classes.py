# %% [markdown]
# # 6. Three classes
#
# A network with three outputs gives three scores; softmax turns them into probabilities that sum
# to 1. Cross-entropy's gradient in the scores is again a - y, one number for each class.

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn

MEASUREMENTS = [2, 3]  # of iris: 0, 1 sepal length and width; 2, 3 petal length and width
HIDDEN = 8
EPOCHS = 80

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
flowers = mn.datasets.iris()

# %%
z = np.array([[2.0, 1.0, -1.0]])
y = np.array([[0.0, 1.0, 0.0]])
softmax, loss = mn.Softmax(), mn.CategoricalCrossEntropy()
a = softmax.forward(z)
loss.forward(a, y)
print("a - y:         ", (a - y).round(3)[0])
print("by chain rule: ", softmax.backward(loss.backward()).round(3)[0])

# %% [markdown]
# **Try:** make the first score 20. Which part of the gradient does the right class get then, and
# which class pays for it?
#
# ## Iris

# %%
x = flowers.x[:, MEASUREMENTS]
scaler = mn.data.Standardizer().fit(x)
layers = [mn.Linear(2, HIDDEN), mn.Tanh(), mn.Linear(HIDDEN, 3), mn.Softmax()]
loss = mn.CategoricalCrossEntropy()
trainer = mn.Trainer(layers, loss, mn.Adam(0.02), metrics=["accuracy"], seed=0)
history = trainer.fit(scaler.transform(x), flowers.y, EPOCHS, batch_size=16, progress=False)
names = [flowers.feature_names[column] for column in MEASUREMENTS]
ax = mn.plot.decision_regions(
    trainer,
    x,
    flowers.y,
    scaler=scaler,
    feature_names=names,
    class_names=flowers.class_names,
)
ax.set_title("Iris: three regions")
ax.figure.savefig(FIGURES / "lesson_6_iris.png")
print("accuracy on the flowers that it was trained on:", round(history["accuracy"][-1], 3))
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** MEASUREMENTS = [0, 1], the sepals. Which two species become hard to tell apart?
