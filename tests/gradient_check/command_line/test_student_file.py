"""Reading a student's file: which classes it has, and how an object of each is made.

Everything runs in this process; the tests of the worker process are in test_main.py.
"""

import json
import sys
import textwrap

import pytest

import minnet as mn
from minnet.gradient_check.command_line import student_file

PRELUDE = """
import numpy as np
import minnet as mn
"""

LAYERS = """
class Helper:
    pass


class Base(mn.Layer):
    pass


class Double(Base):
    def forward(self, x):
        return 2.0 * x

    def backward(self, grad):
        return 2.0 * grad


class Triple(Double):
    def forward(self, x):
        return 3.0 * x


class Named(Double):
    pass


class Loose:
    def forward(self, x):
        return 4.0 * x

    def backward(self, grad):
        return 4.0 * grad


class OnlyForward:
    def forward(self, x):
        return x
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Loads a file with the given text."""
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.setattr("sys.modules", dict(sys.modules))
    monkeypatch.setattr("sys.dont_write_bytecode", True)  # two texts of one second are two files

    def load(text, name="homework.py"):
        path = tmp_path / name
        path.write_text(PRELUDE + textwrap.dedent(text), encoding="utf-8")
        return student_file.StudentFile(path)

    return load


def examined(loaded, name, seed=0):
    return loaded.examine(name, seed)


def codes(report):
    return [mistake.code for mistake in report.mistakes]


def test_classes_with_their_own_forward_or_backward_are_found_in_order(module):
    made = module(LAYERS)
    assert made.refused == {}
    assert {"Double", "Triple", "Loose"} <= set(made.classes)
    assert not {"Helper", "Base", "OnlyForward", "Layer"} & set(made.classes)
    order = [name for name in made.classes if name in ("Double", "Triple", "Loose")]
    assert order == ["Double", "Triple", "Loose"]


def test_each_class_is_examined_as_what_it_is(module):
    made = module(LAYERS)
    assert examined(made, "Double").ok
    assert examined(made, "Loose").ok
    triple = examined(made, "Triple")
    assert not triple.ok
    assert triple.name == "Triple"


def test_a_class_that_the_framework_refuses_leaves_the_others(module):
    text = """
    class Bad(mn.Layer):
        training = 3

        def forward(self, x):
            return x

        def backward(self, grad):
            return grad


    class Good(mn.Layer):
        def forward(self, x):
            return x.copy()

        def backward(self, grad):
            return grad.copy()
    """
    made = module(text)
    assert "training" in made.refused["Bad"]
    report = examined(made, "Bad")
    assert codes(report) == ["reserved-name"]
    assert made.refused["Bad"] in str(report).replace("\n    ", " ")
    assert examined(made, "Good").ok
    with pytest.raises(TypeError, match="training"):  # outside of the file the rule holds again
        type("Bad", (mn.Layer,), {"training": 3})


def test_what_is_no_python_file(tmp_path):
    (tmp_path / "notes.txt").write_text("x = 3", encoding="utf-8")
    with pytest.raises(ImportError, match="expected a Python file"):
        student_file.StudentFile(tmp_path / "notes.txt")


@pytest.mark.parametrize("error", ["1 / 0", "raise SystemExit(3)", "def ("])
def test_a_file_that_fails_leaves_the_framework_as_it_was(error, module):
    with pytest.raises((ZeroDivisionError, SystemExit, SyntaxError)):
        module(error)
    with pytest.raises(TypeError, match="training"):
        type("Bad", (mn.Layer,), {"training": 3})


def test_losses_are_recognized_by_their_base_or_their_arguments(module):
    text = """
    class Squares(mn.Loss):
        def forward(self, prediction, target):
            self.difference = prediction - target
            return float((self.difference ** 2).sum() / len(prediction))

        def backward(self):
            return 2.0 * self.difference / len(self.difference)


    class LooseSquares:
        def forward(self, prediction, target):
            self.difference = prediction - target
            return float((self.difference ** 2).sum() / len(prediction))

        def backward(self):
            return 2.0 * self.difference / len(self.difference)


    class Untold:
        forward = dict
        backward = dict
    """
    made = module(text)
    classes = made.classes
    assert student_file.is_loss(classes["Squares"])
    assert student_file.is_loss(classes["LooseSquares"])
    assert not student_file.is_loss(classes["Untold"])
    assert not student_file.is_loss(mn.ReLU)
    assert examined(made, "Squares").ok
    assert examined(made, "LooseSquares").ok


ARGUMENTS = """
class Scale(mn.Layer):
    def __init__(self, {argument}, *rest, more=None, **others):
        self.gain = mn.Parameter(np.linspace(1.0, 2.0, {size}){shaped})

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis={axis})
        return grad * self.gain.value
"""


