"""`minnet demo`: a window, a page, or one sentence."""

import matplotlib.pyplot as plt
import pytest

from minnet.__main__ import main
from minnet.demo import command, demo


@pytest.fixture(autouse=True)
def no_figures_of_other_tests():
    plt.close("all")


@pytest.mark.parametrize("name", command.DEMOS)
def test_without_windows_one_sentence_says_how_to_get_a_page(name, capsys):
    assert main(["demo", name]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert f"minnet demo {name} --save {name}.html" in err
    assert plt.get_fignums() == []


def test_with_windows_it_plays(monkeypatch):
    seen = []
    monkeypatch.setattr(command, "opens_windows", lambda: True)
    monkeypatch.setattr(plt, "show", lambda: seen.append(len(plt.get_fignums())))
    monkeypatch.setattr(demo.Demo, "play", lambda self: seen.append(type(self).__name__))
    assert main(["demo", "boundary"]) == 0
    assert seen == ["Boundary", 1]
    assert plt.get_fignums() == []


def test_a_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(demo.Demo, "save", lambda self, path: path.touch())
    assert main(["demo", "landscape", "--save", str(tmp_path / "a.html")]) == 0
    assert (tmp_path / "a.html").exists()
    assert "a.html" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["neurone"], "invalid choice: 'neurone'"),
        (["neuron", "--save", "a.png"], "expected a file name that ends in .html, got a.png"),
        (["neuron", "--save", "no/such/a.html"], "expected a file that can be written"),
    ],
)
def test_what_it_refuses(arguments, message, capsys):
    with pytest.raises(SystemExit):
        main(["demo", *arguments])
    assert message in capsys.readouterr().err
