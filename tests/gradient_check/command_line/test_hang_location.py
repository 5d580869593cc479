"""Classes that hang, exit, crash or need an unknown input: each is named with its line."""

import json
import textwrap

from minnet.gradient_check.command_line.main import main

HEAD = """
import os, sys, time
import numpy as np
import minnet as mn


class Right:
    def forward(self, x):
        self.x = x
        return x**2

    def backward(self, grad):
        return 2 * self.x * grad
"""

ENDLESS = """
class InForward(Right):
    def forward(self, x):
        return self.helper(x)

    def helper(self, x):
        while True:
            x = x + 1  # endless


class InBackward(Right):
    def backward(self, grad):
        while True:
            time.sleep(0.01)  # asleep


class InInit(Right):
    def __init__(self):
        while True:
            self.n = 1  # made


class Good(Right):
    def forward(self, x):
        return super().forward(x)
"""

EXITS = """
class SysExit(Right):
    def forward(self, x):
        sys.exit(3)


class SysExitLate(Right):
    def forward(self, x):
        if len(x) == 1:
            sys.exit("too few")
        return super().forward(x)


class InMaking(Right):
    def __init__(self):
        exit()


class Crash(Right):
    def backward(self, grad):
        if np.any(grad != 1):
            os._exit(7)  # here
        return 2 * self.x * grad


class CrashInMaking(Right):
    def __init__(self):
        os._exit(7)  # made


class LossExits(mn.Loss):
    def forward(self, prediction, target):
        sys.exit(1)

    def backward(self):
        return 0


class Good(Right):
    def forward(self, x):
        return super().forward(x)
"""

SIZES = """
class Dense:
    def __init__(self, in_features=4, out_features=2):
        self.W = np.ones((in_features, out_features))
        self.dW = np.zeros_like(self.W)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, grad):
        self.dW = self.x.T @ grad
        return grad @ self.W.T


class OtherNames(Dense):
    def __init__(self, inputs=4, outputs=2):
        super().__init__(inputs, outputs)

    def forward(self, x):
        return super().forward(x)


class OwnNumbers(Dense):
    def __init__(self):
        super().__init__(4, 2)

    def forward(self, x):
        return super().forward(x)


class Picky(Dense):
    def __init__(self, features=8, heads=4):
        assert features % heads == 0
        super().__init__(features, heads)

    def forward(self, x):
        return super().forward(x)


class WrongName(Dense):
    def __init__(self):
        super().__init__(4, 2)

    def forward(self, x):
        return x @ self.weights


class WrongAnyway(Dense):
    def __init__(self, features=4):
        super().__init__(features, 7)

    def forward(self, x):
        return x @ self.W.T


class Lookup(Dense):
    takes_indices = True

    def __init__(self):
        super().__init__(9, 2)

    def forward(self, x):
        self.indices = x
        return self.W[x]

    def backward(self, grad):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.indices, grad)
"""


def check(tmp_path, capsys, body, *options):
    path = tmp_path / "student.py"
    text = HEAD + "\n\n" + textwrap.dedent(body)
    path.write_text(text, encoding="utf-8")
    main(["check", str(path), "--json", *options])
    classes = json.loads(capsys.readouterr().out)["classes"]
    lines = {}
    for number, line in enumerate(text.splitlines(), 1):
        if "#" in line:
            lines[line.split("#")[1].strip()] = f"student.py, line {number}"
    return {c["name"]: c for c in classes}, lines


def first(report):
    return report["mistakes"][0]


def test_a_hang_has_its_class_method_line_and_next_step(tmp_path, capsys):
    found, _ = check(tmp_path, capsys, ENDLESS, "--timeout", "2")
    wanted = {"InForward": "forward", "InBackward": "backward", "InInit": "__init__"}
    for name, method in wanted.items():
        mistake = first(found[name])
        assert (mistake["code"], mistake["where"]) == ("raises", method)
        message = f"{name}.{method}: it did not return within 2 seconds (at student.py, line "
        assert mistake["message"].startswith(message)
        assert "--timeout" in mistake["next_step"]
        assert "never ends" in mistake["next_step"]
        assert mistake["place"].startswith("student.py, line ")
    assert "time.sleep(0.01)" in first(found["InBackward"])["message"]
    assert (
        "self.n = 1" in first(found["InInit"])["message"]
        or "while" in (first(found["InInit"])["message"])
    )
    assert found["Good"]["ok"]
    assert found["Right"]["ok"]


def test_an_exit_is_an_error_and_a_crash_has_its_line(tmp_path, capsys):
    found, lines = check(tmp_path, capsys, EXITS)
    wanted = [
        ("SysExit", "forward", "SystemExit: 3 (at student.py, line"),
        ("SysExitLate", "forward", "SystemExit: too few (at student.py, line"),
        ("InMaking", "__init__", "SystemExit"),
        ("LossExits", "forward", "SystemExit: 1"),
        ("Crash", "backward", f"the process ended (exit or crash) (at {lines['here']}: os._exit"),
        ("CrashInMaking", "__init__", f"ended (exit or crash) (at {lines['made']}: os._exit(7)"),
    ]
    for name, method, words in wanted:
        mistake = first(found[name])
        assert (mistake["code"], mistake["where"]) == ("raises", method), mistake
        assert words in mistake["message"]
    assert first(found["Crash"])["place"] == lines["here"]
    assert "os._exit" in first(found["Crash"])["next_step"]
    assert found["Good"]["ok"]


def test_what_a_class_says_of_its_sizes_and_inputs(tmp_path, capsys):
    found, _ = check(tmp_path, capsys, SIZES)
    assert found["Dense"]["ok"]
    assert found["OtherNames"]["ok"]  # its default, 4, is a width to try
    assert found["Picky"]["ok"]  # refuses our size, and is made with its own
    assert found["Lookup"]["ok"]
    for name, error in (("WrongName", "AttributeError"), ("WrongAnyway", "")):
        mistake = first(found[name])
        assert (mistake["code"], mistake["where"]) == ("raises", "forward")
        assert error in mistake["message"]
    # An unknown input is no mistake.
    report = found["OwnNumbers"]
    assert report["mistakes"] == []
    assert not report["ok"]
    assert "CASES = {OwnNumbers: (lambda: OwnNumbers(...), (5, 3))}" in report["note"]
    assert "ValueError: matmul" in report["note"]
    assert "(at student.py, line" in report["note"]


def test_a_file_that_never_ends_has_its_line(tmp_path, capsys):
    path = tmp_path / "endless.py"
    path.write_text("n = 0\nwhile True:\n    n += 1\n", encoding="utf-8")
    assert main(["check", str(path), "--timeout", "1"]) == 1
    text = capsys.readouterr().out
    assert "cannot be imported: it did not return within 1 seconds (at endless.py, line" in text
