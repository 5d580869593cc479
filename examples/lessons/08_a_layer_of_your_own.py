# %% [markdown]
# # 8. A layer of your own, wrong first
#
# A layer is two methods. `forward` computes y = x W + b and remembers what `backward` will need;
# `backward` gets dL/dy, sets the gradients of its parameters and returns dL/dx. There is a
# mistake in this one. Find it before you run the next cell.

# %%
import numpy as np

import minnet as mn

ROWS, INPUTS, OUTPUTS = 5, 3, 7


class Dense(mn.Layer):
    def __init__(self, inputs, outputs):
        self.W = mn.Parameter(shape=(inputs, outputs), initializer="glorot_uniform")
        self.b = mn.Parameter(np.zeros(outputs))

    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.b.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.mean(axis=0)
        return grad @ self.W.value.T


# %%
print(mn.check_layer(lambda: Dense(INPUTS, OUTPUTS), (ROWS, INPUTS)))

# %% [markdown]
# The check moves each input and each weight a little and measures how the output changes. It names
# the mistake, because it has tried which one would explain the difference exactly. With the fix:


# %%
class FixedDense(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value.T


print(mn.check_layer(lambda: FixedDense(INPUTS, OUTPUTS), (ROWS, INPUTS)))

# %% [markdown]
# **Try:** leave out `.T` in the last line, or write `self.W.value` for `self.W.grad`. What does
# the check say of each?
#
# ## It trains like any other layer

# %%
x, y = mn.datasets.iris()
layers = [FixedDense(4, 8), mn.Tanh(), FixedDense(8, 3), mn.Softmax()]
loss = mn.CategoricalCrossEntropy()
trainer = mn.Trainer(layers, loss, mn.SGD(0.1), metrics=["accuracy"], seed=0)
history = trainer.fit(x, y, epochs=50, progress=False)
print(trainer.summary())
print("accuracy:", round(history["accuracy"][-1], 3))

# %% [markdown]
# **Try:** train with the wrong `Dense` instead. Does it learn nothing, or only worse? Would you
# have noticed the mistake?
