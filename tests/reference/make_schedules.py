"""Writes `schedules.npz`: the learning rates of PyTorch's schedulers, step by step.

One line in CASES is one scheduler; `rates[t]` is the rate that the optimizer has when it takes step
t, counted from 0. `plateau` is the exception: the rate after each epoch of the given losses. Needs
PyTorch, the tests do not:

    python tests/reference/make_schedules.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

STEPS = 60
RATE = 0.3


def cases(scheduler: Any) -> dict[str, Callable[[Any], Any]]:
    """Name -> the scheduler for an optimizer whose rate is RATE."""

    def warm_up(optimizer: Any) -> Any:
        rise = scheduler.LinearLR(optimizer, start_factor=1 / 11, total_iters=10)
        fall = scheduler.CosineAnnealingLR(optimizer, T_max=49)
        return scheduler.SequentialLR(optimizer, [rise, fall], milestones=[10])

    def one_cycle(**options: Any) -> Callable[[Any], Any]:
        return lambda o: scheduler.OneCycleLR(o, RATE, total_steps=STEPS, **options)

    return {
        "constant": lambda o: scheduler.ConstantLR(o, factor=1.0),
        "step": lambda o: scheduler.StepLR(o, step_size=7, gamma=0.4),
        "exponential": lambda o: scheduler.ExponentialLR(o, gamma=0.93),
        "polynomial": lambda o: scheduler.PolynomialLR(o, total_iters=40, power=1.0),
        "polynomial_power": lambda o: scheduler.PolynomialLR(o, total_iters=59, power=2.5),
        "cosine": lambda o: scheduler.CosineAnnealingLR(o, T_max=STEPS - 1),
        "cosine_end": lambda o: scheduler.CosineAnnealingLR(o, T_max=STEPS - 1, eta_min=0.02),
        "warm_up": warm_up,
        "one_cycle": one_cycle(),
        "one_cycle_options": one_cycle(pct_start=0.55, div_factor=10.0, final_div_factor=50.0),
    }


def losses() -> np.ndarray:
    """The losses of 60 epochs: they fall, level off with noise, and are NaN once."""
    generator = np.random.default_rng(5)
    falling = np.maximum(np.exp(-np.arange(STEPS) / 6.0), 0.05) + 0.01 * generator.random(STEPS)
    falling[30] = np.nan
    return falling


PLATEAUS: dict[str, dict[str, Any]] = {
    "plateau": {"factor": 0.5, "patience": 2, "threshold": 0.0},
    "plateau_change": {"factor": 0.3, "patience": 0, "threshold": 0.004, "min_lr": 0.01},
    "plateau_max": {"factor": 0.5, "patience": 3, "threshold": 0.001, "mode": "max"},
}


def main() -> None:
    """Write the file next to this script."""
    import torch

    def optimizer() -> Any:
        return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)

    arrays = {"losses": losses()}
    for name, make in cases(torch.optim.lr_scheduler).items():
        sgd = optimizer()
        scheduler, rates = make(sgd), []
        for step in range(STEPS):
            rates.append(float(sgd.param_groups[0]["lr"]))
            sgd.step()
            if step < STEPS - 1:
                scheduler.step()
        arrays[name] = np.array(rates)
    for name, options in PLATEAUS.items():
        sgd = optimizer()
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            sgd, threshold_mode="abs", eps=0.0, **options
        )
        rates = []
        sign = -1 if options.get("mode") == "max" else 1
        for loss in losses():
            plateau.step(sign * loss)
            rates.append(float(sgd.param_groups[0]["lr"]))
        arrays[name] = np.array(rates)
    target = Path(__file__).with_name("schedules.npz")
    np.savez_compressed(target, **arrays)
    print(f"{target.name}: {len(arrays)} arrays, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
