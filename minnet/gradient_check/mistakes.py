"""The names of the mistakes, what each means, and what to do next: codes.csv.

The codes are part of the interface: graders compare them. The order is the order of a report:
what explains most comes first, so that the first mistake of a report is the one to fix.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple


class Meaning(NamedTuple):
    """What a code means, one example, and the next step for the person who made the mistake."""

    text: str
    example: str
    next_step: str


with Path(__file__).with_name("codes.csv").open(encoding="utf-8", newline="") as _file:
    CODES: dict[str, Meaning] = {
        code: Meaning(*meaning) for code, *meaning in list(csv.reader(_file, delimiter="|"))[1:]
    }

RANK = {code: rank for rank, code in enumerate(CODES)}


def explanation() -> str:
    """All codes with their meanings and examples, as `python -m minnet codes` prints them."""
    blocks = []
    for code, meaning in CODES.items():
        blocks.append(f"{code}\n    {meaning.text}\n    for example: {meaning.example}")
    return "\n".join(blocks)
