"""A backward that is not linear in the upstream gradient."""

import minnet as mn
from minnet.gradient_check import check_layer


class SquaredAndMore(mn.Layer):
    """y = 2 x; the backward is neither zero for g = 0 nor linear."""

    def forward(self, x):
        return 2.0 * x

    def backward(self, grad):
        return 2.0 * grad**2 + 1.0


def test_the_mistake_is_named():
    report = check_layer(SquaredAndMore, (4, 3))
    assert report.mistakes[0].code in ("not-linear-in-upstream",), str(report)
    assert "is not zero where the upstream gradient" in " ".join(str(report).split())
