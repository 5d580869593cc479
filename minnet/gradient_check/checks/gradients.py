"""Gradient second: find a point where it exists, compare, hand over to diagnosis."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet.gradient_check.check_state import Exam, number, what
from minnet.gradient_check.checks.why_tests_miss_it import why_unseen
from minnet.gradient_check.evaluation_point import Scene
from minnet.gradient_check.input_domain import cotangent
from minnet.gradient_check.known_mistakes.diagnosis import diagnose
from minnet.gradient_check.known_mistakes.upstream_gradient import (
    ZERO_FOR_ONES,
    NotAProduct,
    sums_to_a_constant,
)
from minnet.utils.types import Array

DRAWS = 6


def make_scene(exam: Exam, part: int, training: bool = True, batch: int | None = None) -> Scene:
    """A point without kinks, where no gradient vanishes, if a bounded number of draws finds one."""
    best: tuple[tuple[int, int], Scene] | None = None
    for draw in range(DRAWS):
        scene = _draw(exam, part + draw, training, batch or exam.batch, draw)
        if scene.run.error is not None or not _is_array(scene.run.y):
            return scene
        score = (_kinks(scene), _dead(scene))
        if score == (0, 0) or (best is not None and score == best[0] and score[0] == 0):
            return scene  # what vanishes twice vanishes for good
        if best is None or score < best[0]:
            best = (score, scene)
    return best[1] if best else scene


def _draw(exam: Exam, part: int, training: bool, batch: int, draw: int) -> Scene:
    generator = exam.generator(part)
    x = exam.domain.draw(batch, generator, first=draw == 0, jitter=draw > 2)
    forward = exam.bench.run(x, stream=exam.stream, training=training)
    shape = np.shape(forward.y) if _is_array(forward.y) else (1,)
    g = cotangent(shape, generator)
    run = forward
    if forward.error is None and _is_array(forward.y):
        run = exam.bench.run(x, g, stream=exam.stream, training=training)
    return Scene(
        bench=exam.bench,
        x=x,
        g=g,
        run=run,
        precision=exam.precision,
        training=training,
        stream=exam.stream,
        differentiable=exam.domain.kind != "indices",
        random=exam.random,
        seed=exam.seed,
    )


def _is_array(y: Any) -> bool:
    return isinstance(y, np.ndarray) and y.dtype.kind in "biuf"


def _kinks(scene: Scene) -> int:
    """How many measured entries lie on a kink, or are not finite."""
    return sum(
        int(scene.jacobian(name).kinked.sum())
        + int((~np.isfinite(scene.jacobian(name).matrix)).any())
        + int(_is_array(scene.student(name)) and np.isinf(scene.student(name)).any())
        for name in scene.names
    )


def _dead(scene: Scene) -> int:
    """How many gradients vanish."""
    return sum(
        bool(np.abs(scene.true(name)).max(initial=0.0) <= scene.noise) for name in scene.names
    )


def check_finite(exam: Exam, scene: Scene) -> None:
    """NaN and inf first: each comparison with them fails, and would be given another name."""
    for name in scene.names:
        found = scene.student(name)
        if name in exam.blocked or not _is_array(found) or np.isfinite(found).all():
            continue
        if scene.fits(name) and not np.isnan(found).any():
            infinite = ~np.isfinite(scene.at(name))
            if not np.isfinite(scene.true(name)[infinite]).any():
                continue  # the true one is infinite there, too
        say_not_finite(exam, name, found)


def say_not_finite(exam: Exam, name: str, found: Array) -> None:
    """A gradient that holds NaN or inf for ordinary numbers."""
    exam.wrong(
        "gradients",
        "not-finite",
        name,
        f"{what(name)} holds {'NaN' if np.isnan(found).any() else 'inf'} for ordinary inputs.",
        f"{int((~np.isfinite(found)).sum())} of {found.size} entries are not finite.",
    )
    exam.blocked.add(name)


def check_linearity(exam: Exam, scene: Scene) -> None:
    """b(0) = 0, b(2g) = 2 b(g), b(-g) = -b(g), exactly; also for a large and a small g."""
    probe = NotAProduct()
    for name in scene.names:
        if name in exam.blocked:
            continue
        match = probe.explain(scene, name) if scene.is_right(name) else None
        if match is not None:
            exam.wrong(
                "linear in g",
                match.code,
                name,
                f"{what(name)} {match.sentence}",
                f"relative difference {number(match.residual)}.",
            )
            exam.blocked.add(name)
    if not exam.has("not-linear-in-upstream", "upstream-added", "upstream-ignored"):
        exam.right("linear in g", "backward(2g) is twice backward(g), backward(0) is 0.")


def check_gradients(exam: Exam, scene: Scene) -> None:
    """Every gradient against its reference; what is wrong goes to the catalogue."""
    right = [name for name in scene.names if scene.is_right(name)]
    wrong = [name for name in scene.names if name not in right and name not in exam.blocked]
    if not wrong and right:
        worst = max(scene.error(name) for name in right)
        exam.right(
            "gradients",
            f"{listed(right)}: equal to central differences (to {number(min(worst, 1.0))}).",
        )
        return
    for name in wrong:
        found = diagnose(scene, name)
        if found is None:
            _unknown(exam, scene, name, right)
            continue
        exam.wrong(
            "gradients",
            found.code,
            name,
            f"{what(name)} {found.sentence}{why_unseen(exam, scene, name)}{_others(right)}",
            f"relative residual of this explanation {number(found.residual)}; of the gradient as "
            f"it stands {_error(scene, name)}.",
        )


def _error(scene: Scene, name: str) -> str:
    error = scene.error(name)
    shapes = f"shape {np.shape(scene.student(name))} for {scene.value(name).shape}"
    return number(error) if np.isfinite(error) else shapes


def _others(right: list[str]) -> str:
    return f" (Right: {listed(right)}.)" if right else ""


def listed(names: list[str]) -> str:
    """`input`, `W` and `b`, quoted."""
    quoted = [f"`{name}`" for name in names]
    return (
        quoted[0]
        if len(quoted) == 1
        else ", ".join(quoted[:-1]) + " and " + quoted[-1]
        if quoted
        else "nothing"
    )


def _unknown(exam: Exam, scene: Scene, name: str, right: list[str]) -> None:
    """Say honestly what is wrong, how far, and where most."""
    value = scene.value(name)
    if not scene.fits(name):
        shape = np.shape(scene.student(name))
        exam.wrong(
            "gradients",
            "wrong-shape",
            name,
            f"{what(name)} has shape {shape}, expected {value.shape}, that of "
            f"{'x' if name == 'input' else 'the parameter'}.",
            "no sum, transpose or reshape of it gives the true gradient.",
        )
        return
    found, true = scene.at(name), scene.true(name)
    number_ = int(np.argmax(np.abs(found - true)))
    where = np.unravel_index(int(scene.jacobian(name).columns[number_]), value.shape)
    spot = f"{'dx' if name == 'input' else name}[{', '.join(str(int(i)) for i in where)}]"
    others = f"right for {listed(right)}, " if right else ""
    zero = "" if np.any(found) else _zero(scene, name)
    exam.wrong(
        "gradients",
        "unknown",
        name,
        f"{what(name)} is wrong, cause unknown: {others}wrong for `{name}`, worst at {spot}.{zero}",
        f"at {spot} the true value is {true[number_]:.6g}, yours {found[number_]:.6g}; relative "
        f"difference {number(scene.error(name))}.",
    )


def _zero(scene: Scene, name: str) -> str:
    """What may be said of a gradient that is zero everywhere."""
    reason = ZERO_FOR_ONES if sums_to_a_constant(scene, name) else "; the true one is not."
    return f" Yours is zero everywhere{reason}"
