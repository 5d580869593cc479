"""Several networks of one shape as one: a training step and an evaluation for all runs at a time.

The loops over epochs and batches are in training.py. All numbers are those of single runs, bit for
bit: the products of a stack are the products of its slices, and a sum over axis 1 of a stack adds
up in the order of one over axis 0 of a slice.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minnet.nn.network import Network
from minnet.optimizers import Optimizer, schedules
from minnet.optimizers.penalties import L1, L2
from minnet.sweep.stack import layers, losses
from minnet.sweep.stack.batches import Part
from minnet.sweep.stack.parameters import Column, StackedParameters, joined
from minnet.training.state import TrainingState
from minnet.utils.checks import is_built_in
from minnet.utils.types import Array

VARYING = ("weight_decay", "momentum")
"""Settings of an optimizer, besides the learning rate, that may differ from run to run."""


class Stack:
    """The networks, losses and optimizers of several runs.

    Attributes:
        steps: taken so far. failed: True for each run of which a loss, gradient or weight was not
            finite; the others are not touched by it.
        predictions: of the last step (runs, m, k), if they are kept.
    """

    def __init__(self, states: Sequence[TrainingState], keep_predictions: bool, steps: int) -> None:
        self.states, self.keep_predictions, self.steps = states, keep_predictions, steps
        first = states[0]
        self.dtype = first.network.dtype
        self.parameters = StackedParameters([state.network for state in states])
        rules = layers.rules_of([flattened(s.network) for s in states], self.parameters)
        self.last = rules.pop() if first.fused else None
        self.rules = rules
        self.loss = losses.RULES[type(first.loss)]([s.loss for s in states], first.fused)
        self.failed = np.zeros(len(states), bool)
        self.memory = [
            np.stack(
                [s.optimizer.state.get(n, np.zeros_like(s.network.flat_values)) for s in states]
            )
            for n in first.optimizer.memory
        ]
        self._scratch = np.empty((2, *self.parameters.values.shape), self.dtype)
        named = first.network.parameters().values() if first.objective.penalties else ()
        self.penalized = [self.parameters[p] for p in named if p.penalized]
        self._rate: Any = None
        self.follow_settings()

    def follow_settings(self) -> None:
        """Read the numbers that callbacks may have changed between two epochs."""
        optimizers = [state.optimizer for state in self.states]
        own = self.optimizer = copy.copy(optimizers[0])
        for name in VARYING:
            if name in vars(own):
                vars(own)[name] = joined([vars(o)[name] for o in optimizers])
        vars(own)["schedule"] = None
        self.rates = _rates(optimizers)
        of_each = zip(*(state.objective.penalties for state in self.states), strict=True)
        self.penalties = [(type(same[0]), [p.strength for p in same]) for same in of_each]

    def step(self, x: Array, y: Array) -> Array:
        """One training step of all runs on their batches; returns their losses (runs,)."""
        z = layers.run_forward(self.rules, x.astype(self.dtype, copy=False), training=True)
        loss = self.loss.forward(z, y, None)
        layers.run_backward(self.rules, self.loss.backward())
        if self.keep_predictions:
            self.predictions = self._output(z)
        if self.penalties:
            self._add_penalty_gradients()
            loss = loss + self._penalty()
        values, gradients = self.parameters.values, self.parameters.gradients
        self._check(gradients, loss)
        self._clip(gradients)
        self.steps += 1
        own, self._rate = self.optimizer, self.rates(self.steps - 1)
        vars(own).update(_learning_rate=self._rate, t=self.steps, steps=self.steps)
        own.prepare()
        own.update(values, gradients, self._scratch, *self.memory)
        self._check(values, loss)
        return loss

    def _output(self, z: Array) -> Array:
        """The networks' outputs; z are the logits if the last activation is part of the loss."""
        return z if self.last is None else self.last.forward(z, training=False)

    def _check(self, numbers: Array, loss: Array) -> None:
        """Note the runs that are not finite. Their gradients become 0: they stay where they are."""
        flat = numbers.reshape(-1)
        if math.isfinite(float(loss.sum())) and math.isfinite(flat.dot(flat)):
            return
        self.failed |= ~(np.isfinite(loss) & np.isfinite(numbers).all(axis=1))
        numbers[self.failed] = 0

    def _clip(self, gradients: Array) -> None:
        """As each run clips its own gradient."""
        clipping = self.states[0].clipping
        if clipping.norm is None and clipping.value is None:
            return
        for row in gradients:
            clipping(row)

    def _add_penalty_gradients(self) -> None:
        """To the gradient of each weight that is penalized."""
        for stacked in self.penalized:
            for kind, strengths in self.penalties:
                slope = np.sign(stacked.value) if kind is L1 else stacked.value
                gradient = stacked.grad
                gradient += slope * joined(strengths, slope.ndim)

    def _penalty(self) -> Any:
        """The penalties of each run."""
        total: Any = 0
        for kind, strengths in self.penalties:
            factor = np.array(strengths) * _PENALTIES[kind][0]
            for stacked in self.penalized:
                total = total + factor * losses.totals(_PENALTIES[kind][1](stacked.value))
        return total

    def evaluate(self, parts: Sequence[Part]) -> tuple[Array, Array]:
        """Losses (runs,) and predictions (runs, m, k) in evaluation mode, part by part."""
        total: Any = 0.0
        seen: Any = 0.0
        predictions = []
        for x, y, weight in parts:
            z = layers.run_forward(self.rules, x.astype(self.dtype, copy=False), training=False)
            total = total + self.loss.forward(z, y, weight) * self.loss.count
            seen = seen + self.loss.count
            if self.keep_predictions:
                predictions.append(self._output(z))
        loss = total / seen + self._penalty()
        self.failed |= ~np.isfinite(loss)
        return loss, np.concatenate(predictions, axis=1) if predictions else np.empty(0)

    def snapshot(self) -> list[Array]:
        """A copy of all that a step changes."""
        return [a.copy() for a in (*self.parameters.arrays(), *self.memory)]

    def restore(self, run: int, before: Sequence[Array]) -> None:
        """Set one run back to a snapshot."""
        for array, kept in zip((*self.parameters.arrays(), *self.memory), before, strict=True):
            array[run] = kept[run]

    def write(self, run: int, steps: int) -> None:
        """Copy everything into the network and the optimizer of one run."""
        self.parameters.write(run)
        network, optimizer = self.states[run].network, self.states[run].optimizer
        optimizer.follow(network._flat.trained)
        memory = {n: m[run].copy() for n, m in zip(optimizer.memory, self.memory, strict=True)}
        vars(optimizer).update(state=memory, steps=steps, t=steps, _known=None)
        if self._rate is not None:
            vars(optimizer)["_step_rate"] = self.last_rate(run)

    def last_rate(self, run: int) -> float:
        """The learning rate of one run in the last step."""
        rate = self._rate
        return float(rate.numbers.flat[run]) if isinstance(rate, Column) else rate

    def check_fixed(self) -> None:
        """Running means, which forward changes, must be finite, too."""
        for _, value in self.parameters.fixed:
            self.failed |= ~np.isfinite(value).reshape(len(value), -1).all(axis=1)


