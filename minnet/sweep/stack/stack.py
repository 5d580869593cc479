"""Several networks of one shape as one: a training step and an evaluation for all runs at a time.

All numbers are those of single runs, bit for bit: the products of a stack are the products of its
slices, a sum over axis 1 of a stack adds up in the order of one over axis 0 of a slice, and
optimizers are elementwise. The loop over epochs is in training.py.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minnet.nn.network import Network
from minnet.optimizers import Optimizer
from minnet.optimizers.parameter_memory import ParameterMemory
from minnet.optimizers.penalties import L1, L2
from minnet.sweep.stack.batches import Part
from minnet.sweep.stack.layers import Rule, rules_of, run_backward, run_forward
from minnet.sweep.stack.losses import losses_of, totals
from minnet.sweep.stack.parameters import StackedParameters
from minnet.training.state import TrainingState
from minnet.utils.checks import is_built_in
from minnet.utils.types import Array

PENALTIES: dict[type[Any], tuple[float, Any]] = {L1: (1.0, np.abs), L2: (0.5, np.square)}
"""The value of each penalty: strength factor sum(function(w))."""


class Stack:
    """The networks, losses and optimizers of several runs.

    Attributes:
        failed: True for each run of which a number was not finite; it disturbs no other run.
        count: what the last losses were divided by. outputs: of the last batch (runs, m, k), if
            there are metrics.
    """

    def __init__(self, states: Sequence[TrainingState]) -> None:
        first = states[0]
        self.states, self.parameters = states, StackedParameters([s.network for s in states])
        self.fused, self.dtype = first.fused, first.network.dtype
        self.has_metrics, self.outputs = bool(first.metrics), np.empty(0)
        self.rules: list[Rule] = rules_of([flattened(s.network) for s in states], self.parameters)
        self.last: Rule | None = self.rules.pop() if self.fused else None
        self.losses = [s.loss for s in states]
        self.failed = np.zeros(len(states), bool)
        self.count: Any = 0.0
        values = self.parameters.values
        self.memory: dict[str, Any] = {
            name: np.stack([s.optimizer.state.get(name, np.zeros_like(v)) for s, v in pairs])
            for pairs in [list(zip(states, values, strict=True))]
            for name in first.optimizer.memory
        }
        self.settings: list[tuple[Any, ...]] = [settings_of(state) for state in states]
        self.groups: list[tuple[slice[Any, Any, Any], Optimizer, Array, Array]] = [
            self._group([*runs])  # neighbours with the same settings
            for _, runs in itertools.groupby(range(len(states)), key=self.settings.__getitem__)
        ]
        named = first.network.parameters().values() if first.objective.penalties else ()
        self.penalized = [self.parameters[p] for p in named if p.penalized]

    def _group(self, runs: list[int]) -> tuple[slice, Optimizer, Array, Array]:
        """These runs, a copy of their optimizer, and all of their numbers as one vector each."""
        part = slice(runs[0], runs[-1] + 1)
        own = copy.copy(self.states[runs[0]].optimizer)
        memory = {name: vectors[part].reshape(-1) for name, vectors in self.memory.items()}
        vars(own).update(state=memory, _by_parameter=ParameterMemory(), _known=None)
        w, g = (array[part].reshape(-1) for array in self.parameters.trained)
        return part, own, w, g

    def step(self, x: Array, y: Array) -> Array:
        """One training step of all runs on their batches; returns their losses (runs,)."""
        z = run_forward(self.rules, x.astype(self.dtype, copy=False), training=True)
        loss, self.count, gradient = losses_of(self.losses, self.fused, z, y)
        if self.has_metrics:
            self.outputs = self._outputs(z)
        run_backward(self.rules, gradient)
        values, gradients = self.parameters.trained
        if self.penalized:
            for part, *_ in self.groups:
                for penalty in self.states[part.start].objective.penalties:
                    for value, grad in self.penalized:
                        grad[part] += penalty.gradient(value[part])
            loss = loss + self._penalty()
        self._check(gradients, loss)
        clipping = self.states[0].clipping
        if clipping.norm or clipping.value:
            for row in gradients:
                clipping(row)
        for part, own, w, g in self.groups:
            try:
                own.step(w, g)
            except Exception:  # of a schedule: each run alone will meet it again
                self.failed[part] = True
        self._check(values, loss)
        return loss

    def _outputs(self, z: Array) -> Array:
        """Of the networks; z are the logits where the last activation is part of the loss."""
        return z if self.last is None else self.last.forward(z, False)

    def _check(self, numbers: Array, loss: Array) -> None:
        """Note the runs whose numbers are not finite, and put 0 in their place."""
        flat = numbers.reshape(-1)
        if not (math.isfinite(loss.sum()) and math.isfinite(flat.dot(flat))):
            self.failed |= ~(np.isfinite(loss) & np.isfinite(numbers).all(axis=1))
            numbers[self.failed] = 0

    def _penalty(self) -> Any:
        """The penalties of each run; 0 if there are none."""
        total: Any = 0
        for same in zip(*(state.objective.penalties for state in self.states), strict=True):
            factor, function = PENALTIES[type(same[0])]
            strengths = np.array([penalty.strength for penalty in same])
            for value, _ in self.penalized:
                total = total + factor * strengths * totals(function(value))
        return total

    def evaluate(self, parts: Sequence[Part]) -> tuple[Array, Array]:
        """Losses (runs,) and outputs (runs, m, k) in evaluation mode, part by part."""
        total: Any = 0.0
        seen: Any = 0.0
        outputs = []
        for x, y, weight in parts:
            z = run_forward(self.rules, x.astype(self.dtype, copy=False), training=False)
            loss, count, _ = losses_of(self.losses, self.fused, z, y, weight)
            total, seen = total + loss * count, seen + count
            if self.has_metrics:
                outputs.append(self._outputs(z))
        loss = total / seen + self._penalty()
        self.failed |= ~np.isfinite(loss)
        return loss, np.concatenate(outputs, axis=1) if outputs else self.outputs

    def check_fixed(self) -> None:
        """Running means, which forward changes, must be finite, too."""
        for _, value in self.parameters.fixed:
            self.failed |= ~np.isfinite(value).reshape(len(value), -1).all(axis=1)

    def _changing(self) -> list[Array]:
        """All arrays that a step changes."""
        fixed = [value for _, value in self.parameters.fixed]
        return [self.parameters.values, *fixed, *self.memory.values()]

    def snapshot(self) -> list[Array]:
        """A copy of all that a step changes."""
        return [array.copy() for array in self._changing()]

    def restore(self, run: int, before: Sequence[Array]) -> None:
        """Set one run back to a snapshot."""
        for array, kept in zip(self._changing(), before, strict=True):
            array[run] = kept[run]

    def write(self, run: int, steps: int) -> None:
        """Copy everything into the network and the optimizer of one run."""
        self.parameters.write(run)
        network, optimizer = self.states[run].network, self.states[run].optimizer
        optimizer.follow(network._flat.trained)
        memory = {name: vectors[run].copy() for name, vectors in self.memory.items()}
        rate = self.last_rate(run)
        vars(optimizer).update(state=memory, steps=steps, t=steps, _known=None, _step_rate=rate)

    def last_rate(self, run: int) -> Any:
        """The learning rate of one run in the last step; None before the first."""
        return next(own.last_rate for part, own, *_ in self.groups if run < part.stop)


def settings_of(state: TrainingState) -> tuple[Any, ...]:
    """The numbers with which the weights are updated; equal only if the updates are the same."""
    optimizer = state.optimizer
    names = [n for n in vars(optimizer) if n[0] != "_" and n not in ("state", "steps", "t")]
    schedule = optimizer.schedule
    return (
        *(vars(optimizer)[name] for name in names if name != "schedule"),
        repr(schedule) if is_built_in(schedule) else schedule,
        optimizer._learning_rate,
        *(penalty.strength for penalty in state.objective.penalties),
    )


def flattened(network: Network) -> list[Any]:
    """The layers in the order of the forward pass, those of nested networks among them."""
    nested = ([x] if type(x) is not Network else flattened(x) for x in network.layers)
    return [layer for part in nested for layer in part]
