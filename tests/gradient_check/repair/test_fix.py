"""The fix of a report: the exact sentence, found lazily, without a trace in the student's code."""

import copy
import inspect
import json
import pickle
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import minnet as mn
from minnet.gradient_check.command_line.check_answers import CheckAnswers
from minnet.gradient_check.command_line.student_file import StudentFile
from minnet.gradient_check.repair import search
from minnet.gradient_check.repair.student_function import PROBE
from minnet.gradient_check.report import HINTS

_IMPORTS = "import numpy as np\nimport minnet as mn"
CASES = []


def fixed_by(sentence, given=(6, 3), kind="layer", helper=None):
    """Register a class with the sentence of its report; the mark `#!` is on the line to change."""

    def add(cls):
        rows, first = inspect.getsourcelines(helper or cls)
        (line,) = (first + k for k, row in enumerate(rows) if "#!" in row)
        CASES.append(
            (cls, given, kind, f"Line {line}: {sentence}: with that all gradients are right.")
        )
        return cls

    return add


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Dense(mn.Layer):
    def __init__(self, inputs=3, outputs=4):
        self.W = mn.Parameter(shape=(inputs, outputs), initializer="glorot_uniform")
        self.b = mn.Parameter(np.zeros(outputs))

    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.b.value


@fixed_by("`grad.sum(axis=1)` should be `grad.sum(axis=0)`")
class BiasOverFeatures(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=1)  #!
        return grad @ self.W.value.T


@fixed_by("`self.x.T @ grad / len(grad)` should be `self.x.T @ grad`")
class MeanOverSamples(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad / len(grad)  #!
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value.T


@fixed_by("write `self.b.grad = grad.sum(axis=0)` before this line")
class NoBiasGradient(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        return grad @ self.W.value.T  #!


@fixed_by("remove `self.W.value -= 0.1 * self.W.grad`")
class Learns(Dense):
    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=0)
        self.W.value -= 0.1 * self.W.grad  #!
        return grad @ self.W.value.T


@fixed_by("`self.dW += self.x.T @ grad` should be `self.dW = self.x.T @ grad`")
class NeverReset:
    def __init__(self):
        self.W = np.random.default_rng(0).normal(size=(3, 4))
        self.dW = np.zeros_like(self.W)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, grad):
        self.dW += self.x.T @ grad  #!
        return grad @ self.W.T


@fixed_by("`grad * self.s` should be `grad * self.s * (1 - self.s)`")
class HalfASigmoid(mn.Activation):
    def forward(self, z):
        self.s = sigmoid(z)
        return self.s

    def backward(self, grad):
        return grad * self.s  #!


@fixed_by("`grad * self.a` should be `grad * (1 - self.a ** 2)`")
class TanhForItsDerivative(mn.Activation):
    def forward(self, z):
        self.a = np.tanh(z)
        return self.a

    def backward(self, grad):
        return grad * self.a  #!


@fixed_by("`np.maximum(self.x, 0)` should be `self.x > 0`")
class ReluForItsDerivative(mn.Activation):
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, grad):
        return grad * np.maximum(self.x, 0)  #!


@fixed_by(
    "`self.W.grad = self.W.value * grad.sum(axis=0)` should be `self.W.grad = self.x.T @ grad`"
)
class WeightForInput(Dense):
    def backward(self, grad):
        self.W.grad = self.W.value * grad.sum(axis=0)  #!
        self.b.grad = grad.sum(axis=0)
        return grad @ self.W.value.T


@fixed_by(
    "`grad * self.p` should be `self.p * (grad - (grad * self.p).sum(axis=-1, keepdims=True))`"
)
class SoftmaxDiagonal(mn.Activation):
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, grad):
        return grad * self.p  #!


def softmax_gradient(p, grad):
    inner = (grad * p).sum(axis=0, keepdims=True)  #!
    return p * (grad - inner)


@fixed_by(
    "`(grad * p).sum(axis=0, keepdims=True)` should be `(grad * p).sum(axis=1, keepdims=True)`",
    helper=softmax_gradient,
)
class SoftmaxByHelper(SoftmaxDiagonal):
    def backward(self, grad):
        return softmax_gradient(self.p, grad)


