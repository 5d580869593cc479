"""Uses of the reference and difference quotients are named.

And cost points only where not allowed.
"""

import pytest
from local_grading import LAYERS, codes, grade, lost, written
from right_styles import DENSE, HEAD, MSE, SIGMOID

_OF_S = """
    def forward(self, x): return self.s.forward(x)
    def backward(self, grad): return self.s.backward(grad)
"""
_FORWARD = """
class Sigmoid:
    def forward(self, x):
        self.x = x
        return f(x)
"""
USES = {
    "class Sigmoid(mn.Sigmoid): pass": "inherits-from-reference",
    "class Base(mn.Sigmoid): pass\nclass Sigmoid(Base): pass": "inherits-from-reference",
    "from minnet import Sigmoid as S\nclass Sigmoid(S): pass": "inherits-from-reference",
    "Sigmoid = mn.Sigmoid": "calls-reference",
    "from minnet import *": "inherits-from-reference",
    f"class Sigmoid:\n    def __init__(self): self.s = mn.Sigmoid(){_OF_S}": "calls-reference",
    f"s = mn.Sigmoid()\nclass Sigmoid:\n    s = s{_OF_S}": "calls-reference",
    f"class Sigmoid:\n    def __init__(self): self.s = getattr(mn, 'Sigmoid')(){_OF_S}": (
        "calls-reference"
    ),
    "from minnet.nn import functional\nf = functional.sigmoid"
    + _FORWARD
    + "    def backward(self, grad): return grad * f(self.x) * (1 - f(self.x))": "calls-reference",
}
QUOTIENTS = {
    "by forward": "f = self.forward; x = self.x; return grad * (f(x + 1e-5) - f(x - 1e-5)) / 2e-5",
    "by a function": "return grad * (f(self.x + 1e-6) - f(self.x - 1e-6)) / 2e-6",
    "one-sided": "h = 1e-7; return grad * (f(self.x + h) - f(self.x)) / h",
    "complex": "return grad * self.forward(self.x + 1e-20j).imag / 1e-20",
}


@pytest.mark.parametrize("use", USES)
def test_the_use_of_the_reference_is_named_and_keeps_its_points(monkeypatch, tmp_path, use):
    result = grade(monkeypatch, tmp_path, HEAD + DENSE + MSE + use)
    found = set(codes(result, "Sigmoid").values())
    assert found <= {"inherits-from-reference", "calls-reference"}
    assert len(found) == 1
    assert set(codes(result, "Dense").values()) == {""}
    assert not lost(result)


@pytest.mark.parametrize("quotient", QUOTIENTS.values(), ids=QUOTIENTS)
def test_a_difference_quotient_is_named_at_the_gradient(monkeypatch, tmp_path, quotient):
    code = "def f(x): return 1 / (1 + np.exp(-x))\n" + _FORWARD
    source = HEAD + DENSE + MSE + code + f"    def backward(self, grad):\n        {quotient}\n"
    result = grade(monkeypatch, tmp_path, source)
    assert codes(result, "Sigmoid")["input gradient"] == "numerical-gradient"
    assert codes(result, "Sigmoid")["forward"] == ""
    assert not lost(result)


def test_what_a_task_does_not_allow_costs_its_points(monkeypatch, tmp_path):
    text = LAYERS.replace("input=(5, 3),", "input=(5, 3), allow=(),")
    source = HEAD + DENSE + MSE + "class Sigmoid(mn.Sigmoid): pass"
    result = grade(monkeypatch, tmp_path, source, written(tmp_path, text))
    assert {name for name, _ in lost(result)} == {"Sigmoid"}
    assert result.score == 16


def test_right_code_has_no_facts(monkeypatch, tmp_path):
    result = grade(monkeypatch, tmp_path, HEAD + DENSE + SIGMOID + MSE)
    assert {part.code for task in result.tasks for part in task.parts} == {""}
