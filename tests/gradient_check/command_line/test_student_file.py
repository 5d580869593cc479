"""Reading a student's file: which classes it has, and how an object of each is made.

Everything runs in this process; the tests of the worker process are in test_main.py.
"""

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
    """Loads a file with the given text; returns the module and the classes that minnet refused."""
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.setattr("sys.modules", dict(sys.modules))

    def load(text, name="homework.py"):
        path = tmp_path / name
        path.write_text(PRELUDE + textwrap.dedent(text), encoding="utf-8")
        return student_file.load(path)

    return load


def examined(loaded, name, seed=0):
    return student_file.examine(loaded[0], student_file.classes_in(loaded[0])[name], seed)


def codes(report):
    return [mistake.code for mistake in report.mistakes]


def test_classes_with_their_own_forward_or_backward_are_found_in_order(module):
    made, refused = module(LAYERS)
    assert refused == []
    assert {"Double", "Triple", "Loose"} <= set(student_file.classes_in(made))
    assert not {"Helper", "Base", "OnlyForward", "Layer"} & set(student_file.classes_in(made))
    order = [
        name for name in student_file.classes_in(made) if name in ("Double", "Triple", "Loose")
    ]
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
    made, (refused,) = module(text)
    assert refused.name == "Bad"
    assert "training" in refused.message
    report = student_file.refused_report(refused)
    assert codes(report) == ["reserved-name"]
    assert refused.message in str(report).replace("\n    ", " ")
    assert examined((made, ()), "Good").ok
    with pytest.raises(TypeError, match="training"):  # outside of the file the rule holds again
        type("Bad", (mn.Layer,), {"training": 3})


def test_what_is_no_python_file(tmp_path):
    (tmp_path / "notes.txt").write_text("x = 3", encoding="utf-8")
    with pytest.raises(ImportError, match="expected a Python file"):
        student_file.load(tmp_path / "notes.txt")


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
    classes = student_file.classes_in(made[0])
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


def test_an_argument_of_another_name_is_asked_for(module):
    plain = {"size": "3", "shaped": "", "axis": "0"}
    report = examined(module(ARGUMENTS.format(argument="wobble", **plain)), "Scale")
    assert not report.ok
    for part in ("wobble", "CASES = {Scale:"):
        assert part in report.note


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
        ("[Scale]", "wobble"),
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
    made, _ = module("from minnet import ReLU\nCASES = {ReLU: (ReLU, (4, 3))}\n")
    assert list(student_file.classes_in(made)) == ["ReLU"]
    assert examined((made, ()), "ReLU").ok


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
