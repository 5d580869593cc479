"""Gradients of weights that were never set, or set to zeros, although the output needs them."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import Exam
from minnet.gradient_check.evaluation_point import Scene
from minnet.gradient_check.known_mistakes.time_steps import is_recurrent


def check_missing(exam: Exam, scene: Scene) -> None:
    """Gradients that were never set, although the output depends on the weight."""
    for weight in exam.bench.weights:
        if weight.name in exam.blocked:
            continue
        found = scene.run.grads.get(weight.name)
        zero = isinstance(found, np.ndarray) and not np.any(found)
        if zero and np.asarray(found).dtype.kind in "iu":
            continue  # set, and cut off
        if scene.run.was_set.get(weight.name) and found is not None and not zero:
            continue
        if found is not None and np.abs(scene.true(weight.name)).max(initial=0.0) <= scene.noise:
            continue
        _say_missing(exam, scene, weight.name, found)
        exam.blocked.add(weight.name)


def _say_missing(exam: Exam, scene: Scene, name: str, found: Any) -> None:
    """Never set; set to None; or set to zeros, of which a loop over time tells one cause."""
    code, state = "parameter-gradient-missing", "None" if found is None else "all zeros"
    was_set = scene.run.was_set.get(name) and found is not None
    text = "is set, but to zeros." if was_set else "is never set."
    if was_set and is_recurrent(scene, name):
        code = "one-sample-only"
        text = (
            "is set, but to zeros: in a loop over time the last step to be written overwrites (=) "
            "the others; with no state before it, its part is zero. Add them up (+=)."
        )
    largest = np.abs(scene.true(name)).max()
    evidence = f"after backward it is {state}; the true one is up to {largest:.3g}."
    exam.wrong("gradients", code, name, f"the gradient of `{name}` {text}", evidence)
