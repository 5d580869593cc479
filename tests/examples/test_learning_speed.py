"""The first command of the README: trains, prints one table, draws two pictures."""

import re
import subprocess
import sys

import pytest
from running import EXAMPLES, environment

SCRIPT = EXAMPLES / "learning_speed.py"


def run(folder, *options):
    return subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), *options],
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="ascii",
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    result = run(folder, "--seeds", "3", "--output", "new/pictures")
    assert result.returncode == 0, result.stderr
    return result.stdout, folder / "new" / "pictures"


def test_two_pictures(done):
    text, folder = done
    names = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert set(names) == {"learning_speed_tumours.png", "learning_speed_iris.png"}
    assert all(size > 20_000 and name in text for name, size in names.items())


def test_the_table_compares_both_losses_at_both_rates(done):
    line = r"(?m)^(tumours|iris) +(one rate|own best) +(cross-entropy|squared error) +(\S+) +(\S+)"
    rows = re.findall(line, done[0])
    assert len(rows) == 8
    assert {row[3] for row in rows if row[1] == "one rate"} == {"1"}
    steps = {row[:3]: float(row[4]) for row in rows}
    one = [steps["tumours", "one rate", loss] for loss in ("cross-entropy", "squared error")]
    own = [steps["tumours", "own best", loss] for loss in ("cross-entropy", "squared error")]
    assert one[1] > 1.5 * one[0]
    assert own[1] < one[1], "a rate of its own helps squared error"


def test_it_is_short():
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 120


def test_a_wrong_option_is_named(tmp_path):
    done = run(tmp_path, "--start", "3")
    assert done.returncode == 2
    assert "--start" in done.stderr


FOLDERS = (".", "studies", "gallery")
SCRIPTS = sorted(path for folder in FOLDERS for path in (EXAMPLES / folder).glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [path for path in SCRIPTS if path.stem != "broken_trainings"],  # prints only
    ids=lambda path: path.stem,
)
def test_every_script_takes_the_common_options(script, tmp_path):
    done = subprocess.run(
        [sys.executable, str(script), "--help"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="ascii",
        check=True,
    )
    assert {"--output", "--show"} <= set(re.findall(r"--\w+", done.stdout))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_study_imports_no_file_next_to_it(script):
    text = script.read_text(encoding="utf-8")
    assert '__name__ == "__main__"' in text
    if script.parent.name != "gallery":
        others = {path.stem for path in SCRIPTS}
        imported = set(re.findall(r"(?m)^(?:import|from) (\w+)", text))
        assert not imported & others
