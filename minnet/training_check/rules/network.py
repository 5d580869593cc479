"""Rules about the layers, found by what they do to numbers, not by their names."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from functools import partial

import numpy as np

from minnet.nn.activations import Softmax, Tanh
from minnet.training_check.examination import Examination, Suspect
from minnet.training_check.layer_facts import LayerFacts
from minnet.training_check.trial import ERRORS, Copy, leaves
from minnet.utils.checks import is_built_in


def _without(number: int, trial: Copy) -> None:
    """Take a layer out."""
    trial.replace_layer(number, [])


def not_flattened(e: Examination) -> Iterator[Suspect]:
    """A Linear works on the last axis alone: an image needs a Flatten before it."""
    y = e.all.y
    if y.ndim > 2 or len(y) != len(e.all.x) or (e.error is None and e.output.ndim <= 2):
        return
    for facts in e.layers:
        size = int(np.prod(facts.x.shape[1:]))
        if facts.x.ndim <= 2 or facts.matrix is None:
            continue
        if len(facts.matrix) in (facts.x.shape[-1], size):
            message = (
                f"{facts.name} gets {facts.x.shape} and works on the last axis alone; a row of y "
                f"has one target."
            )
            step = f"mn.Flatten(), mn.Linear({size}, {facts.matrix.shape[1]})"
            certain = e.target is None
            yield Suspect("not-flattened", facts.place, message, certain=certain, step=step)
            return


def output(e: Examination) -> Iterator[Suspect]:
    """The last activation decides which answers can be given."""
    last, ending = e.last, "mn.Softmax()" if e.loss.canonical is Softmax else "mn.Sigmoid()"
    if last is None or last.dropped or not np.isfinite(last.y).all():
        return
    if last.constant:
        one = last.y.shape[-1] == 1 and np.allclose(last.y, 1)
        code = "softmax-over-one-unit" if one else "wrong-output-activation"
        message = f"{last.name} gives {last.y.ravel()[0]:.4g}, whatever it gets."
        yield Suspect(code, last.place, message, certain=True)
    elif e.wants_classes and e.refusal is not None:
        try:
            e.loss.check_last_layer(e.trainer.network.output_layer)
            e.loss.check_prediction(last.y)
        except ERRORS as error:
            code = "wrong-output-activation" if last.activation else "missing-output-activation"
            step = f"{ending} " + ("in its place" if last.activation else "behind it")
            yield Suspect(code, last.place, str(error), certain=True, step=step)


def two_in_a_row(e: Examination) -> Iterator[Suspect]:
    """A softmax of probabilities is nearly uniform; an activation of an activation is flat."""
    for first, second in itertools.pairwise(e.layers):
        change = partial(_without, first.number)
        if first.probabilities and second.probabilities:
            k = first.y.shape[1]
            message = (
                f"{first.name} and {second.name} both make rows that sum to 1: the second gives no "
                f"class more than e / (e + {k - 1}) = {np.e / (np.e + k - 1):.2g}."
            )
            certain = e.refusal is not None
            yield Suspect("softmax-twice", second.place, message, change, certain)
        elif first.activation and second.activation and not (first.dropped or second.dropped):
            message = (
                f"{second.name} directly behind {first.name}: its answers are between "
                f"{second.y.min():.3g} and {second.y.max():.3g}."
            )
            yield Suspect("redundant-activation", second.place, message, change)


def no_activation(e: Examination) -> Iterator[Suspect]:
    """Two linear layers in a row are one."""
    pairs: list[tuple[LayerFacts, LayerFacts]] = []
    before: LayerFacts | None = None
    for facts in e.layers:
        if not facts.affine:
            before = None
        elif facts.matrix is not None:
            pairs += [] if before is None else [(before, facts)]
            before = facts

    def activated(trial: Copy) -> None:
        for _, second in reversed(pairs):
            _, network, index = list(leaves(trial.trainer.network))[second.number]
            network.layers.insert(index, Tanh())

    if pairs:
        names = " and ".join(facts.name for facts in pairs[0])
        message = f"{names} together are one linear function of what {pairs[0][0].place} gets."
        yield Suspect("no-activation-between", pairs[0][1].place, message, activated)


def dropout(e: Examination) -> Iterator[Suspect]:
    """Dropout of the outputs falsifies them; much dropout leaves nothing; a norm learns from it."""
    trained = [facts.number for facts in e.layers if facts.matrix is not None]
    for facts in e.layers:
        if not facts.dropped:
            continue
        message = f"{facts.name} sets {facts.dropped:.0%} of its inputs to 0"
        change = partial(_without, facts.number)
        if trained and facts.number > trained[-1]:
            message = f"{message}, and these are the answers of the network."
            yield Suspect("dropout-behind-output", facts.place, message, change)
        elif facts.dropped > 0.75:
            yield Suspect("dropout-too-high", facts.place, f"{message}.", change)
        for later in e.layers[facts.number + 1 :]:
            if later.mixes_rows:
                message = f"{message}; {later.name} behind it takes means over the rows."
                yield Suspect("dropout-before-batch-norm", facts.place, message, change)
            if later.weights:
                break


def wrong_backward(e: Examination) -> Iterator[Suspect]:
    """Gradient descent along a wrong gradient does not descend."""
    custom = {type(f.layer): f for f in e.layers if not is_built_in(f.layer) and f.y.size}
    if not custom and is_built_in(e.loss):
        return
    from minnet.gradient_check import check_layer, check_loss  # takes 0.2 s

    for facts in custom.values():
        report = check_layer(copy.deepcopy(facts.layer), facts.x[:5].astype(float))
        wrong = [mistake for mistake in report.mistakes if mistake.where != "forward"]
        if wrong:
            message = f"mn.check_layer: {wrong[0].message}"
            yield Suspect("wrong-backward", facts.place, message, certain=True)
    if not is_built_in(e.loss) and e.target is not None and e.output.ndim > 1:
        prediction = e.output[:5].astype(float)
        report = check_loss(copy.deepcopy(e.loss), prediction, e.target[:5])
        if report.mistakes:
            message = f"mn.check_loss: {report.mistakes[0].message}"
            step = "print(mn.check_loss(MyLoss))"
            yield Suspect("wrong-backward", "loss", message, certain=True, step=step)


def no_parameters(e: Examination) -> Iterator[Suspect]:
    """An optimizer changes Parameters, and nothing else."""
    if not e.trainer.network.flat_values.size:
        message = "the network has no Parameter that trains: no step changes anything."
        step = "self.weight = mn.Parameter(weight)"
        yield Suspect("cannot-fit-one-batch", "the network", message, certain=True, step=step)


RULES = (
    *(not_flattened, output, two_in_a_row, no_activation, dropout, wrong_backward),
    no_parameters,
)
