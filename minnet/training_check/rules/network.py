"""Rules about the layers, found by what they do to numbers, not by their names."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator

import numpy as np

from minnet.nn.activations import Softmax, Tanh
from minnet.nn.layer import Layer
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.layer_facts import LayerFacts
from minnet.training_check.trial import Change, Copy
from minnet.utils.checks import is_built_in


def leaf(trial: Copy, facts: LayerFacts, e: Examination) -> tuple[list[Layer], int]:
    """The list in a trial's network, and the place in it, of a layer of the examined one."""
    layers: list[Layer] = trial.trainer.network.layers
    path = [int(part.partition("]")[0]) for part in facts.place.split("[")[1:]]
    for index in path[:-1]:
        layers = layers[index].layers  # type: ignore[attr-defined]
    return layers, path[-1]


def removing(facts: LayerFacts, e: Examination) -> Change:
    """A change that takes the layer out."""

    def change(trial: Copy) -> None:
        layers, index = leaf(trial, facts, e)
        del layers[index]

    return change


def not_flattened(e: Examination) -> Iterator[Suspect]:
    """A Linear works on the last axis alone: an image needs a Flatten before it."""
    y, error = e.given_y, e.walked[1]
    per_row = y.ndim == 1 or (y.ndim == 2 and len(y) == len(e.given_x))
    if not (e.layers and per_row):
        return
    for facts in e.layers:
        matrix = facts.matrix
        if facts.x.ndim <= 2 or matrix is None or not (error or e.output.ndim > 2):
            continue
        size = int(np.prod(facts.x.shape[1:]))
        takes_last_axis = len(matrix) in (facts.x.shape[-1], size)
        if takes_last_axis and facts.x.ndim - facts.y.ndim <= (3 if error else 0):
            message = (
                f"{facts.name} gets {facts.x.shape} and answers for each of "
                f"{size // facts.x.shape[-1]} places of a row; a row of y has one target."
            )
            step = f"mn.Flatten(), mn.Linear({size}, {matrix.shape[1]})"
            yield Suspect("not-flattened", facts.place, message, step, certain=e.target is None)
            return


def output(e: Examination) -> Iterator[Suspect]:
    """The last activation decides which answers can be given."""
    last = e.last
    if last is None:
        return
    units = last.y.shape[-1]
    ending = "mn.Softmax()" if e.trainer.loss.canonical is Softmax else "mn.Sigmoid()"
    if last.constant and not last.weights:
        if units == 1 and np.allclose(last.y, 1):
            code, step = "softmax-over-one-unit", "mn.Sigmoid() in its place"
        else:
            code, step = "wrong-output-activation", f"leave out {last.name}"
        message = f"{last.name} gives {last.y.ravel()[0]:.4g} whatever it gets."
        yield Suspect(code, last.place, message, step, certain=True)
        return
    if not e.wants_classes or not isinstance(e.refusal, (ValueError, TypeError)):
        return
    try:
        e.trainer.loss.check_last_layer(e.trainer.network.output_layer)
        e.trainer.loss.check_prediction(last.y)
    except (ValueError, TypeError, FloatingPointError) as error:
        missing = not last.activation and not last.dropped
        code = "missing-output-activation" if missing else "wrong-output-activation"
        if last.dropped:
            return
        step = f"{ending} behind it" if missing else f"{ending} in its place"
        yield Suspect(code, last.place, _short(error), step, certain=True)


def softmax_twice(e: Examination) -> Iterator[Suspect]:
    """A softmax of probabilities is nearly uniform."""
    for first, second in itertools.pairwise(e.layers):
        if first.probabilities and second.probabilities:
            k = first.y.shape[1]
            message = (
                f"{first.name} and {second.name} both make rows that sum to 1: the second gives no "
                f"class more than e / (e + {k - 1}) = {np.e / (np.e + k - 1):.2g}."
            )
            yield Suspect(
                "softmax-twice", second.place, message, f"leave out {first.name}",
                removing(first, e), "with one softmax", certain=e.refusal is not None, always=True,
            )  # fmt: skip
        elif (first.activation and second.activation) and not second.dropped and not first.dropped:
            name = f"{second.name} directly behind {first.name}"
            low, high = float(second.y.min()), float(second.y.max())
            message = f"{name}: the answers are between {low:.3g} and {high:.3g}."
            yield Suspect(
                "redundant-activation", second.place, message, f"leave out {first.name}",
                removing(first, e), "without it", always=True,
            )  # fmt: skip


