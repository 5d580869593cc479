"""What the commands have in common: numbers among their options, and text for any terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TextIO


def above_0(kind: type) -> Callable[[str], float]:
    """A type for argparse: `kind` (int or float), above 0.

    >>> above_0(float)("0.5")
    0.5
    """

    def convert(text: str) -> float:
        try:
            value: float = kind(text)
        except ValueError:
            value = 0
        if not 0 < value < 1e6:
            raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
        return value

    return convert


def say(text: str, stream: TextIO | None = None) -> None:
    """Print; what the encoding of the stream does not have becomes a question mark."""
    stream = stream or sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), file=stream)
