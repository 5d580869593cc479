"""What layers take: pairs of numbers, and shapes."""

import numpy as np
import pytest

from minnet.nn.layers.checks import pair


def test_pairs():
    assert pair("P", "n", 3) == (3, 3)
    assert pair("P", "n", [1, np.int64(2)]) == (1, 2)
    assert pair("P", "n", (0, 1), minimum=0) == (0, 1)
    with pytest.raises(ValueError, match=r"P: n: expected a whole number or a pair"):
        pair("P", "n", ())