@fixed_by("`range(self.x.shape[1])` should be `reversed(range(self.x.shape[1]))`", given=(3, 4, 2))
class RecurrentInForwardOrder(mn.Layer):
    def __init__(self, inputs=2, units=3):
        self.Wx = mn.Parameter(shape=(inputs, units), initializer="glorot_uniform")
        self.Wh = mn.Parameter(shape=(units, units), initializer="glorot_uniform")

    def forward(self, x):
        self.x, self.h = x, [np.zeros((len(x), len(self.Wh.value)))]
        for t in range(x.shape[1]):
            self.h.append(np.tanh(x[:, t] @ self.Wx.value + self.h[-1] @ self.Wh.value))
        return self.h[-1]

    def backward(self, grad):
        dx = np.zeros_like(self.x)
        for t in range(self.x.shape[1]):  #!
            dz = grad * (1 - self.h[t + 1] ** 2)
            self.Wx.grad += self.x[:, t].T @ dz
            self.Wh.grad += self.h[t].T @ dz
            dx[:, t] = dz @ self.Wx.value.T
            grad = dz @ self.Wh.value.T
        return dx


@fixed_by(
    "`d[self.ids] += grad` should be `np.add.at(d, self.ids, grad)`",
    given=np.array([[1, 1, 3], [0, 2, 2], [4, 4, 4]]),
)
class Embedding(mn.Layer):
    takes_indices = True

    def __init__(self, words=5, size=2):
        self.table = mn.Parameter(shape=(words, size), initializer="glorot_uniform")

    def forward(self, ids):
        self.ids = ids
        return self.table.value[ids]

    def backward(self, grad):
        d = np.zeros_like(self.table.value)
        d[self.ids] += grad  #!
        self.table.grad = d
        return np.zeros(self.ids.shape)


@fixed_by("`self.d / self.d.size` should be `self.d / self.d.size * 2`", kind="loss")
class MeanOfSquares(mn.Loss):
    def forward(self, prediction, target):
        self.d = prediction - target
        return float((self.d**2).mean())

    def backward(self):
        return self.d / self.d.size  #!


@fixed_by("`1 + self.target / self.p` should be `1 - self.target / self.p`", kind="loss")
class Poisson(mn.Loss):
    def forward(self, prediction, target):
        self.p, self.target = prediction, target
        return float((prediction - target * np.log(prediction)).sum() / len(target))

    def backward(self):
        return (1 + self.target / self.p) / len(self.p)  #!


def report_of(cls, given=(6, 3), kind="layer"):
    return mn.check_loss(cls) if kind == "loss" else mn.check_layer(cls, given)


