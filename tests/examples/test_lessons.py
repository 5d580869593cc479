"""The lessons run as scripts, alone in another folder, and as notebooks."""

import ast
import functools
import re
import shutil
import subprocess
import sys

import pytest
from running import EXAMPLES, environment

LESSONS = sorted((EXAMPLES / "lessons").glob("*.py"))
FAST = ("01_what_it_costs", "08_a_layer_of_your_own")


def each(slow_too):
    """The lessons of the everyday run; with `slow_too` the others, too, marked as slow."""
    return [
        pytest.param(p, id=p.stem, marks=() if p.stem in FAST else pytest.mark.slow)
        for p in LESSONS
        if slow_too or p.stem in FAST
    ]


@pytest.fixture(scope="module")
def run_alone(tmp_path_factory):
    """Runs a copy in an empty folder, once: nothing next to it can be imported."""

    @functools.cache
    def run(lesson):
        folder = tmp_path_factory.mktemp(lesson.stem)
        shutil.copy(lesson, folder)
        done = subprocess.run(
            [sys.executable, "-W", "error", lesson.name],
            cwd=folder,
            env=environment() | {"FIGURES": "new/pictures", "MPLBACKEND": "Agg"},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return done, {path.name for path in folder.glob("new/pictures/*")}

    return run


@pytest.mark.parametrize("lesson", each(slow_too=True))
def test_a_copy_runs_and_saves_its_pictures(lesson, run_alone):
    done, written = run_alone(lesson)
    assert done.returncode == 0, done.stderr
    promised = set(re.findall(r'FIGURES / "(\w+\.png)"', lesson.read_text(encoding="utf-8")))
    assert written == promised
    assert promised or lesson.stem.startswith("08"), "all but the one on layers draw"


NUMBERS = {
    "01_what_it_costs": ("0.693", "0.223", "1.609", "0.349"),
    "02_where_it_comes_from": ("most likely a: 0.7", "product:           0.0"),
    "03_sure_and_wrong": ("cross-entropy: a = 0.982 at first, 0.012", "0.982 at first, 0.203"),
    "08_a_layer_of_your_own": ("[divided-by-batch] Dense.backward", "FixedDense: right"),
    "09_a_loss_of_your_own": ("LogCosh: right",),
    "11_why_it_does_not_learn": ("[inputs-not-scaled]", "[weights-all-equal]"),
}


@pytest.mark.parametrize("lesson", [p for p in each(slow_too=True) if p.id in NUMBERS])
def test_it_prints_the_numbers_of_its_text(lesson, run_alone):
    printed = run_alone(lesson)[0].stdout
    for number in NUMBERS[lesson.stem]:
        assert number in printed


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda p: p.stem)
def test_the_form_of_a_lesson(lesson):
    text = lesson.read_text(encoding="utf-8")
    assert 30 <= len(text.splitlines()) <= 70
    assert text.startswith("# %% [markdown]\n# # ")
    assert text.rstrip().rpartition("# %% [markdown]\n")[2].startswith("# **Try:**")
    for section in re.split(r"(?m)^# ##? ", text)[1:]:
        assert "**Try:**" in section, section.splitlines()[0]
    names = [node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    assert set(names) <= {"pathlib"}, "no helper module"
    assert "__main__" not in text


def test_there_are_eleven():
    assert [int(path.stem[:2]) for path in LESSONS] == list(range(1, 12))


@pytest.mark.slow
@pytest.mark.parametrize("lesson", each(slow_too=True))
def test_it_runs_as_a_notebook_with_pictures_inline(lesson, tmp_path, monkeypatch):
    jupytext = pytest.importorskip("jupytext")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MPLBACKEND", raising=False)
    notebook = jupytext.read(lesson)
    assert notebook.cells[0].cell_type == "markdown"
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    inline = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(inline) >= len(re.findall(r"savefig", lesson.read_text(encoding="utf-8")))
    assert not [output for output in outputs if output.output_type == "error"]
