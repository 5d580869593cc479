"""Switches an object between training and evaluation, in whatever way its class provides."""

from __future__ import annotations

import inspect
from typing import Any

from minnet.nn.layer import Layer

_FLAGS = ("training", "is_training", "train_mode", "train_flg", "train_flag", "in_training")
_ARGUMENTS = (*_FLAGS, "train", "is_train", "mode")
_OPPOSITE = ("deterministic", "eval", "test", "is_test", "inference", "evaluation")


def set_mode(obj: Any, training: bool) -> bool:
    """Switch by an attribute or by a pair of methods; whether there is such a thing."""
    flags = [n for n in (*_FLAGS, "train") if isinstance(getattr(obj, n, None), (bool, int))]
    if isinstance(obj, Layer):
        obj.training = training
    elif flags:
        setattr(obj, flags[0], training)
    elif isinstance(getattr(obj, "mode", None), str):
        obj.mode = mode_word(obj.mode, training)
    elif callable(getattr(obj, "train", None)) and callable(getattr(obj, "eval", None)):
        (obj.train if training else obj.eval)()
    else:
        return False
    return True


def mode_arguments(forward: Any, training: bool) -> dict[str, Any]:
    """Keyword arguments of forward that choose the mode: forward(x, training=True)."""
    try:
        known = inspect.signature(forward).parameters
    except (TypeError, ValueError):
        return {}
    for name in (*_ARGUMENTS, *_OPPOSITE):
        if name in known:
            if name == "mode":
                default = known[name].default
                return {name: mode_word(default if isinstance(default, str) else "", training)}
            return {name: training != (name in _OPPOSITE)}
    return {}


def mode_word(word: str, training: bool) -> str:
    """The word for the mode, in the vocabulary in which `word` names a mode."""
    if training:
        return "training" if word in ("training", "evaluation") else "train"
    return {"training": "evaluation", "evaluation": "evaluation", "eval": "eval"}.get(word, "test")
