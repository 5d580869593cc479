"""From one seed to independent random streams, so that one seed repeats a whole training.

A Trainer and the network that it makes share a seed, but not their random numbers: how many weights
are drawn must not change the order of the batches. `SeedSequence.spawn` gives streams that are
statistically independent of each other.
"""

from __future__ import annotations

import numpy as np

_STREAMS = ("initial weights", "layers", "batch order")


def random_stream(seed: int | None, purpose: str) -> np.random.Generator:
    """The generator for "initial weights", "layers" (dropout) or "batch order".

    The same seed and purpose give the same numbers; None gives different numbers in each run.

    >>> first, second = random_stream(0, "layers"), random_stream(0, "layers")
    >>> first.random() == second.random()
    True
    >>> random_stream(0, "batch order").random() == random_stream(0, "layers").random()
    False
    """
    position = _STREAMS.index(purpose)
    return np.random.default_rng(np.random.SeedSequence(seed).spawn(len(_STREAMS))[position])