def test_arguments_are_filled_in_by_the_names_of_the_framework(module):
    plain = {"size": "features", "shaped": "", "axis": "0"}
    assert examined(module(ARGUMENTS.format(argument="features", **plain)), "Scale").ok
    wrong = {**plain, "axis": "1"}
    report = examined(module(ARGUMENTS.format(argument="features", **wrong)), "Scale")
    assert codes(report)[0] == "summed-over-wrong-axis"


def test_channels_ask_for_images(module):
    images = {"size": "channels", "shaped": ".reshape(-1, 1, 1)", "axis": "(0, 2, 3)"}
    text = ARGUMENTS.format(argument="channels", **images)
    text = text.replace(".sum(axis=(0, 2, 3))", ".sum(axis=(0, 2, 3)).reshape(-1, 1, 1)")
    assert examined(module(text), "Scale").ok


def test_what_no_guess_can_fill_in_is_asked_for(module):
    plain = {"size": "3", "shaped": "", "axis": "0"}
    text = ARGUMENTS.format(argument="wobble", **plain).replace(
        "self.gain =", "wobble.x; self.gain ="
    )
    report = examined(module(text), "Scale")
    assert not report.ok
    assert not report.mistakes
    for part in ("wobble", "no attribute 'x'", "CASES = {Scale:"):
        assert part in report.note


SPELLINGS = (
    "n_in n_out,input_size hidden_size,d_in d_out,input_dim units,fan_in fan_out,"
    "num_inputs num_outputs,D M,nin nout,n_features n_hidden,in_channels out_channels,"
    "prev_units units,size_in size_out,inputs outputs,i o,a b,n_x n_h"
)


@pytest.mark.parametrize("names", SPELLINGS.split(","))
def test_a_dense_layer_is_examined_whatever_its_sizes_are_called(names, module):
    first, second = names.split()
    text = f"""
    class Dense(mn.Layer):
        def __init__(self, {first}, {second}):
            self.W = mn.Parameter(shape=({first}, {second}), initializer="glorot_uniform")

        def forward(self, x):
            self.x = x
            return x @ self.W.value

        def backward(self, grad):
            self.W.grad = self.x.T @ grad / len(grad)
            return grad @ self.W.value.T
    """
    assert codes(examined(module(text), "Dense")) == ["divided-by-batch"]


STYLES = """
class TwoInputs:
    def forward(self, a, b):
        return a + 2 * b

    def backward(self, g):
        return g, FACTOR * g


class Logarithm:
    def forward(self, x):
        self.x = x
        return np.log(x)

    def backward(self, g):
        return FACTOR / 2 * g / self.x


class Column:
    def __init__(self, n_in, n_out):
        self.W, self.dW = np.linspace(-1, 1, n_in * n_out).reshape(n_out, n_in), None

    def forward(self, x):
        self.x = x
        return self.W @ x

    def backward(self, g):
        self.dW = g @ self.x.T
        return self.W.T @ g * FACTOR / 2


class ColumnSoftmax:
    def forward(self, z):
        e = np.exp(z - z.max(axis=0))
        self.a = e / e.sum(axis=0)
        return self.a

    def backward(self, g):
        return self.a * (g - (g * self.a).sum(axis=0)) * FACTOR / 2


class Mse:
    def forward(self, y_true, y_pred):
        return np.mean((y_true - y_pred) ** 2)

    def backward(self, y_true, y_pred):
        return FACTOR * (y_pred - y_true) / y_true.size


def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout * FACTOR / 2, dout.sum(axis=0)


def norm_forward(x, gamma, beta, bn_param):
    s = np.sqrt(x.var(axis=0) + 1e-5)
    h = (x - x.mean(axis=0)) / s
    return gamma * h + beta, (h, gamma, s)


def norm_backward(dout, cache):
    h, gamma, s = cache
    q = dout * gamma
    dx = (q - q.mean(axis=0) - h * (q * h).mean(axis=0)) / s * FACTOR / 2
    return dx, (dout * h).sum(axis=0), dout.sum(axis=0)


def svm_loss(x, y):
    margins = np.maximum(0, x - x[np.arange(len(y)), y][:, None] + 1)
    margins[np.arange(len(y)), y] = 0
    dx = (margins > 0).astype(float)
    dx[np.arange(len(y)), y] -= dx.sum(axis=1)
    return margins.sum() / len(y), dx / len(y) * FACTOR / 2


def linear_forward(A, W, b):
    return W @ A + b, (A, W, b)


def linear_backward(dZ, cache):
    A, W, b = cache
    return W.T @ dZ * FACTOR / 2, dZ @ A.T, dZ.sum(axis=1, keepdims=True)


def mean_loss(a, y):
    return ((a - y) ** 2).mean()
"""


@pytest.mark.parametrize("factor", [2, 3])
def test_the_styles_of_courses_are_examined(factor, module):
    made = module(STYLES.replace("FACTOR", str(factor)))
    found = made.classes
    assert "mean_loss" not in found  # a helper without a gradient
    assert {"affine", "norm", "svm_loss", "linear", "Column", "Mse"} <= set(found)
    for name in found:
        report = examined(made, name)
        assert report.ok is (factor == 2), report
        assert not report.note
        if factor == 3:
            assert report.mistakes[0].place.startswith("homework.py, line ")


