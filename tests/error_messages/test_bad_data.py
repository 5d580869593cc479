"""Bad input, line by line: one clear error, and not a bit of the training has changed.

Each row of the tables has what is done, the error's type, and what its message must hold: the
argument, what was expected, what came, and the fix.
"""

import copy
import pickle

import numpy as np
import pytest
import small_trainer

import minnet as mn

X = np.random.default_rng(0).normal(size=(12, 4))
Y = np.arange(12) % 3
BINARY = np.arange(12) % 2
OPTIONS = {"epochs": 1, "batch_size": 4, "progress": False}


def several():
    """Three classes, one step of Adam behind it, so that there is a state to spoil."""
    layers = [mn.Linear(4, 5), mn.Tanh(), mn.Linear(5, 3), mn.Softmax()]
    trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.Adam(0.01), seed=0)
    trainer.step(X, Y)
    return trainer


def binary():
    """The same for one yes-or-no output."""
    layers = [mn.Linear(4, 5), mn.Tanh(), mn.Linear(5, 1), mn.Sigmoid()]
    trainer = mn.Trainer(layers, mn.BinaryCrossEntropy(), mn.Adam(0.01), seed=0)
    trainer.step(X, BINARY)
    return trainer


def state(trainer):
    """All that training changes, as bytes."""
    optimizer = trainer.optimizer
    return pickle.dumps(
        (
            trainer.network.flat_values,
            {name: p.value for name, p in trainer.network.parameters().items()},
            optimizer.state,
            optimizer.steps,
            trainer.epochs,
            list(trainer.history),
            trainer.order.bit_generator.state,
            trainer.network.random.bit_generator.state,
        )
    )


def put(array, position, value):
    """A copy with one entry exchanged."""
    changed = np.array(array, float)
    changed[position] = value
    return changed


def put_object(array, position, value):
    """The same as a column of mixed types has it."""
    changed = np.array(array, object)
    changed[position] = value
    return changed


class Sparse:
    """As a sparse matrix of SciPy: an object of its own to NumPy."""

    def toarray(self):
        return X


