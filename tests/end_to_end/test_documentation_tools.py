"""Documentation made from the docstrings: Sphinx and griffe (mkdocstrings) warn of nothing."""

import importlib
import logging
import subprocess
import sys
from pathlib import Path

import pytest

import minnet as mn

pytestmark = pytest.mark.slow

ROOT = Path(mn.__file__).parents[1]
PUBLIC = ["minnet", "minnet.sklearn", "minnet.onnx", "minnet.torch"]
PUBLIC += [getattr(mn, name).__name__ for name in mn.__all__ if type(getattr(mn, name)) is type(mn)]


def test_sphinx_builds_a_page_of_every_public_module(tmp_path):
    pytest.importorskip("sphinx")
    (tmp_path / "conf.py").write_text(
        'extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]\n', encoding="utf-8"
    )
    pages = [
        f".. automodule:: {name}\n   :members:\n   :undoc-members:\n   :show-inheritance:\n"
        for name in sorted(set(PUBLIC))
        if importable(name)
    ]
    text = "Reference\n=========\n\n" + "\n".join(pages)
    (tmp_path / "index.rst").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", tmp_path, tmp_path / "out"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Linear" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def importable(name):
    try:
        importlib.import_module(name)
    except ImportError:  # a bridge whose package is not installed
        return False
    return True


def test_griffe_reads_every_docstring(caplog):
    griffe = pytest.importorskip("griffe")
    package = griffe.load("minnet", search_paths=[str(ROOT)], docstring_parser="google")
    with caplog.at_level(logging.WARNING, logger="griffe"):
        read(package)
    assert not [record.message for record in caplog.records]


def read(thing):
    """Parse the docstrings of a module or class and of what is in it."""
    for member in thing.members.values():
        if not member.is_alias:
            _ = member.docstring and member.docstring.parsed
            read(member)