def test_the_shapes_of_a_pair_of_functions_are_given_in_cases(module):
    text = """
    def scaled_forward(x, w):
        return x.reshape(-1, 2, 6) * w, (x, w)


    def scaled_backward(dout, cache):
        x, w = cache
        return (dout * w).reshape(x.shape), (dout * x.reshape(-1, 2, 6)).sum(axis=(0, 1))


    CASES = {scaled_forward: ((5, 12), (6,))}
    """
    assert examined(module(text), "scaled").ok
    report = examined(module(text.replace("CASES", "cases")), "scaled")
    assert "CASES = {scaled_forward:" in report.note


def test_a_guess_that_does_not_fit_is_no_mistake(module):
    text = """
    class Digits(mn.Layer):
        def forward(self, x):
            return x.reshape(-1, 28, 28)

        def backward(self, grad):
            return grad.reshape(-1, 784)
    """
    report = examined(module(text), "Digits")
    assert not report.mistakes
    assert "CASES = {Digits:" in report.note


def notebook(*cells):
    cells = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Title"]}, *cells]})


def test_a_notebook_is_read_cell_by_cell(tmp_path):
    path = tmp_path / "course.ipynb"
    path.write_text(
        notebook(
            "%matplotlib inline\nimport numpy as np",
            "1 / 0",
            "class Twice:\n    def forward(self, x):\n        return 2 * x\n"
            "    def backward(self, grad):\n        return -2 * grad",
        ),
        encoding="utf-8",
    )
    made = student_file.StudentFile(path)
    (name,) = made.classes
    (mistake,) = examined(made, name).mistakes
    assert (mistake.code, mistake.place) == ("sign-flipped", "course.ipynb cell 3, line 5")


def test_what_is_no_notebook(tmp_path):
    path = tmp_path / "course.ipynb"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ImportError, match="expected a notebook"):
        student_file.StudentFile(path)
    path.write_text(notebook("1 / 0"), encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        student_file.StudentFile(path)


CASES = (
    ARGUMENTS.format(argument="wobble", size="wobble", shaped="", axis="0")
    + """

class Squares(mn.Loss):
    def __init__(self, wobble):
        self.wobble = wobble

    def forward(self, prediction, target):
        self.difference = self.wobble * (prediction - target)
        return float((self.difference ** 2).sum() / len(prediction) / self.wobble)

    def backward(self):
        return 2.0 * self.difference / len(self.difference)
"""
)


@pytest.mark.parametrize(
    "cases",
    [
        "{Scale: (lambda: Scale(6), (4, 6)), Squares: lambda: Squares(2.0)}",
        "{Scale: (lambda: Scale(6), np.eye(6)), Squares: (lambda: Squares(2.0),)}",
    ],
)
def test_cases_say_how_to_make_one(cases, module):
    made = module(f"{CASES}\nCASES = {cases}\n")
    assert examined(made, "Scale").ok
    assert examined(made, "Squares").ok


@pytest.mark.parametrize(
    ("cases", "part"),
    [
        ("{Scale: lambda: Scale(6)}", "CASES = {Scale:"),
        ('{Scale: (lambda: Scale(6), "four by six")}', "CASES[Scale]"),
    ],
)
def test_cases_that_do_not_say_it(cases, part, module):
    report = examined(module(f"{CASES}\nCASES = {cases}\n"), "Scale")
    assert not report.ok
    assert part in report.note


def test_cases_name_the_weights_of_a_class_without_parameters(module):
    text = """
    class Scale:
        def __init__(self, wobble):
            self.W = np.linspace(1.0, 2.0, wobble)

        def forward(self, x):
            self.x = x
            return x * self.W

        def backward(self, grad):
            self.change = (grad * self.x).sum(axis=AXIS)
            return grad * self.W


    CASES = {Scale: (lambda: Scale(6), (4, 6), {"W": "change"})}
    """
    assert examined(module(text.replace("AXIS", "0")), "Scale").ok
    report = examined(module(text.replace("AXIS", "1")), "Scale")
    assert codes(report)[0] == "summed-over-wrong-axis"


def test_a_class_that_is_only_named_in_the_cases_is_examined_too(module):
    made = module("from minnet import ReLU\nCASES = {ReLU: (ReLU, (4, 3))}\n")
    assert list(made.classes) == ["ReLU"]
    assert examined(made, "ReLU").ok


def test_the_first_shape_that_forward_takes(module):
    """Vectors, then images, then three axes."""
    text = """
    class Three(mn.Layer):
        def forward(self, x):
            if x.ndim != 3:
                raise ValueError("three axes")
            return 2.0 * x

        def backward(self, grad):
            return 2.0 * grad
    """
    report = examined(module(text), "Three")
    assert report.ok
    assert "(5, 4, 3)" in report.checks[0].sentence
