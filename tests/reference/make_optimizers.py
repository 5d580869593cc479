"""Writes `optimizers.npz`: where PyTorch's optimizers take a vector of weights in 50 steps.

The gradients are given, not computed from the weights, so that an error in one step cannot hide in
the next. They are ordinary, tiny (1e-30, 1e-160), huge (1e8, 1e30, 1e150), zero, zero at first,
zero from the middle on, and of one sign throughout. Needs PyTorch, the tests do not:

    python tests/reference/make_optimizers.py

One line in CASES is one trajectory, and a new optimizer of minnet is compared with it by one line
in `tests/properties/test_every_optimizer.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

STEPS = 50
KEPT = (1, 2, 3, 5, 10, 20, 30, 31, 32, 40, 50)
"""The steps after which the weights are written down."""

DROP_AFTER, DROP = 30, 0.1
"""Cases with `drop`: the rate is multiplied by DROP after this many steps."""

CASES: dict[str, tuple[str, dict[str, Any], bool]] = {
    "sgd": ("SGD", {"lr": 0.05}, False),
    "sgd_decay": ("SGD", {"lr": 0.05, "weight_decay": 0.1}, False),
    "sgd_momentum": ("SGD", {"lr": 0.02, "momentum": 0.9}, False),
    "sgd_momentum_decay": ("SGD", {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.01}, False),
    "sgd_momentum_drop": ("SGD", {"lr": 0.02, "momentum": 0.9}, True),
    "sgd_nesterov": ("SGD", {"lr": 0.02, "momentum": 0.8, "nesterov": True}, False),
    "sgd_nesterov_decay": (
        "SGD",
        {"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.05},
        False,
    ),
    "adam": ("Adam", {}, False),
    "adam_rate": ("Adam", {"lr": 0.1}, False),
    "adam_betas": ("Adam", {"lr": 0.02, "betas": (0.5, 0.9), "eps": 1e-3}, False),
    "adam_decay": ("Adam", {"lr": 0.01, "weight_decay": 0.1}, False),
    "adam_drop": ("Adam", {"lr": 0.05}, True),
    "adamw": ("AdamW", {}, False),
    "adamw_decay": ("AdamW", {"lr": 0.02, "weight_decay": 0.2}, False),
    "adamw_drop": ("AdamW", {"lr": 0.05, "weight_decay": 0.1}, True),
    "rmsprop": ("RMSprop", {}, False),
    "rmsprop_momentum": ("RMSprop", {"lr": 0.005, "alpha": 0.9, "momentum": 0.8}, False),
    "rmsprop_decay": ("RMSprop", {"lr": 0.02, "weight_decay": 0.1}, False),
    "rmsprop_centered": ("RMSprop", {"lr": 0.005, "centered": True}, False),
    "rmsprop_drop": ("RMSprop", {"lr": 0.02, "momentum": 0.5}, True),
    "adagrad": ("Adagrad", {}, False),
    "adagrad_options": ("Adagrad", {"lr": 0.1, "eps": 1e-6, "weight_decay": 0.05}, False),
    "adagrad_drop": ("Adagrad", {"lr": 0.1}, True),
    "adadelta": ("Adadelta", {}, False),
    "adadelta_options": ("Adadelta", {"lr": 0.5, "rho": 0.95, "weight_decay": 0.05}, False),
    "adadelta_drop": ("Adadelta", {"lr": 1.0}, True),
}


def start_and_gradients() -> tuple[np.ndarray, np.ndarray]:
    """The weights at the start (n,), and the gradients of all steps (STEPS, n)."""
    generator = np.random.default_rng(20)
    scales = [1.0] * 8 + [1e-8, 1e-30, 1e-160, 1e8, 1e30, 1e150] + [1.0] * 4
    gradients = generator.normal(size=(STEPS, len(scales))) * scales
    gradients[:, -1] = 0
    gradients[:10, -2] = 0
    gradients[25:, -3] = 0
    gradients[:, -4] = np.abs(gradients[:, -4])
    start = generator.normal(size=len(scales)) + np.where(
        generator.random(len(scales)) < 0.5, -2, 2
    )
    return start, gradients


def trajectory(kind: str, options: dict[str, Any], drop: bool) -> np.ndarray:
    """The weights after each of the KEPT steps."""
    import torch

    start, gradients = start_and_gradients()
    w = torch.nn.Parameter(torch.tensor(start))
    optimizer = getattr(torch.optim, kind)([w], foreach=False, **options)
    kept = []
    for step, gradient in enumerate(gradients, 1):
        w.grad = torch.tensor(gradient)
        optimizer.step()
        if step in KEPT:
            kept.append(w.detach().numpy().copy())
        if drop and step == DROP_AFTER:
            optimizer.param_groups[0]["lr"] *= DROP
    return np.array(kept)


def main() -> None:
    """Write the file next to this script."""
    start, gradients = start_and_gradients()
    arrays = {name: trajectory(*case) for name, case in CASES.items()}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name}: expected a finite trajectory.")
    target = Path(__file__).with_name("optimizers.npz")
    np.savez_compressed(target, start=start, gradients=gradients, kept=np.array(KEPT), **arrays)
    print(f"{target.name}: {len(arrays)} trajectories, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
