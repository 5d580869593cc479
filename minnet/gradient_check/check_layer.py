"""`check_layer`: contract first, gradient second, diagnosis last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minnet.gradient_check import prepare as setup
from minnet.gradient_check.check_state import Exam
from minnet.gradient_check.checks import contract
from minnet.gradient_check.checks import forward_properties as properties
from minnet.gradient_check.checks import train_and_eval as modes
from minnet.gradient_check.checks.gradients import (
    check_finite,
    check_gradients,
    check_linearity,
    make_scene,
)
from minnet.gradient_check.checks.input_array import check_own_array
from minnet.gradient_check.checks.missing import check_missing
from minnet.gradient_check.checks.repeated_calls import check_repeats
from minnet.gradient_check.evaluation_point import Scene
from minnet.gradient_check.harness import Bench, quiet
from minnet.gradient_check.input_domain import Domain
from minnet.gradient_check.layer_under_test import NotALayerError, Subject
from minnet.gradient_check.report import Mistake, Report
from minnet.utils import checks


def check_layer(
    layer_or_factory: Any,
    x_or_shape: Any,
    *,
    seed: int = 0,
    parameters: dict[str, str] | None = None,
) -> Report:
    """Examine a layer's forward and backward, and name the mistakes.

    Args:
        layer_or_factory: a class or function that makes a fresh layer (preferred), or a layer,
            which is copied. Anything with `forward` and `backward`.
        x_or_shape: an input, whose range is then the domain; or a shape, batch axis first.
        seed: of all random numbers of the examination.
        parameters: for plain classes, weight to gradient, {"W": "dW"}, where names do not tell.

    Returns:
        a Report.

    Raises:
        TypeError, ValueError: an argument that makes no examination possible.

    >>> import minnet as mn
    >>> check_layer(mn.Tanh, (5, 3)).ok
    True
    >>> class Twice:
    ...     def forward(self, x):
    ...         return 2 * x
    ...     def backward(self, grad):
    ...         return -2 * grad
    >>> check_layer(Twice, (5, 3)).mistakes[0].code
    'sign-flipped'
    """
    checks.whole_number("check_layer", "seed", seed, minimum=0)
    domain = Domain(x_or_shape, "check_layer")
    names = _checked_names(parameters)
    check_source("check_layer", layer_or_factory)
    with quiet():
        subject = make_subject("check_layer", layer_or_factory)
        if isinstance(subject, Report):
            return subject
        exam = Exam(Bench(subject), domain, Report(subject.name), seed)
        with subject.streams.frozen():
            _examine(exam, names)
        subject.put_back()
    exam.report.sort()
    return exam.report


def make_subject(place: str, source: Any) -> Subject | Report:
    """The subject, or a report that its constructor raises."""
    try:
        return Subject(source)
    except NotALayerError as error:
        raise NotALayerError(f"{place}: {error}") from None
    except (Exception, SystemExit) as error:
        name = getattr(source, "__name__", type(source).__name__)
        report = Report(name)
        code = setup.code_of_error(error)
        text = f"{name}.__init__: it raises {setup.explain_error(error)}"
        report.mistakes.append(Mistake(code, "__init__", text, "no object could be made."))
        return report


def check_source(place: str, source: Any) -> None:
    """Refuse what cannot be examined at all: no forward, no backward, nothing to call."""
    missing = [verb for verb in ("forward", "backward") if not hasattr(source, verb)]
    if len(missing) == 2 and not callable(source):
        raise TypeError(
            f"{place}: expected a class, a function that makes an object, or an object with "
            f"forward and backward, got {checks.describe(source)}."
        )
    if len(missing) == 1:
        raise TypeError(
            f"{place}: expected forward and backward, but {checks.describe(source)} has no "
            f"{missing[0]}. Write it."
        )


def _checked_names(parameters: dict[str, str] | None) -> dict[str, str] | None:
    if parameters is None:
        return None
    if not isinstance(parameters, dict) or not all(
        isinstance(key, str) and isinstance(value, str) for key, value in parameters.items()
    ):
        raise TypeError(
            f"check_layer: parameters: expected names, weight to gradient, got "
            f'{checks.describe(parameters)}. Write {{"W": "dW"}}.'
        )
    return parameters


def _examine(exam: Exam, names: dict[str, str] | None) -> None:
    """The frame: each check is independent, and a broken contract ends the examination early."""
    run = setup.find_input(exam)
    if not contract.check_error(exam, run):
        return
    if not contract.check_forward_result(exam, run):
        return
    setup.find_the_weights(exam, names)
    setup.randomize(exam)
    setup.choose_batch(exam)
    setup.find_precision(exam)
    frozen = setup.find_randomness(exam)
    contract.check_raw_weights(exam)
    if not frozen:
        exam.skipped("gradients", "The forward draws random numbers that could not be frozen.")
        return
    if exam.domain.kind == "indices" and exam.random:
        exam.random = False
    _examine_gradients(exam)


def _examine_gradients(exam: Exam) -> None:
    scene = make_scene(exam, 100)
    exam.scene = scene
    contract.check_changes(exam, scene.run)
    if scene.run.error is None and not contract.check_rows(exam, scene.run):
        return
    if not contract.check_error(exam, scene.run):
        properties.check_extremes(exam)
        return
    if not isinstance(scene.run.y, np.ndarray) or scene.run.y.dtype.kind not in "biuf":
        return
    questions: tuple[Callable[[], None], ...] = (
        lambda: contract.check_backward_result(exam, scene.run),
        lambda: check_finite(exam, scene),
        lambda: check_own_array(exam),
        lambda: _compare(exam, scene),
        lambda: check_repeats(exam),
        lambda: properties.check_samples(exam, scene),
        lambda: contract.check_batch_of_one(exam),
        lambda: modes.check_modes(exam),
        lambda: properties.check_extremes(exam),
    )
    for question in questions:
        try:
            question()
        except Exception as error:  # one question that breaks leaves the others
            exam.skipped("one question", f"It broke: {type(error).__name__}: {error}")


def _compare(exam: Exam, scene: Scene) -> None:
    if not properties.check_truncation(exam, scene):
        check_missing(exam, scene)
        check_linearity(exam, scene)
        check_gradients(exam, scene)
