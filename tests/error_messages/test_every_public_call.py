"""A sample of the bad calls of tests/reliability/bad_calls.py: each is right or a clear error.

Those that are not yet so are listed by name in known_bad_calls.txt; the list may only shrink.
After a fix, write it again:

python tests/reliability/bad_calls.py --size 0.012 --known tests/error_messages/known_bad_calls.txt
"""

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="limits of time and memory as Unix has them")

from bad_calls import bad_ones, chosen, folder, problems_of_the_table

SIZE = 0.012
KNOWN = Path(__file__).with_name("known_bad_calls.txt")


@pytest.fixture(autouse=True)
def own_folder():
    with folder():
        yield


def test_bad_calls_are_refused_clearly():
    known = set(KNOWN.read_text(encoding="utf8").splitlines())
    sample = chosen(SIZE)
    bad = [
        f"{result.verdict}: {case.name}: {result.detail}"
        for case, result in bad_ones(sample, Counter())
        if case.name not in known
    ]
    assert len(sample) > 400
    assert not bad, "\n".join(bad)


def test_every_public_function_has_a_right_call():
    assert problems_of_the_table(every_argument=False) == []
