"""A report says which ordinary test would have missed the mistake."""

import minnet as mn


def test_a_test_with_ones_is_said_to_hide_it():
    class Halves(mn.Activation):
        def forward(self, z):
            self.z = z
            return z**2

        def backward(self, grad):
            return 2 * self.z * grad**2

    (mistake,) = mn.check_layer(Halves, (5, 3)).mistakes
    assert "For an upstream gradient of ones it happens to be right" in mistake.message