class NeedsGradient:
    """As a tensor of PyTorch with requires_grad=True."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def detach(self):
        return self


class NoRepr:
    def __repr__(self):
        raise RuntimeError("broken repr")


def assert_message(error, parts):
    for part in parts:
        assert part in str(error), f"{part!r} is missing in: {error}"


LABELS = ("y: expected class labels, whole numbers from 0 to 2", "3 outputs", "Number the classes")
NUMBERS = ("expected an array of numbers", "Convert it first: np.asarray(")

# (what is wrong, the trainer, x, y, error, parts of the message)
DATA = [
    ("too few features", several, X[:, :3], Y, ValueError,
     ("layers[0] Linear(4 -> 5): expected input of shape (m, 4), got (12, 3)", "Linear(3, 5)")),
    ("too many features", binary, np.hstack([X, X]), BINARY, ValueError,
     ("layers[0] Linear(4 -> 5): expected input of shape (m, 4), got (12, 8)", "Linear(8, 5)")),
    ("y shorter", several, X, Y[:5], ValueError,
     ("x and y: expected the same number of rows, got 12 and 5", "its own entry in y")),
    ("x shorter", binary, X[:7], BINARY, ValueError,
     ("x and y: expected the same number of rows, got 7 and 12", "its own entry in y")),
    ("no rows", several, X[:0], Y[:0], ValueError, ("fit: x: expected data, got an", "(0, 4)")),
    ("no columns", several, X[:, :0], Y, ValueError, ("x: expected data, got an", "(12, 0)")),
    ("no targets", several, X, Y[:0], ValueError, ("y: expected", "got", "(0,)")),
    ("NaN in x", several, put(X, (7, 2), np.nan), Y, ValueError,
     ("fit: x: expected finite numbers, got x[7, 2] = nan", "Remove the row or fill the gap")),
    ("inf in x", binary, put(X, (0, 3), -np.inf), BINARY, ValueError,
     ("fit: x: expected finite numbers, got x[0, 3] = -inf", "Remove the row or fill the gap")),
    ("too large for float32", several, put(X, (7, 2), 1e39), Y, ValueError,
     ("x: expected numbers that fit into float32, got x[7, 2] = 1e+39", "Standardizer")),
    ("NaN in y", binary, X, put(BINARY, 3, np.nan), ValueError,
     ("y: expected finite numbers, got y[3] = nan", "Remove the row or fill the gap")),
    ("inf in labels", several, X, put(Y, 3, np.inf), ValueError,
     ("y: expected finite numbers, got y[3] = inf", "Remove the row or fill the gap")),
    ("NaN in one-hot rows", several, X, put(np.eye(3)[Y], (4, 1), np.nan), ValueError,
     ("y: expected finite numbers, got y[4, 1] = nan", "Remove the row or fill the gap")),
    ("labels from 1", several, X, Y + 1, ValueError, (*LABELS, "got y[2] = 3")),
    ("a negative label", several, X, put(Y, 5, -1), ValueError, (*LABELS, "got y[5] = -1")),
    ("a label and a half", several, X, put(Y, 4, 1.5), ValueError, (*LABELS, "got y[4] = 1.5")),
    ("targets above 1", binary, X, put(BINARY, 2, 1.5), ValueError,
     ("y: expected numbers from 0 to 1, got y[2] = 1.5", "Class labels here are 0 and 1")),
    ("targets -1 and 1", binary, X, 2 * BINARY - 1, ValueError,
     ("y: expected numbers from 0 to 1, got y[0] = -1", "(y + 1) / 2")),
    ("rows that do not sum to 1", several, X, put(np.eye(3)[Y], (4, 0), 0.5), ValueError,
     ("y: expected rows that sum to 1, got y[4] = ", "with sum 1.5", "Divide each row by its sum")),
    ("rows outside 0 and 1", several, X, np.tile([1.5, -0.5, 0], (12, 1)), ValueError,
     ("y: expected numbers from 0 to 1, got y[0, 0] = 1.5", "labels")),
    ("rows of four classes", several, X, np.eye(4)[Y], ValueError,
     ("y: expected the shape of the prediction, (12, 3), got (12, 4)", "Nothing is broadcast")),
    ("two columns for one output", binary, X, np.eye(2)[BINARY], ValueError,
     ("y: expected the shape of the prediction, (12, 1), got (12, 2)", "Nothing is broadcast")),
    ("one class only", several, X, np.full(12, 2), ValueError,
     ("fit: y: expected labels of at least two classes, got 2 in all 12 rows", "stratify=True")),
    ("a 1-D x", several, X[:, 0], Y, ValueError,
     ("fit: x: expected an array of shape (m, features), got shape (12,)", "reshape(-1, 1)")),
    ("a number as x", several, 3.0, Y, ValueError, ("x: expected an array of", "got shape ()")),
    ("strings in x", several, X.astype(str), Y, TypeError, ("fit: x: ", *NUMBERS, "<U")),
    ("a word among objects in x", several, put_object(X, (3, 1), "male"), Y, TypeError,
     ("fit: x: expected an array of numbers, got 'male' (str) in column 1, row 3", "Leave that")),
    ("a date among objects in x", several, put_object(X, (2, 3), np.datetime64("2024-01-01")), Y,
     TypeError, ("fit: x: expected an array of numbers", "in column 3, row 2", "days since")),
    ("a missing value among objects in x", several, put_object(X, (2, 3), None), Y, ValueError,
     ("fit: x: expected finite numbers, got x[2, 3] = nan", "fill the gap")),
    ("dates as x", several, np.full((12, 4), "2024-01-01", "M8[D]"), Y, TypeError,
     ("fit: x: expected an array of numbers", "datetime64", "in column 0, row 0", "days since")),
    ("complex x", several, X + 1j, Y, TypeError, ("fit: x: ", "array of numbers", "complex128")),
    ("None as x", several, None, Y, TypeError,
     ("fit: x: expected an array of numbers, got None", "lack a return?")),
    ("a dict as x", several, {"a": [1.0], "b": [2.0]}, Y, TypeError,
     ("fit: x: expected an array of numbers, got dict", "np.column_stack(list(x.values()))")),
    ("a generator as x", several, iter([[1.0, 2.0]]), Y, TypeError,
     ("fit: x: expected an array of numbers", "Give list(x)")),
    ("a sparse x", several, Sparse(), Y, TypeError,
     ("fit: x: expected an array of numbers, got a sparse Sparse", "Give x.toarray()")),
    ("a tensor that needs a gradient as x", several, NeedsGradient(), Y, TypeError,
     ("fit: x: expected an array of numbers, got NeedsGradient", "x.detach().cpu().float()")),
    ("an object whose repr fails as x", several, NoRepr(), Y, TypeError,
     ("fit: x: expected an array of numbers, got", "whose repr fails")),
    ("a huge whole number in x", several, [[10**400] * 4] * 12, Y, ValueError,
     ("fit: x: expected numbers that fit into float64", "more than 300 digits")),
    ("a ragged x", several, [[1.0, 2.0], [3.0]], [0, 1], TypeError, ("x: expected an array",)),
    ("a masked x", several, np.ma.masked_greater(X, 1), Y, TypeError,
     ("x: expected an array without a mask, got a masked array", ".filled(0)")),
    ("masked rows in a list as x", several, [np.ma.masked_greater(row, 1) for row in X], Y,
     TypeError, ("x: expected an array without a mask, got a masked array", "np.ma.array(x)")),
    ("strings in y", several, X, ["a", "b", "c"] * 4, TypeError,
     ("y: expected an array of numbers, got text, 'a'", "names, y = np.unique(y, return_inverse")),
    ("strings in a column y", several, X, [["a"], ["b"], ["c"]] * 4, TypeError,
     ("y: expected an array of numbers, got text, 'a'", "y = np.unique(np.ravel(y), return_inv")),
    ("labels as a column", several, X, Y[:, None], ValueError,
     ("y: expected the shape of the prediction, (12, 3), got (12, 1)", "write y.ravel()")),
    ("one-hot rows of two classes of three", several, X, np.eye(2)[BINARY], ValueError,
     ("(12, 3), got (12, 2)", "one_hot(labels, classes=3)")),
    ("None as y", several, X, None, TypeError, ("y: expected an array of numbers, got None",)),
    ("a tensor that needs a gradient as y", several, X, NeedsGradient(), TypeError,
     ("y: expected an array of numbers, got NeedsGradient", "y.detach().cpu().float().numpy()")),
    ("a sparse y", several, X, Sparse(), TypeError, ("y: expected an array", "y.toarray()")),
    ("a number as y", binary, X, 1, ValueError, ("y: expected one target for each sample", "()")),
]  # fmt: skip


def rows_of(table):
    return pytest.mark.parametrize("row", table, ids=[row[0] for row in table])


# A batch may be of one class; for a prediction only x counts.
OF_A_BATCH = [row for row in DATA if row[0] != "one class only"]
OF_X = [row for row in DATA if "x: " in row[-1][0] or "features" in row[0]]


def test_the_tables_are_not_empty():
    assert len(OF_A_BATCH) == len(DATA) - 1
    assert len(OF_X) == 25


@rows_of(DATA)
@pytest.mark.parametrize("where", ["training", "validation"])
def test_data_of_fit(row, where):
    _, make, x, y, error, parts = row
    trainer = make()
    before = state(trainer)
    good = (X, Y if make is several else BINARY)
    if where == "training":
        with pytest.raises(error) as info:
            trainer.fit(x, y, **OPTIONS)
        assert_message(info.value, parts)
    elif row in OF_A_BATCH:  # held-out data may be of one class
        with pytest.raises(error):
            trainer.fit(*good, validation_data=(x, y), **OPTIONS)
    assert state(trainer) == before
    trainer.fit(*good, **OPTIONS)  # and nothing is broken


@rows_of(OF_A_BATCH)
@pytest.mark.parametrize("verb", ["step", "evaluate"])
def test_data_of_step_and_evaluate(row, verb):
    _, make, x, y, error, parts = row
    trainer = make()
    before = state(trainer)
    with pytest.raises(error) as info:
        getattr(trainer, verb)(x, y)
    assert_message(info.value, [part.replace("fit: ", f"{verb}: ") for part in parts])
    assert state(trainer) == before


@rows_of(OF_X)
@pytest.mark.parametrize("verb", ["predict", "predict_classes"])
def test_data_of_predict(row, verb):
    _, make, x, _, error, parts = row
    with pytest.raises(error) as info:
        getattr(make(), verb)(x)
    assert_message(info.value, [part.replace("fit: ", "predict: ") for part in parts])


def test_one_class_only_is_refused_under_squared_error_too():
    trainer = mn.Trainer([mn.Linear(4, 3), mn.Softmax()], mn.MeanSquaredError(), mn.SGD(), seed=0)
    before = state(trainer)
    with pytest.raises(ValueError, match=r"y: expected labels of at least two classes, got 0"):
        trainer.fit(X, np.zeros(12, int), **OPTIONS)
    assert state(trainer) == before


def test_validation_data_are_named():
    """The bad entry stands in the validation data, and the message says so."""
    for bad in ((put(X, (1, 1), np.nan), Y), (X, Y + 1), (X, Y[:5]), (X, Y.astype(str))):
        with pytest.raises((ValueError, TypeError), match="validation"):
            several().fit(X, Y, validation_data=bad, **OPTIONS)


@pytest.mark.parametrize("where", ["training", "validation"])
@pytest.mark.parametrize(
    ("column", "values"),
    [(2, 1.7e9 + np.arange(12.0)), (0, 1e-50 * np.arange(12)), (3, 2**40 + np.arange(12))],
)
def test_a_column_that_float32_makes_constant_is_refused(column, values, where):
    trainer, x = several(), X.copy()
    before = state(trainer)
    x[:, column] = values
    data = (x, Y) if where == "training" else (X, Y)
    more = {} if where == "training" else {"validation_data": (x, Y)}
    with pytest.raises(ValueError, match="fit: ") as info:
        trainer.fit(*data, **OPTIONS, **more)
    got = f"differ in float32, too, got column {column}, where only 1"
    assert_message(info.value, (where.replace("training", "fit"), got, "Standardizer"))
    assert state(trainer) == before
    wide = mn.Network(copy.deepcopy(trainer.network.layers), dtype="float64")
    mn.Trainer(wide, mn.CategoricalCrossEntropy(), mn.SGD(0.1)).fit(x, Y, **OPTIONS)
    x = mn.data.Standardizer().fit_transform(x)  # and the advice works
    trainer.fit(x, Y, **OPTIONS, validation_data=(x, Y))


def test_targets_of_a_regression_that_float32_makes_equal_are_refused():
    trainer = mn.Trainer([mn.Linear(4, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    before = state(trainer)
    with pytest.raises(ValueError, match=r"fit: y: expected numbers that differ in float32"):
        trainer.fit(X, 1.7e9 + np.arange(12), **OPTIONS)
    assert state(trainer) == before


@pytest.mark.parametrize("y", [Y, np.eye(3)[Y], np.full((12, 3), 1 / 3)])
def test_columns_that_differ_only_by_rounding_count_as_constant(y):
    x = X.copy()
    x[:, 1] = 0.1 + 0.2 + np.arange(12) % 2 * 2**-54
    several().fit(x, y, **OPTIONS)


WHOLE = "expected a whole number >= 1, got"

# (argument, value, error, parts)
ARGUMENTS = [
    (name, value, error, (f"fit: {name}: {WHOLE} {value!r}",))
    for name in ("epochs", "batch_size", "until")
    for value, error in (
        (0, ValueError),
        (-3, ValueError),
        (1.5, ValueError),
        (np.nan, ValueError),
        (np.inf, ValueError),
        ("3", TypeError),
        (True, TypeError),
        ([3], TypeError),
    )
] + [
    ("shuffle", 1, TypeError, ("fit: shuffle: expected True or False, got 1",)),
    ("progress", "no", TypeError, ("fit: progress: expected True or False, got 'no'",)),
    (
        "validation_data",
        5,
        TypeError,
        ("fit: validation_data: expected a pair (x, y) or (x, y, weights), got 5",),
    ),
    ("validation_data", (X,), TypeError, ("fit: validation_data: expected a pair (x, y)",)),
    ("callbacks", [3], TypeError, ("fit: callbacks: expected objects of subclasses", "got 3")),
]


@pytest.mark.parametrize(("name", "value", "error", "parts"), ARGUMENTS)
def test_arguments_of_fit(name, value, error, parts):
    trainer = several()
    before = state(trainer)
    options = {**OPTIONS, name: value}
    if name == "until":
        del options["epochs"]
    with pytest.raises(error) as info:
        trainer.fit(X, Y, **options)
    assert_message(info.value, parts)
    assert state(trainer) == before


@pytest.mark.parametrize("y", [np.linspace(0, 1, 20), np.random.default_rng(0).normal(size=20)])
def test_a_metric_that_cannot_judge_the_targets_says_so_before_training(y):
    t = small_trainer.trainer_of(mn.Linear(4, 1), loss=mn.MeanSquaredError(), metrics=["accuracy"])
    before = t.network.flat_values.copy()
    with pytest.raises(ValueError, match="metrics: target"):
        t.fit(small_trainer.X, y, 2, progress=False)
    np.testing.assert_array_equal(t.network.flat_values, before)


def test_names_of_classes_get_a_fix():
    names = np.array(["a", "b", "c"])[small_trainer.Y]
    for y in (names, names.astype(object), names.tolist()):
        with pytest.raises(TypeError, match="return_inverse=True"):
            small_trainer.trainer_of().fit(small_trainer.X, y, 1, progress=False)


def test_ignored_labels_are_no_second_class():
    t = small_trainer.trainer_of(loss=mn.CategoricalCrossEntropy(ignore_label=-1))
    with pytest.raises(ValueError, match="at least two classes"):
        t.fit(small_trainer.X, np.where(small_trainer.Y == 0, -1, 1), 1, progress=False)