def no_activation(e: Examination) -> Iterator[Suspect]:
    """Two linear layers in a row are one."""
    before: LayerFacts | None = None
    pairs: list[tuple[LayerFacts, LayerFacts]] = []
    for facts in e.layers:
        if facts.matrix is not None and facts.affine:
            if before is not None:
                pairs.append((before, facts))
            before = facts
        elif not facts.affine:
            before = None
    if not pairs:
        return
    names = " and ".join(f.name for f in pairs[0])
    message = f"{names} together are one linear function of what {pairs[0][0].place} gets."

    def activated(kind: type[Layer]) -> Change:
        def change(trial: Copy) -> None:
            for _, second in reversed(pairs):
                layers, index = leaf(trial, second, e)
                layers.insert(index, kind())

        return change

    step = f"mn.Tanh() between {pairs[0][0].place} and {pairs[0][1].place}"
    yield Suspect(
        "no-activation-between", pairs[0][1].place, message, step, activated(Tanh),
        "with mn.Tanh() in between", always=True,
    )  # fmt: skip


def dropout(e: Examination) -> Iterator[Suspect]:
    """Dropout of the outputs falsifies them; much dropout leaves nothing; a norm learns from it."""
    trained = [i for i, facts in enumerate(e.layers) if facts.matrix is not None]
    for i, facts in enumerate(e.layers):
        if facts.dropped < 0.05 or facts.mixes_rows:
            continue
        share = f"{facts.name} sets {facts.dropped:.0%} of its inputs to 0"
        step = f"leave out {facts.name}"
        without = removing(facts, e)
        if trained and i > trained[-1]:
            message = f"{share}, and these are the answers of the network."
            yield Suspect("dropout-behind-output", facts.place, message, step, without, "without it", always=True)
        elif facts.dropped > 0.75:
            step = "mn.Dropout(0.2)"
            yield Suspect("dropout-too-high", facts.place, f"{share}.", step, without, "without it", always=True)
        for later in e.layers[i + 1 :]:
            if later.mixes_rows:
                message = f"{share}, and {later.name} behind it averages over the rows of a batch."
                step = f"{facts.name} behind {later.name}"
                yield Suspect(
                    "dropout-before-batch-norm", facts.place, message, step, without, "without it", always=True
                )
            if later.matrix is not None or later.mixes_rows:
                break


def wrong_backward(e: Examination) -> Iterator[Suspect]:
    """Gradient descent along a wrong gradient does not descend."""
    from minnet.gradient_check import check_layer, check_loss

    kinds = set()
    for facts in e.layers:
        kind = type(facts.layer)
        if is_built_in(facts.layer) or not facts.y.size or kind in kinds or e.time_left < 0.4:
            continue
        kinds.add(kind)
        report = check_layer(copy.deepcopy(facts.layer), facts.x[:5].astype(float))
        wrong = [m for m in report.mistakes if m.where != "forward"]
        if wrong:
            message = f"mn.check_layer: {wrong[0].message}"
            step = f"print(mn.check_layer({type(facts.layer).__name__}(...), x[:5]))"
            yield Suspect("wrong-backward", facts.place, message, step, certain=True)
    loss = e.trainer.loss
    if not is_built_in(loss) and e.target is not None and e.output.ndim > 1:
        rows = min(5, len(e.output))
        report = check_loss(copy.deepcopy(loss), e.output[:rows].astype(float), e.target[:rows])
        if report.mistakes:
            message = f"mn.check_loss: {report.mistakes[0].message}"
            step = f"print(mn.check_loss({type(loss).__name__}))"
            yield Suspect("wrong-backward", "loss", message, step, certain=True)


def no_parameters(e: Examination) -> Iterator[Suspect]:
    """An optimizer changes Parameters, and nothing else."""
    if not e.trainer.network.flat_values.size:
        message = "the network has no Parameter that trains: no step changes anything."
        step = "self.weight = mn.Parameter(weight)"
        yield Suspect("cannot-fit-one-batch", "the network", message, step, certain=True)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())


RULES = (
    not_flattened, output, softmax_twice, no_activation, dropout, wrong_backward, no_parameters,
)  # fmt: skip
