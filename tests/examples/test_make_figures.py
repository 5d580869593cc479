"""The command makes the pictures that are named, and the gallery shows all of them."""

import pytest
from figure_checks import EXAMPLES, PICTURES, make_figures

GALLERY = (EXAMPLES / "README.md").read_text(encoding="utf-8")
FIGURES = EXAMPLES / "figures"


def test_only_the_named_pictures_are_made(tmp_path, capsys):
    make_figures.main(["sigmoid", "cross_entropy", "--output", str(tmp_path / "new")])
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"sigmoid.png", "cross_entropy.png"}
    printed = capsys.readouterr()
    assert "2 pictures in" in printed.out
    assert "2/2" in printed.err, "a progress bar"


def test_an_unknown_name_lists_the_names(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        make_figures.main(["sigmoid", "mona_lisa", "--output", str(tmp_path / "new")])
    assert stopped.value.code == 2
    message = capsys.readouterr().err
    assert "got mona_lisa" in message
    assert all(name in message for name in PICTURES)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit):
        make_figures.main(["sigmoid", "--output", str(tmp_path / "file")])
    assert "expected a folder that can be written" in capsys.readouterr().err


def test_the_gallery_shows_every_picture():
    for name in PICTURES:
        ending = "gif" if name == "boundary_film" else "png"
        assert f"](figures/{name}.{ending})" in GALLERY
    assert GALLERY.count("](figures/") == len(PICTURES)


def test_every_picture_is_committed_and_all_are_small():
    files = {path.stem: path for path in FIGURES.iterdir()}
    assert set(files) == set(PICTURES)
    assert sum(path.stat().st_size for path in files.values()) < 3e6


def test_each_picture_has_two_sentences():
    for part in GALLERY.split("](figures/")[1:]:
        name, _, text = part.partition(")")
        words = text.partition("![")[0].partition("##")[0].strip()
        ends = [word for word in words.split() if word.endswith(".")]
        assert len(ends) == 2, (name, ends)