@pytest.mark.parametrize(
    ("cls", "given", "kind", "sentence"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_the_sentence_says_line_and_edit(cls, given, kind, sentence):
    report = report_of(cls, given, kind)
    assert {mistake["fix"] for mistake in report.to_dict()["mistakes"]} == {sentence}


class EluPlusOne(mn.Activation):
    def __init__(self, alpha=0.6):
        self.alpha = alpha

    def forward(self, z):
        self.z = z
        self.y = np.where(z > 0, z, self.alpha * np.expm1(np.minimum(z, 0)))
        return self.y

    def backward(self, grad):
        return grad * np.where(self.z > 0, 1.0, self.y + 1)


def test_a_proven_fix_names_what_had_no_name():
    report = report_of(EluPlusOne)
    assert report.mistakes[0].code == "unknown"
    (mistake,) = report.to_dict()["mistakes"]
    assert "`self.y + 1` should be `self.y + self.alpha`" in mistake["fix"]
    assert mistake["code"] == "wrong-operand"
    assert "unknown" not in mistake["message"]


def test_a_fix_in_a_notebook_says_the_cell(tmp_path):
    source = inspect.getsource(ReluForItsDerivative).partition("\n")[2]
    cells = [{"cell_type": "code", "source": text} for text in (_IMPORTS, source)]
    path = tmp_path / "week.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    cls = StudentFile(path).classes["ReluForItsDerivative"]
    (mistake,) = report_of(cls).to_dict()["mistakes"]
    assert mistake["fix"].startswith("Cell 2, line 7: `np.maximum(self.x, 0)`")


@pytest.mark.parametrize("hints", HINTS)
def test_a_fix_is_searched_for_only_where_it_is_shown(hints, tmp_path, monkeypatch):
    searched = []
    monkeypatch.setattr(search.Search, "run", lambda _: searched.append(1))
    path = tmp_path / "week.py"
    source = inspect.getsource(ReluForItsDerivative).partition("\n")[2]
    path.write_text(f"{_IMPORTS}\n\n{source}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    answers = CheckAnswers()
    answers.file = StudentFile(path)
    answers.recorder = SimpleNamespace(begin=lambda: None, timeout=0.0)
    (mistake,) = answers.answer_examine("ReluForItsDerivative", 0, hints)["mistakes"]
    assert mistake["place"].startswith("week.py, line ")
    assert bool(searched) == (hints == "full")


def test_the_fix_is_a_level_of_its_own():
    report = report_of(BiasOverFeatures)
    assert report.mistakes[0].fix is None  # not searched for yet
    assert report.to_dict("cause")["mistakes"][0]["fix"] is None
    assert "Fix:" not in report.text("cause")
    assert report.mistakes[0].fix is None
    assert "Fix: Line" in report.text()
    assert report.mistakes[0].fix is not None


def test_a_copied_or_pickled_report_holds_the_fix():
    wanted = report_of(BiasOverFeatures).to_dict()
    assert pickle.loads(pickle.dumps(report_of(BiasOverFeatures))).to_dict() == wanted
    assert copy.deepcopy(report_of(BiasOverFeatures)).to_dict() == wanted


class TwoMistakes(Dense):
    def backward(self, grad):
        self.W.grad = grad.T @ self.x
        self.b.grad = grad.mean(axis=0)
        return grad @ self.W.value.T


def test_two_mistakes_are_fixed_together():
    (fix,) = {mistake["fix"] for mistake in report_of(TwoMistakes).to_dict()["mistakes"]}
    assert "`grad.T @ self.x` should be `self.x.T @ grad`; line " in fix
    assert "`grad.mean(axis=0)` should be `grad.sum(axis=0)`: with that" in fix


class Prints(Dense):
    def backward(self, grad):
        print("in backward")
        self.W.grad = self.x.T @ grad
        self.b.grad = grad.sum(axis=1)
        return grad @ self.W.value.T


def test_nothing_is_printed_and_nothing_is_left_behind(capsys):
    report = report_of(Prints)
    capsys.readouterr()
    before = Path(__file__).read_bytes(), Prints.backward.__code__, dict(vars(Prints))
    assert report.to_dict()["mistakes"][0]["fix"] is not None
    assert capsys.readouterr().out == ""
    assert (Path(__file__).read_bytes(), Prints.backward.__code__, dict(vars(Prints))) == before
    assert PROBE not in globals()


class Counts(mn.Layer):
    """Halves until the sum is small; with another sign the loop would never end."""

    def forward(self, x):
        self.n, size = 0, 64.0
        while size > 1:
            size /= 2
            self.n += 1
        return x * self.n

    def backward(self, grad):
        n, size = 0, 64.0
        while size > 1:
            size /= 2
            n += 1
        return grad * n**2


def test_an_edit_that_hangs_is_a_failed_edit(monkeypatch):
    monkeypatch.setattr(search, "SECONDS", 20.0)
    began = time.thread_time()
    fix = report_of(Counts).to_dict()["mistakes"][0]["fix"]
    assert "`n**2` should be `n`" in fix
    assert time.thread_time() - began < 20


def test_no_fix_is_no_error(monkeypatch):
    monkeypatch.setattr(search, "SECONDS", 0.0)
    assert report_of(BiasOverFeatures).to_dict()["mistakes"][0]["fix"] is None


class DividesByThree(mn.Layer):
    """A mean over the features; three of them in the check."""

    def forward(self, x):
        self.x = x
        return x.mean(axis=1, keepdims=True) * np.ones_like(x)

    def backward(self, grad):
        return grad.sum(axis=1, keepdims=True) * np.ones_like(self.x)


def test_a_number_that_is_a_size_by_chance_is_no_fix():
    fix = report_of(DividesByThree).to_dict()["mistakes"][0]["fix"]
    assert "/ 3" not in fix
    assert "shape[1]" in fix or "mean(axis=1" in fix


class SharedByRightOnes(Dense):
    def backward(self, grad):
        scaled = grad / len(grad)
        self.W.grad = self.x.T @ (scaled * len(grad))
        self.b.grad = (scaled * len(grad)).sum(axis=0)
        return scaled @ self.W.value.T


def test_only_the_wrong_gradient_gets_an_edit():
    report = report_of(SharedByRightOnes)
    assert [mistake.where for mistake in report.mistakes] == ["input"]
    assert "`scaled @ self.W.value.T` should be" in report.to_dict()["mistakes"][0]["fix"]


def test_what_is_right_in_training_only_is_no_fix():
    class Drops(mn.Layer):
        def forward(self, x):
            self.mask = (self.random.random(x.shape) < 0.5) * 2.0 if self.training else None
            return x * self.mask if self.training else x

        def backward(self, grad):
            return grad

    assert all(m["fix"] is None for m in mn.check_layer(Drops, (6, 5)).to_dict()["mistakes"])
