"""The mistakes that have a name, causes before their consequences, each with a reason and a source.

The reason is one sentence that can be read in class. The order of the table is the order of the
findings in a report, and of the trials.
"""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """Why it keeps a network from learning; where that is written; can it be a mistake at all?"""

    reason: str
    source: str
    always_remark: bool = False


_GLOROT = "Glorot and Bengio (2010)"
_DEEP = "Goodfellow, Bengio, Courville, *Deep Learning*, section "
_RECIPE = "Karpathy, 'A recipe for training neural networks' (2019)"
_LECUN = "LeCun, Bottou, Orr, Müller, 'Efficient BackProp' (1998), section "
_CHAPTER = "Nielsen, *Neural Networks and Deep Learning*, chapter "
_BISHOP = "Bishop, *Pattern Recognition and Machine Learning*, section "

CODES = {
    "fit-refuses": Code("`fit` refuses these parts or data.", "the documentation of Trainer.fit"),
    "labels-wrong-shape": Code("Each row of x needs one target, for each output.", _RECIPE),
    "labels-not-whole": Code("A class label is a whole number.", _BISHOP + "4.3.4"),
    "labels-not-from-zero": Code("Class k is output k, counted from 0.", _BISHOP + "4.3.4"),
    "outputs-do-not-match-classes": Code("Each class has one output.", _BISHOP + "4.3.4"),
    "not-flattened": Code(
        "A Linear works on the last axis alone: an image needs a Flatten before it.", _DEEP + "9.3"
    ),
    "softmax-over-one-unit": Code(
        "A softmax divides by the sum: over one unit it is always 1.", _BISHOP + "4.3.4"
    ),
    "missing-output-activation": Code(
        "Cross-entropy takes probabilities, which a linear output does not give.", _DEEP + "6.2.2"
    ),
    "wrong-output-activation": Code(
        "The last activation decides which answers can be given.", _DEEP + "6.2.2"
    ),
    "softmax-twice": Code(
        "A softmax of probabilities is nearly uniform: its gradient is small.", _DEEP + "6.2.2"
    ),
    "inputs-merged": Code(
        "Rows that differ in float64 are equal in float32.", "IEEE 754: float32 has 24 bits"
    ),
    "inputs-constant": Code("What is the same in all rows cannot tell them apart.", _LECUN + "4.3"),
    "wrong-backward": Code(
        "Gradient descent along a wrong gradient does not descend.", _CHAPTER + "2"
    ),
    "inputs-not-scaled": Code(
        "A weight's gradient is proportional to its input: one rate cannot fit all of them.",
        _LECUN + "4.3",
    ),
    "targets-outside-output": Code(
        "No weights give a target that the last activation cannot reach.", _DEEP + "6.2.2"
    ),
    "relu-output": Code("A ReLU cannot give a number below 0.", _DEEP + "6.2.2"),
    "targets-not-scaled": Code(
        "Weights of about 1 give outputs of about 1: large targets take many steps.", _LECUN + "4.5"
    ),
    "conflicting-labels": Code("The same x cannot have two answers.", _DEEP + "5.2"),
    "sorted-not-shuffled": Code(
        "Batches of one class each unlearn what the batch before has taught.", _LECUN + "4.2"
    ),
    "validation-scaled-otherwise": Code(
        "Validation rows need the scaling of the training rows.", _RECIPE
    ),
    "validation-is-training": Code(
        "Rows that were trained on do not show what the network does with others.", _DEEP + "5.3", True
    ),
    "loss-does-not-fit-task": Code(
        "Squared error has no log to cancel the exponential of a sigmoid: saturated units hardly "
        "learn, and its rate must be several times larger.",
        _CHAPTER + "3",
        True,
    ),
    "no-activation-between": Code("Two linear layers in a row are one.", _DEEP + "6.1"),
    "redundant-activation": Code(
        "An activation of an activation flattens the signal once more.", _GLOROT, True
    ),
    "dropout-behind-output": Code(
        "Dropout of the outputs falsifies the answers themselves.", "Srivastava et al. (2014)"
    ),
    "dropout-too-high": Code(
        "The few units that are left carry too little of the signal.",
        "Srivastava et al. (2014), figure 9",
    ),
    "dropout-before-batch-norm": Code(
        "The variance that batch normalization keeps for evaluation is that of dropped values.",
        "Li et al., 'Disharmony between dropout and batch normalization' (2019)",
        True,
    ),
    "weights-all-equal": Code(
        "Units that start equal get equal gradients, and stay equal.", _DEEP + "8.4"
    ),
    "weights-too-large": Code("Large weights saturate the units behind them.", _GLOROT),
    "weights-too-small": Code(
        "Small weights let signal and gradient die out from layer to layer.", _GLOROT
    ),
    "units-dead": Code(
        "A ReLU that is 0 for all rows gets no gradient.", "Maas, Hannun, Ng (2013)"
    ),
    "gradient-vanishes": Code(
        "Each layer multiplies the gradient by a factor below 1.", _CHAPTER + "5"
    ),
    "gradient-explodes": Code(
        "Each layer multiplies the gradient by a factor above 1.", "Pascanu, Mikolov, Bengio (2013)"
    ),
    "over-regularized": Code(
        "The penalty pulls the weights to 0 more strongly than the data pull.", _DEEP + "7.1"
    ),
    "learning-rate-too-high": Code("Each step goes far beyond the minimum.", _DEEP + "11.4.1"),
    "loss-oscillates": Code("The loss jumps to and fro instead of falling.", _DEEP + "8.1.3", True),
    "learning-rate-too-low": Code("The steps are too short to arrive.", _DEEP + "11.4.1"),
    "too-few-steps": Code("The loss was still falling when the training ended.", _DEEP + "8.1.3"),
    "labels-look-random": Code(
        "Labels that have nothing to do with x can be learned by heart only.",
        "Zhang et al., 'Understanding deep learning requires rethinking generalization' (2017)",
    ),
    "classes-unbalanced": Code(
        "A class of few rows hardly counts in the mean.", "He and Garcia (2009)", True
    ),
    "too-few-rows": Code("A few rows are learned by heart.", _DEEP + "5.3", True),
    "cannot-fit-one-batch": Code(
        "A network that cannot learn even a few rows by heart has a fault of its own.", _RECIPE
    ),
}

RANK = {code: rank for rank, code in enumerate(CODES)}

SYMPTOMS = ("cannot-fit-one-batch", "loss-oscillates")
"""What follows from another finding, if there is one: listed last."""
