"""`minnet examples`: who installs minnet has its scripts."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from minnet.demo.example_scripts import main, scripts

ROOT = Path(__file__).parents[2]


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
    with pytest.raises(SystemExit):
        main(["learningspeed"])
    assert "Did you mean learning_speed?" in capsys.readouterr().err


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which a wheel of this checkout is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-v", "-w", folder, ROOT]
    built = subprocess.run(build, capture_output=True, encoding="utf-8")
    assert built.returncode == 0, built.stderr
    assert "Deprecat" not in built.stdout + built.stderr
    (wheel,) = folder.glob("minnet_learn-*.whl")
    target = folder / "installed"
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "-q", "--target", target, wheel]
    subprocess.run(install, check=True)
    return target


@pytest.mark.slow
def test_a_wheel_has_the_package_its_data_and_the_examples(installed):
    assert (installed / "minnet/data/datasets/iris.csv").is_file()
    examples = installed / "share/minnet/examples"
    for name in ("learning_speed.py", "lessons/10_digits.py", "gallery/neuron.py"):
        assert (examples / name).is_file()
    assert (examples / "studies/learning_speed_runs.csv").is_file()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the command is a program of its own there")
def test_the_command_of_a_wheel(installed, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(installed)}

    def run(*words):
        done = subprocess.run(
            [sys.executable, installed / "bin" / "minnet", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
        )
        return done.returncode, done.stdout + done.stderr

    assert run("examples", "learning_speed")[0] == 0
    assert (tmp_path / "learning_speed.py").read_bytes() == scripts()["learning_speed"].read_bytes()
    code, listed = run("examples")
    assert code == 0
    assert {name for name in scripts() if f"\n{name} " in listed} >= {
        "learning_speed",
        "doctor_demo",
    }
    assert "not-summed-over-batch" in run("codes")[1]
    (tmp_path / "layers.py").write_text(
        "import minnet as mn\n\nclass Own(mn.Tanh): pass\n", "utf-8"
    )
    code, said = run("check", "layers.py")
    assert code == 0
    assert "layers.py  Own    right" in said


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
