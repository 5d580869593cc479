"""bn_param, conv_param, dropout_param: the numbers of the reference, in the words of courses."""

from __future__ import annotations

from typing import Any

_WORDS = {"pad": "padding", "eps": "epsilon", "decay_rate": "decay", "size": "kernel_size"}


def options_of(reference: Any) -> dict[str, Any]:
    """What functions find in the dict that they take after their arrays.

    `p` of a dropout is the share that is kept, and the momentum of a batch normalization weighs the
    old value: as in the course from which these dicts come.

    >>> import minnet as mn
    >>> options_of(mn.Dropout(0.25))
    {'rate': 0.25, 'p': 0.75}
    """
    found: dict[str, Any] = {}
    for name, value in vars(reference).items():
        pair = value if isinstance(value, tuple) and len(value) == 2 else None
        number = pair[0] if pair and pair[0] == pair[1] else value
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            found[name.strip("_")] = number
        if pair and name == "kernel_size":
            found["pool_height"], found["pool_width"] = pair
    found |= {word: found[name] for word, name in _WORDS.items() if name in found}
    if "rate" in found:
        found["p"] = 1 - found["rate"]
    if "momentum" in found and "features" in found:
        found["momentum"] = 1 - found["momentum"]
    return found
