"""The command `minnet`: one word for each tool."""

import subprocess
import sys
from importlib import import_module

import pytest

import minnet as mn
from minnet.__main__ import COMMANDS, main


def test_without_a_word_it_lists_them(capsys):
    assert main([]) == 2
    assert main(["--help"]) == main(["help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)


def test_the_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"minnet {mn.__version__}\n"


def test_an_unknown_word(capsys):
    assert main(["chek"]) == 2
    assert "expected one of these words, got 'chek'" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_word_has_its_help(name, capsys):
    with pytest.raises(SystemExit) as exit_:
        main([name, "--help"])
    assert exit_.value.code == 0
    assert "usage:" in capsys.readouterr().out
    assert callable(import_module(COMMANDS[name][0]).main)


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "minnet", "codes"], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0
    assert "not-summed-over-batch" in done.stdout
