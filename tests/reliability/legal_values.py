"""Which of the odd values an argument may take: what is taken and not listed is a silent fault.

The kind of an argument is read from its type hint; exceptions go by its name.
"""

from __future__ import annotations

from public_calls import Call, mn

NUMBERS = {"0", "1", "2.5", "10**30", "5e-324", "Fraction(1, 3)", "np.array(3)"}
WHOLE = {"0", "1", "10**30", "np.array(3)"}
TEXTS = {"'abc'", "''", "a NUL in text", "a lone surrogate", "a text of 100,000 letters"}
NAN = {"NaN", "inf", "np.float32(nan)", "np.array(nan)", "[nan]", "NaN in it", "inf in it"}
EMPTY = {"[]", "()", "range(0)", "np.array([])", "np.zeros((0, 3))", "without rows"}
# What a layer called by hand computes with: any numbers, NaN too, and missing ones as NaN.
ARRAYS = (
    NUMBERS
    | NAN
    | EMPTY
    | {"True", "-1", "[10**30]", "np.ones((2, 3, 4, 5))", "np.matrix([[1, 2]])"}
    | {"a None in it", "memoryview", "[None]", "Decimal('NaN')"}
)

# Numbers that may be negative, and whole numbers that stand for memory.
NEGATIVE = {
    "low",
    "high",
    "mean",
    "value",
    "axis",
    "ignore_label",
    "first",
    "milliseconds",
    "threshold",
}
SIZES = {
    *("in_features", "out_features", "in_channels", "out_channels", "kernel_size", "stride"),
    *("padding", "dilation", "features", "n", "classes", "shape", "points"),
}
# Taken as text whatever it is: a number as a title is shown as it is.
LABELS = {"title", "quantity", "horizontal", "description"}
# Iterables of things: none at all, of whatever kind, is as good as the default.
SEVERAL = {"metrics", "callbacks", "penalty", "names", "layers", "runs", "measure_at"}
NOTHING = EMPTY | {"''", "b''", "{}", "set()"}
NAMES = {"class_names", "feature_names", "names", "labels"}
CALLABLES = {"int", "a class", "a function", "an object that raises"}
BY_HAND = {"forward", "backward", "as_probabilities", "__call__"}


def is_legal(call: Call, argument: str, value: str, rule: str) -> bool:
    """Whether this value may be taken for this argument."""
    parameter = call.parameters[argument]
    if value == repr(parameter.default) or (argument, value) in LEGAL:
        return True
    if call.name.startswith("Trainer.") and (argument, value) in ILLEGAL:
        return False
    if rule == "any":
        return True
    if argument == "_generator":  # zeros and ones need none
        return True
    if call.name.startswith(("initializers.", "Parameter")) and argument == "shape":
        return value in NOTHING | WHOLE - {"10**30"} | {"memoryview"}
    method = call.name.rpartition(".")[2]
    if (call.name, argument, value) in LEGAL_CALLS:
        return True
    if call.name in ("check_layer", "check_loss", "Parameter.grad=") and value in ARRAYS:
        return True  # the gradient check reports what it finds
    if call.name == "check_optimizer" and argument in ("optimizer_or_factory", "like"):
        return True  # the same: a report says that this is no optimizer
    if (call.name, argument, rule) == ("Parameter", "value", "legal") and value in ARRAYS - NAN:
        return True
    if method in BY_HAND and not _is_loss(call):
        return value in ARRAYS
    return rule == "legal" and value in _by_kind(argument, str(parameter.annotation))


def _is_loss(call: Call) -> bool:
    kind = getattr(mn, call.name.partition(".")[0], None)
    return isinstance(kind, type) and issubclass(kind, mn.Loss) and "as_prob" not in call.name


def _by_kind(argument: str, hint: str) -> set[str]:
    """The legal values of a kind of argument."""
    legal: set[str] = set()
    if "Array" in hint:
        legal |= {"memoryview"}
    if argument in LABELS:
        legal |= TEXTS | NUMBERS | NAN | {"None", "-1", "True"}
    if "bool" in hint:
        legal |= {"True"}
    if "float" in hint:
        legal |= NUMBERS
    if "int" in hint:
        legal |= WHOLE
    if "str" in hint:
        legal |= TEXTS
    if "None" in hint:
        legal |= {"None"}
    if any(word in hint for word in ("Initializer", "Callable", "Rate", "Metric", "Function")):
        legal |= CALLABLES
    if argument in NEGATIVE:
        legal |= {"-1"}
    if argument in SIZES:
        legal -= {"10**30"}
    if argument in NAMES:
        legal |= {"['a', 'b']", "[1, 'a']", "np.array(['a', 'b'])", "memoryview"}
    if argument in SEVERAL:
        legal |= NOTHING
    elif "Sequence" in hint:
        legal |= {"[]", "()", "range(0)"}
    return legal


# Exceptions, by argument and value.
LEGAL = {
    ("row", "{}"),
    ("row", "{'a': 1}"),
    ("row", "as pairs"),
    ("dtype", "as bytes"),
    ("shape", "[]"),
    ("shape", "()"),
    ("shape", "-1"),
    ("settings", "{}"),
    ("layer_or_factory", "a class"),
    ("layer_or_factory", "a function"),
    ("layer_or_factory", "an object that raises"),
    ("loss_or_factory", "a class"),
    ("loss_or_factory", "a function"),
    ("loss_or_factory", "an object that raises"),
    ("parameters", "{}"),
    ("x_or_shape", "np.ones((2, 3, 4, 5))"),
    ("x_or_shape", "memoryview"),
    ("weight", "np.ones((2, 3, 4, 5))"),
    ("counts", "{'a': 1}"),
    ("values", "{'a': 1}"),
    ("epochs", "memoryview"),
}
# By the function, too.
LEGAL_CALLS = {
    ("CategoricalCrossEntropy", "class_weight", "memoryview"),  # three whole numbers
    ("Trainer.fit", "validation_data", "with None"),  # no weights
    ("data.train_test_split", "x", "np.ones((2, 3, 4, 5))"),  # alone
    ("metrics.predicted_classes", "prediction", "[10**30]"),  # a score
    ("plot.steps_to_reach", "curves", "[10**30]"),
}
# What a Trainer's float32 cannot hold.
ILLEGAL = {
    ("sample_weight", "5e-324 in it"),
    ("sample_weight", "1e300 in it"),
    ("x", "1e300 in it"),
}
