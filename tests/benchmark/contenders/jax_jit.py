"""JAX: the whole step as one compiled function, in two protocols.

*On the device*: data lie there already, and the loss stays there; nobody looks at it. *With
NumPy*: arrays come in and the loss goes out as a float, as a loop with a progress bar has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..workloads import Workload
from . import Plain


def contenders() -> list[type[Plain]]:
    """The two protocols; ImportError where JAX is missing."""
    import jax  # noqa: F401

    return [WithNumPy, OnDevice]


def compiled_step(workload: Workload) -> Any:
    """(state, x, y, rows) -> (state, loss), compiled; the state is given away and written over.

    `rows`, if not None, says which rows of x and y are the batch.
    """
    import jax
    import jax.numpy as jnp

    def logits(parameters: Any, x: Any) -> Any:
        left = iter(parameters)
        for kind, *numbers in workload.parts:
            if kind == "linear":
                x = x @ next(left) + next(left)
            elif kind == "conv":
                x = jax.lax.conv(x, next(left), (1, 1), "VALID") + next(left)[:, None, None]
            elif kind == "pool":
                window = (1, 1, numbers[0], numbers[0])
                x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
            elif kind == "flatten":
                x = x.reshape(len(x), -1)
            else:
                x = jax.nn.relu(x) if kind == "relu" else jnp.tanh(x)
        return x

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        log = jax.nn.log_softmax(logits(parameters, x))
        return -jnp.take_along_axis(log, y[:, None], axis=1).mean()

    def batch(x: Any, y: Any, rows: Any) -> Any:
        return (x, y) if rows is None else (x[rows], y[rows])

    def sgd(state: Any, x: Any, y: Any, rows: Any = None) -> Any:
        value, gradients = jax.value_and_grad(loss)(state[0], *batch(x, y, rows))
        return ([p - workload.rate * g for p, g in zip(state[0], gradients)],), value  # noqa: B905

    def adam(state: Any, x: Any, y: Any, rows: Any = None) -> Any:
        parameters, means, squares, t = state
        value, gradients = jax.value_and_grad(loss)(parameters, *batch(x, y, rows))
        t += 1
        means = [0.9 * m + 0.1 * g for m, g in zip(means, gradients)]  # noqa: B905
        squares = [0.999 * v + 0.001 * g * g for v, g in zip(squares, gradients)]  # noqa: B905
        fast, root = workload.rate / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
        parameters = [
            p - fast * m / (jnp.sqrt(v) / root + 1e-8)
            for p, m, v in zip(parameters, means, squares)  # noqa: B905
        ]
        return (parameters, means, squares, t), value

    return jax.jit(sgd if workload.optimizer == "SGD" else adam, donate_argnums=0)


class WithNumPy(Plain):
    """NumPy arrays in, a float out."""

    name = "JAX jit, NumPy in"

    def __init__(self, workload: Workload) -> None:
        import jax
        import jax.numpy as jnp

        super().__init__(workload)
        self.jax = jax
        self.compiled = compiled_step(workload)
        parameters = [jnp.array(a) for a in workload.start()]
        self.state: Any = (parameters,)
        if workload.optimizer == "Adam":
            zeros = [jnp.zeros_like(p) for p in parameters]
            self.state = (parameters, zeros, [jnp.zeros_like(p) for p in parameters], 0.0)

    def step(self, x: Any, y: Any) -> Any:
        """One training step, its loss fetched."""
        self.state, loss = self.compiled(self.state, x, y)
        return float(loss)

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:
        """Shuffled epochs."""
        generator = np.random.default_rng(0)
        for _ in range(self.workload.epochs):
            for rows in self.batches(len(x), generator):
                self.step(x[rows], y[rows])
        self.finish()

    def finish(self) -> None:
        """Wait for JAX, which returns before its results are computed."""
        self.jax.block_until_ready(self.state)


class OnDevice(WithNumPy):
    """Data on the device, the loss left there."""

    name = "JAX jit, on device"

    def prepared(self, x: np.ndarray, y: np.ndarray) -> tuple[Any, Any]:
        """Put on the device before the clock starts."""
        return self.jax.device_put(x), self.jax.device_put(y)

    def step(self, x: Any, y: Any) -> Any:
        """One training step, its loss not looked at."""
        self.state, loss = self.compiled(self.state, x, y)
        return loss

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:
        """Shuffled epochs, the batches gathered on the device."""
        held_x, held_y = self.prepared(x, y)
        generator = np.random.default_rng(0)
        for _ in range(self.workload.epochs):
            for rows in self.batches(len(x), generator):
                self.state, _ = self.compiled(self.state, held_x, held_y, rows)
        self.finish()
