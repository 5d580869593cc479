"""`minnet examples`: who installs minnet has its scripts."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from minnet.example_scripts import main, scripts

ROOT = Path(__file__).parents[1]


def test_the_list_has_every_script_that_does_something(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert "learning_speed " in out
    assert "How fast a classifier learns" in out
    assert "lessons/01_what_it_costs " in out


def test_one_is_copied(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["learning_speed"]) == 0
    copied = tmp_path / "learning_speed.py"
    assert copied.read_bytes() == scripts()["learning_speed"].read_bytes()
    assert "Run it with" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["learning_speed"])
    assert "is here already" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["nothing"])
    assert "expected a name of the list" in capsys.readouterr().err


@pytest.mark.slow
def test_a_wheel_has_the_package_its_data_and_the_examples(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", tmp_path, ROOT], check=True
    )
    (wheel,) = tmp_path.glob("minnet_learn-*.whl")
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    scripts_of_all_kinds = ("learning_speed.py", "lessons/10_digits.py", "gallery/neuron.py")
    for end in (
        "minnet/data/datasets/iris.csv",
        *(f"share/minnet/examples/{script}" for script in scripts_of_all_kinds),
        "share/minnet/examples/studies/learning_speed_runs.csv",
    ):
        assert any(name.endswith(end) for name in names), end


def test_data_sets_are_read_from_a_zip(tmp_path):
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in (ROOT / "minnet").rglob("*"):
            if path.suffix in (".py", ".csv"):
                file.write(path, path.relative_to(ROOT).as_posix())
    code = (
        f"import sys; sys.path.insert(0, {str(archive)!r}); import minnet as mn; "
        f"print(mn.__file__, [len(f().x) for f in (mn.datasets.iris, mn.datasets.digits)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=tmp_path
    )
    assert "package.zip" in done.stdout, done.stderr
    assert "[150, 1797]" in done.stdout
