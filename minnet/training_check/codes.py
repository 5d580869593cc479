"""The mistakes that have a name: codes.csv, causes before their consequences.

Each has a reason, one sentence that can be read in class, its source and a next step. `remark` says
when it is worth a remark although no trial has shown that it keeps the network from learning:
"always", if the training "fails", "never"; "only": it is never more than a remark.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple


class Code(NamedTuple):
    """One line of the table; `without` is what a trial without the cause is called."""

    code: str
    remark: str
    without: str
    next_step: str
    reason: str
    source: str


with Path(__file__).with_name("codes.csv").open(encoding="utf-8", newline="") as _file:
    CODES = {row["code"]: Code(**row) for row in csv.DictReader(_file, delimiter="|")}

RANK = {code: rank for rank, code in enumerate(CODES)}

SYMPTOMS = ("cannot-fit-one-batch", "loss-oscillates")
"""What follows from another finding, if there is one: listed last."""
