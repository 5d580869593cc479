# %% [markdown]
# # 11. Why does my network not learn?
#
# Two trainings that learn badly. From outside one sees a loss that is too high. `mn.check_training`
# measures the data, the network and its start, and then trains copies in which the suspected
# cause is removed; what it says has been tried. Guess first, then look.

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt

import minnet as mn

EPOCHS = 20
RATE = 0.1

FIGURES = Path(os.environ.get("FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
x, y = mn.datasets.breast_cancer()


def trainer_of(*layers):
    loss = mn.BinaryCrossEntropy()
    return mn.Trainer(layers, loss, mn.SGD(RATE), metrics=["accuracy"], seed=0)


# %% [markdown]
# **First: the data as they come.** The 30 columns are lengths, areas and fractions, each in its
# own unit.

# %%
first = trainer_of(mn.Linear(30, 8), mn.Tanh(), mn.Linear(8, 1), mn.Sigmoid())
print(mn.check_training(first, x, y, epochs=EPOCHS))

# %% [markdown]
# **Try:** what it says, x = mn.data.Standardizer().fit(x).transform(x). How small is the loss then?
#
# **Second: every weight starts at 1.**

# %%
x2 = mn.data.Standardizer().fit(x).transform(x)
hidden = mn.Linear(30, 8, weight_init="ones")
second = trainer_of(hidden, mn.Sigmoid(), mn.Linear(8, 1, weight_init="ones"), mn.Sigmoid())
print(mn.check_training(second, x2, y, epochs=EPOCHS))

# %%
figure, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
third = trainer_of(mn.Linear(30, 8), mn.Sigmoid(), mn.Linear(8, 1), mn.Sigmoid())
looks = {"as they come": (first, x, ":"), "all weights 1": (second, x2, "--")}
looks["both put right"] = (third, x2, "-")
for name, (trainer, data, style) in looks.items():
    losses = trainer.fit(data, y, EPOCHS, progress=False)["loss"]
    ax.plot(range(1, EPOCHS + 1), losses, style, color="black", label=name)
ax.set(
    xlabel="epoch", ylabel="loss", title="Two that learn badly, and one that learns well", ylim=0
)
ax.set_xticks(range(0, EPOCHS + 1, 5))
ax.legend()
figure.savefig(FIGURES / "lesson_11_two_that_learn_badly.png")
if "--show" in sys.argv or hasattr(sys, "ps1"):
    plt.show()

# %% [markdown]
# **Try:** RATE = 0.0001. Which of the two reports changes, and what does it say now?
