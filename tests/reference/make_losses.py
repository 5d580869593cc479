"""Makes losses.npz: PyTorch's float64 losses and gradients. Run by hand, with PyTorch installed.

    python tests/reference/make_losses.py

Each case is stored as `name/loss` and `name/gradient` (with respect to the logits, or to the
prediction of a regression); the inputs are stored once.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

SAMPLES, CLASSES = 7, 5
IGNORED = -1


def inputs() -> dict[str, np.ndarray]:
    random = np.random.default_rng(20)
    rows = random.dirichlet(np.ones(CLASSES), SAMPLES)
    labels = random.integers(0, CLASSES, SAMPLES)
    with_ignored = labels.copy()
    with_ignored[[1, 4]] = IGNORED
    binary_ignored = random.integers(0, 2, (SAMPLES, 1)).astype(float)
    binary_ignored[2] = IGNORED
    return {
        "logits": random.normal(size=(SAMPLES, CLASSES)) * 3,
        "labels": labels,
        "labels_ignored": with_ignored,
        "rows": rows,
        "class_weight": random.uniform(0.2, 3, CLASSES),
        "binary_weight": np.array([0.4, 2.5]),
        "sample_weight": random.uniform(0, 2, SAMPLES),
        "binary_logits": random.normal(size=(SAMPLES, 1)) * 4,
        "binary_labels": random.integers(0, 2, (SAMPLES, 1)).astype(float),
        "binary_ignored": binary_ignored,
        "binary_soft": random.uniform(size=(SAMPLES, 1)),
        "prediction": random.normal(size=(SAMPLES, 3)) * 2,
        "target": random.normal(size=(SAMPLES, 3)),
        "signs": random.choice([-1.0, 1.0], (SAMPLES, 1)),
    }


def weights(data: dict[str, torch.Tensor], case: tuple[str, ...]) -> torch.Tensor:
    return data["sample_weight"] if "sample_weight" in case else torch.ones(SAMPLES).double()


def categorical(z: torch.Tensor, data: dict[str, torch.Tensor], case: tuple[str, ...]):
    target = data[case[0]]
    w = data["class_weight"] if "class_weight" in case else torch.ones(CLASSES).double()
    smoothing = 0.1 if "smoothing" in case else 0.0
    s = weights(data, case)
    each = F.cross_entropy(
        z, target, weight=w, label_smoothing=smoothing, ignore_index=IGNORED, reduction="none"
    )
    if target.ndim == 1:
        counts = target != IGNORED
        count = torch.where(counts, w[target.clamp(min=0)], torch.zeros(()).double())
    else:
        count = (w * target).sum(1)
    return (s * each).sum() / (s * count).sum()


def binary(z: torch.Tensor, data: dict[str, torch.Tensor], case: tuple[str, ...]):
    y = data[case[0]]
    counts = (y != IGNORED).double()
    y = y.clamp(min=0)
    w0, w1 = data["binary_weight"] if "class_weight" in case else torch.ones(2).double()
    s = weights(data, case)[:, None] * counts
    t = y * 0.9 + 0.05 if "smoothing" in case else y
    # The weight of the class 1 term is PyTorch's pos_weight, relative to that of class 0.
    each = w0 * F.binary_cross_entropy_with_logits(z, t, pos_weight=w1 / w0, reduction="none")
    return (s * each).sum() / (s * (w1 * y + w0 * (1 - y))).sum()


def regression(a: torch.Tensor, data: dict[str, torch.Tensor], case: tuple[str, ...]):
    y, s = data["target"], weights(data, case)
    each = {
        "squared": lambda: F.mse_loss(a, y, reduction="none") / 2,
        "absolute": lambda: F.l1_loss(a, y, reduction="none"),
        "huber": lambda: F.huber_loss(a, y, delta=0.7, reduction="none"),
    }[case[0]]()
    return (s * each.sum(1)).sum() / s.sum()


def hinge(a: torch.Tensor, data: dict[str, torch.Tensor], case: tuple[str, ...]):
    s = weights(data, case)
    each = torch.clamp(1 - data["signs"] * a, min=0)
    return (s * each.sum(1)).sum() / s.sum()


def divergence(z: torch.Tensor, data: dict[str, torch.Tensor], case: tuple[str, ...]):
    s = weights(data, case)
    each = F.kl_div(F.log_softmax(z, 1), data["rows"], reduction="none").sum(1)
    return (s * each).sum() / s.sum()


def cases():
    extras = [(), ("class_weight",), ("smoothing",), ("class_weight", "smoothing")]
    extras += [(*extra, "sample_weight") for extra in extras]
    for extra in extras:
        for target in ("labels", "labels_ignored", "rows"):
            yield "categorical", categorical, "logits", (target, *extra)
        for target in ("binary_labels", "binary_ignored", "binary_soft"):
            yield "binary", binary, "binary_logits", (target, *extra)
    for extra in ((), ("sample_weight",)):
        for name in ("squared", "absolute", "huber"):
            yield "regression", regression, "prediction", (name, *extra)
        yield "hinge", hinge, "binary_logits", extra
        yield "divergence", divergence, "logits", extra


def main() -> None:
    data = inputs()
    tensors = {name: torch.tensor(array) for name, array in data.items()}
    store = {f"inputs/{name}": array for name, array in data.items()}
    for kind, function, argument, case in cases():
        z = tensors[argument].clone().requires_grad_()
        loss = function(z, tensors, case)
        loss.backward()
        name = "+".join((kind, *case))
        store[f"{name}/loss"] = loss.detach().numpy()
        store[f"{name}/gradient"] = z.grad.numpy()
    np.savez_compressed(Path(__file__).with_name("losses.npz"), **store)


if __name__ == "__main__":
    main()
