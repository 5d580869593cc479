"""The command line of scripts that draw, and where their pictures go."""

import sys
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from minnet.plot import script_pictures


@pytest.fixture
def common():
    yield script_pictures
    plt.close("all")


@pytest.fixture(autouse=True)
def no_display(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


def test_pictures_go_to_figures_in_the_current_folder(common, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pictures = common.start("A lesson.", [])
    assert pictures.folder == Path("figures")
    assert (tmp_path / "figures").is_dir()


def test_output_names_another_folder_which_is_made(common, tmp_path):
    pictures = common.start("A lesson.", ["--output", str(tmp_path / "a" / "b")])
    assert pictures.folder.is_dir()
    assert mpl.get_backend().lower() == "agg"


def test_a_picture_is_saved_announced_and_closed(common, tmp_path, capsys):
    pictures = common.Pictures(tmp_path)
    figure, _ = plt.subplots(figsize=(2, 1))
    path = pictures.save(figure, "lesson")
    assert path == tmp_path / "lesson.png"
    assert capsys.readouterr().out == f"picture: {path}\n"
    height, width = plt.imread(path).shape[:2]
    assert (width, height) == (2 * common.DOTS_PER_INCH, common.DOTS_PER_INCH)
    assert not plt.get_fignums()


def test_a_part_of_a_figure_saves_the_whole(common, tmp_path):
    figure = plt.figure(figsize=(4, 1))
    left, _ = figure.subfigures(1, 2)
    path = common.Pictures(tmp_path).save(left, "lesson")
    assert plt.imread(path).shape[1] == 4 * common.DOTS_PER_INCH


def test_show_without_a_display_says_so_and_saves(common, tmp_path, capsys):
    pictures = common.start("A lesson.", ["--output", str(tmp_path), "--show"])
    assert "no display" in capsys.readouterr().out
    pictures.save(plt.figure(), "lesson")
    pictures.show()
    assert (tmp_path / "lesson.png").exists()


def test_show_without_a_window_system_says_so(common, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DISPLAY", ":0")
    mpl.use("Agg")
    pictures = common.Pictures(tmp_path, show=True)
    pictures.save(plt.figure(), "lesson")
    pictures.show()
    assert "no window system" in capsys.readouterr().out


def test_in_a_notebook_they_are_shown_below_the_cell(common, tmp_path, monkeypatch):
    shown = []
    kernel = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=True))
    drawing = SimpleNamespace(Image=lambda **given: given["filename"], display=shown.append)
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setitem(sys.modules, "IPython.display", drawing)
    backend = mpl.get_backend()
    pictures = common.start("A lesson.", ["--output", str(tmp_path), "--show"])
    path = pictures.save(plt.figure(), "lesson")
    pictures.show()
    assert shown == [str(path)]
    assert mpl.get_backend() == backend, "that of the notebook's own pictures"
    assert not plt.get_fignums()


def test_show_opens_all_pictures_at_the_end(common, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(mpl, "get_backend", lambda: "TkAgg")
    monkeypatch.setattr(plt, "show", lambda: opened.extend(plt.get_fignums()))
    pictures = common.Pictures(tmp_path, show=True)
    for name in ("first", "second"):
        pictures.save(plt.figure(), name)
    assert not opened
    pictures.show()
    assert len(opened) == 2


def test_a_display_is_assumed_outside_of_linux(common, monkeypatch):
    assert not common.has_display()
    for platform in ("win32", "darwin"):
        monkeypatch.setattr(sys, "platform", platform)
        assert common.has_display()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert common.has_display()


def test_an_output_that_is_a_file_is_refused(common, tmp_path, capsys):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit) as caught:
        common.start("A lesson.", ["--output", str(tmp_path / "taken")])
    assert caught.value.code == 2
    message = capsys.readouterr().err
    for part in ("--output", "expected a folder", "taken", "Name another one"):
        assert part in message
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


def test_help_tells_the_lesson(common, capsys):
    with pytest.raises(SystemExit) as caught:
        common.start("A lesson on lines.", ["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert "A lesson on lines." in text
    assert "--show" in text
