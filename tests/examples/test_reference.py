"""The reference page lists every public name, and is current."""

import re

from make_reference import ELSEWHERE, FILE, page, sections

import minnet as mn


def test_the_page_is_current():
    """If this fails: python tests/examples/make_reference.py."""
    assert FILE.read_text(encoding="utf-8") == page()


def test_every_public_name_is_there_with_a_meaning():
    listed = {name for _, _, names in sections() for name, _ in names}
    modules = {name for name in mn.__all__ if type(getattr(mn, name)) is type(mn)}
    assert set(mn.__all__) - modules <= listed
    assert set(ELSEWHERE) <= listed
    for line in page().splitlines():
        if line.startswith("| `"):
            assert re.match(r"\| `mn\.[\w.]+` \| \S.{10,}", line), line
