"""The bar of tqdm: no thread, no warning for lack of widgets, none without a console."""

import subprocess
import sys

import pytest

from minnet.utils.progress_bar import can_show, new_bar


def test_it_counts_in_plain_text(capsys):
    with new_bar(3, "run", "sweep") as bar:
        bar.update(3)
    err = capsys.readouterr().err
    assert "sweep" in err
    assert "3/3" in err


def test_no_thread_is_started():
    """In a Python of its own: another test may have made tqdm start its monitor."""
    code = """
import threading
from minnet.utils.progress_bar import new_bar
with new_bar(3, "step"):
    assert threading.active_count() == 1
import tqdm
assert tqdm.tqdm.monitor_interval == 10  # of others' bars
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_notebook_without_widgets_gets_plain_text_and_no_warning(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with new_bar(2, "step") as bar:
        bar.update(2)
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize("stream", [None, "closed"])
def test_without_a_console_there_is_no_bar(monkeypatch, tmp_path, stream):
    if stream is not None:
        stream = (tmp_path / "log").open("w", encoding="utf-8")
        stream.close()
    monkeypatch.setattr(sys, "stderr", stream)
    assert not can_show()
