"""Documentation made from the docstrings: Sphinx and griffe (mkdocstrings) warn of nothing."""

import importlib
import inspect
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from running import environment

import minnet as mn

pytestmark = pytest.mark.slow

ROOT = Path(mn.__file__).parents[1]
MODULES = [getattr(mn, name).__name__ for name in mn.__all__ if inspect.ismodule(getattr(mn, name))]
BRIDGES = ["minnet.sklearn", "minnet.onnx", "minnet.torch"]
OF_SCIKIT_LEARN = "set_fit_request, set_partial_fit_request, set_score_request"


def public_names():
    """Module -> its public names, each name in one module alone."""
    seen, found = set(), {}
    for name in [*dict.fromkeys(MODULES), *filter(importable, BRIDGES), "minnet"]:
        module = importlib.import_module(name)
        listed = getattr(module, "__all__", None) or [
            n for n, thing in vars(module).items() if getattr(thing, "__module__", "") == name
        ]
        things = {n: getattr(module, n) for n in listed if not n.startswith("_")}
        found[name] = [
            n
            for n, thing in things.items()
            if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing not in seen
        ]
        seen |= {things[n] for n in found[name]}
    return found


def importable(name):
    try:
        importlib.import_module(name)
    except ImportError:  # a bridge whose package is not installed
        return False
    return True


def test_sphinx_builds_a_page_of_every_public_name(tmp_path):
    pytest.importorskip("sphinx")
    (tmp_path / "conf.py").write_text(
        'extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]\n', encoding="utf-8"
    )
    pages = [
        f".. automodule:: {module}\n   :members: {', '.join(names)}\n"
        f"   :exclude-members: {OF_SCIKIT_LEARN}\n"
        for module, names in public_names().items()
        if names
    ]
    text = "Reference\n=========\n\n" + "\n".join(pages)
    (tmp_path / "index.rst").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", tmp_path, tmp_path / "out"],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert all(f".{name}" in html for names in public_names().values() for name in names)


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