_PENALTIES: dict[type[Any], tuple[float, Callable[[Array], Array]]] = {
    L1: (1.0, np.abs),
    L2: (0.5, np.square),
}


def flattened(network: Network) -> list[Any]:
    """The layers in the order of the forward pass, those of nested networks among them."""
    nested = ([x] if type(x) is not Network else flattened(x) for x in network.layers)
    return [layer for part in nested for layer in part]


def _rates(optimizers: Sequence[Optimizer]) -> Callable[[int], Any]:
    """step -> the learning rate: one float if it is the same for all, else a Column."""
    if all(o.schedule is None for o in optimizers):
        constant = joined([o._learning_rate for o in optimizers])
        return lambda _step: constant
    first, name = optimizers[0].schedule, type(optimizers[0]).__name__
    if first is not None and all(_same_schedule(o.schedule, first) for o in optimizers):
        return lambda step: schedules.rate_of(name, first, step)

    def rates(step: int) -> Any:
        return joined(
            [
                o._learning_rate
                if o.schedule is None
                else schedules.rate_of(name, o.schedule, step)
                for o in optimizers
            ]
        )

    return rates


def _same_schedule(one: Any, other: Any) -> bool:
    """True if two schedules are known to give the same rates."""
    return one is other or (
        type(one) is type(other) and is_built_in(one) and vars(one) == vars(other)
    )
