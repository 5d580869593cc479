# %% [markdown]
# # 5. A binary classifier
#
# One sigmoid neuron divides the plane by a straight line: w1 x1 + w2 x2 + b = 0. For two arcs
# that lie within each other this is not enough, and a hidden layer bends the boundary.

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt

import minnet as mn

HIDDEN = 8
EPOCHS = 150
RATE = 0.03

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
points = mn.datasets.double_arc(300, seed=0)
unseen = mn.datasets.double_arc(1000, seed=1)

# %%
networks = {
    "One neuron": [mn.Linear(2, 1), mn.Sigmoid()],
    f"{HIDDEN} hidden units": [
        mn.Linear(2, HIDDEN),
        mn.Tanh(),
        mn.Linear(HIDDEN, 1),
        mn.Sigmoid(),
    ],
}
figure, axes = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
for ax, (name, layers) in zip(axes, networks.items(), strict=True):
    loss = mn.BinaryCrossEntropy()
    trainer = mn.Trainer(layers, loss, mn.Adam(RATE), metrics=["accuracy"], seed=0)
    trainer.fit(points.x, points.y, EPOCHS, progress=False)
    mn.plot.decision_boundary(trainer, points.x, points.y, ax, class_names=points.class_names)
    ax.set_title(name)
    print(f"{name}: accuracy on unseen points {trainer.evaluate(*unseen)['accuracy']:.3f}")
figure.savefig(FIGURES / "lesson_5_boundary.png")

# %% [markdown]
# **Try:** HIDDEN = 1, 2, 3. How many hidden units do the arcs need, and what can one do that no
# hidden layer cannot?
#
# ## What the network has learnt, as numbers
#
# The output is a probability: it says not only which class, but how sure.

# %%
for x in ([0.0, 0.0], [1.5, 1.3], [3.0, 0.8]):
    print(x, f"{trainer.predict([x]).item():.3f}", "class", trainer.predict_classes([x]).item())
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** a point far away from all data, [10, -10]. How sure is the network there, and should it
# be?
