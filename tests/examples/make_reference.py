"""Writes examples/REFERENCE.md: every public name with its one-line meaning and its name elsewhere.

Run it after a public name was added: `python tests/examples/make_reference.py`. A test compares.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any, get_origin

import minnet as mn

FILE = Path(__file__).parents[2] / "examples" / "REFERENCE.md"

# What PyTorch and Keras call it, where that is another name; "-": they do not have it.
ELSEWHERE = {
    "Linear": ("nn.Linear, its weight is (out, in)", "Dense"),
    "Conv2d": ("", "Conv2D"),
    "MaxPool2d": ("", "MaxPooling2D"),
    "AveragePool2d": ("nn.AvgPool2d", "AveragePooling2D"),
    "GlobalAveragePool2d": ("nn.AdaptiveAvgPool2d(1)", "GlobalAveragePooling2D"),
    "BatchNorm": ("nn.BatchNorm1d, nn.BatchNorm2d", "BatchNormalization"),
    "LayerNorm": ("", "LayerNormalization"),
    "Reshape": ("nn.Unflatten", ""),
    "Residual": ("-", "-"),
    "Embedding": ("", ""),
    "Identity": ("", "activation None"),
    "HardSigmoid": ("nn.Hardsigmoid", "hard_sigmoid"),
    "HardSwish": ("nn.Hardswish", "hard_silu"),
    "LeakyReLU": ("nn.LeakyReLU(negative_slope)", "LeakyReLU(negative_slope)"),
    "Step": ("-", "-"),
    "MeanSquaredError": ("nn.MSELoss: times outputs / 2", "MeanSquaredError"),
    "MeanAbsoluteError": ("nn.L1Loss", ""),
    "BinaryCrossEntropy": ("nn.BCELoss, nn.BCEWithLogitsLoss", "BinaryCrossentropy"),
    "CategoricalCrossEntropy": (
        "nn.CrossEntropyLoss",
        "CategoricalCrossentropy, SparseCategoricalCrossentropy",
    ),
    "Hinge": ("nn.HingeEmbeddingLoss is another", ""),
    "Huber": ("nn.HuberLoss", ""),
    "KullbackLeibler": ("nn.KLDivLoss", "KLDivergence"),
    "ElementwiseLoss": ("-", "-"),
    "RMSProp": ("optim.RMSprop", "RMSprop"),
    "AdaGrad": ("optim.Adagrad", "Adagrad"),
    "AdaDelta": ("optim.Adadelta", "Adadelta"),
    "L1": ("-", "regularizers.L1"),
    "L2": ("weight_decay", "regularizers.L2"),
    "Constant": ("-", "-"),
    "Cosine": ("CosineAnnealingLR", "CosineDecay"),
    "Exponential": ("ExponentialLR", "ExponentialDecay"),
    "StepDecay": ("StepLR", "PiecewiseConstantDecay"),
    "Checkpoint": ("torch.save", "ModelCheckpoint"),
    "EarlyStopping": ("-", ""),
    "ReduceOnPlateau": ("ReduceLROnPlateau", "ReduceLROnPlateau"),
    "CSVLogger": ("-", ""),
    "Trainer": ("a loop by hand", "model.compile and model.fit"),
    "Network": ("nn.Sequential", "Sequential"),
    "Layer": ("nn.Module, torch.autograd.Function", "Layer"),
    "Parameter": ("nn.Parameter", "Variable"),
    "History": ("-", "History, history.history"),
    "load": ("torch.load", "models.load_model"),
    "Standardizer": ("-", "Normalization"),
    "MinMaxScaler": ("-", "-"),
    "one_hot": ("nn.functional.one_hot", "utils.to_categorical"),
    "train_test_split": ("utils.data.random_split", "-"),
}


def _public(module: ModuleType) -> list[tuple[str, Any]]:
    """The classes and functions that a module lists, or defines if it has no list."""
    names = getattr(module, "__all__", None) or [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
    ]
    things = [(name, getattr(module, name)) for name in names]
    return [  # a type alias has an origin; Python 3.10 takes it for a class
        (name, thing)
        for name, thing in things
        if inspect.isfunction(thing) or (inspect.isclass(thing) and not get_origin(thing))
    ]


def _classes(module: ModuleType) -> list[tuple[str, Any]]:
    return [(name, thing) for name, thing in _public(module) if inspect.isclass(thing)]


def sections() -> list[tuple[str, str, list[tuple[str, Any]]]]:
    """Heading, how one writes the names, and the names."""
    parts: list[tuple[str, str, list[tuple[str, Any]]]] = [
        ("Layers", "mn.", _public(mn.layers)),
        ("Activations", "mn.", [(n, t) for n, t in _public(mn.activations) if n != "Activation"]),
        ("Losses", "mn.", _public(mn.losses)),
        ("Optimizers", "mn.", _public(mn.optimizers)),
        ("Learning-rate schedules", "mn.schedules.", _classes(mn.schedules)),
        ("Initializers", "mn.initializers.", _public(mn.initializers)),
        ("Metrics", "mn.metrics.", _public(mn.metrics)),
        ("Data", "mn.data.", _public(mn.data)),
        ("Data sets", "mn.datasets.", _public(mn.datasets)),
        ("Plots", "mn.plot.", _public(mn.plot)),
    ]
    seen = {name for _, _, names in parts for name, _ in names}
    rest = [(n, getattr(mn, n)) for n in mn.__all__]
    rest = [(n, t) for n, t in rest if n not in seen and not inspect.ismodule(t)]
    callbacks = [(n, t) for n, t in rest if inspect.isclass(t) and issubclass(t, mn.Callback)]
    others = [pair for pair in rest if pair not in callbacks]
    return [
        ("Networks, training and checking", "mn.", others),
        *parts[:5],
        ("Callbacks", "mn.", callbacks),
        *parts[5:],
    ]


def _meaning(thing: Any) -> str:
    """The first sentence of the docstring, on one line."""
    text = inspect.getdoc(thing) or ""
    first = " ".join(text.split("\n\n")[0].split()).removesuffix(":")
    return re.sub(r"\|", r"\\|", first)


def page() -> str:
    """The whole page."""
    lines = [
        "# Reference: what there is",
        "",
        "`import minnet as mn`. Each name with its one-line meaning, and what PyTorch and Keras",
        "call it where that is another name (-: they have no such thing). `help(mn.Linear)` says",
        "all: formula, shapes, errors, source. This page is made from the docstrings by",
        "`tests/examples/make_reference.py`.",
    ]
    for heading, prefix, names in sections():
        elsewhere = any(name in ELSEWHERE for name, _ in names)
        lines += ["", f"## {heading}", ""]
        lines.append("| name | meaning |" + (" PyTorch | Keras |" if elsewhere else ""))
        lines.append("|---|---|" + ("---|---|" if elsewhere else ""))
        for name, thing in names:
            row = f"| `{prefix}{name}` | {_meaning(thing)} |"
            if elsewhere:
                row += " {} | {} |".format(*ELSEWHERE.get(name, ("", "")))
            lines.append(row)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
