"""The description of a file as JSON text, and back: strictly, for anybody may have written it."""

from __future__ import annotations

import json
from typing import Any

from minnet.saving.encoding import checked
from minnet.saving.errors import Flaw

_LARGEST_DESCRIPTION = 2**27


def to_json(description: dict[str, Any]) -> bytes:
    """The description as text."""
    return json.dumps(description, indent=1, allow_nan=False).encode("ascii")


def from_json(text: memoryview) -> dict[str, Any]:
    """The description in a file.

    Raises:
        Flaw: it is no JSON, has a key twice, NaN, or is nested too deeply.
    """
    if len(text) > _LARGEST_DESCRIPTION:
        raise Flaw("its description is too long.")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise Flaw("its description has a key twice.")
        return result

    def refuse(word: str) -> None:
        raise Flaw(f"its description has {word}.")

    try:
        found = json.loads(
            bytes(text).decode("ascii"), object_pairs_hook=unique, parse_constant=refuse
        )
    except (ValueError, RecursionError) as error:
        raise Flaw(f"its description is no JSON: {error}.") from error
    result: dict[str, Any] = checked(found, dict)
    return result
