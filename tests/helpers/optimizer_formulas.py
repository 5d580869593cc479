"""Compares an optimizer's vectors with the formulas of its docstring for single numbers."""

import numpy as np


def check_formulas(make, by_the_formulas, scale):
    """`by_the_formulas(optimizer, w, gradients)` is the weight after all steps."""
    generator = np.random.default_rng(1)
    start, gradients = generator.normal(size=4), generator.normal(size=(12, 4)) * scale
    w, optimizer = start.copy(), make()
    for g in gradients:
        optimizer.step(w, g)
    expected = [by_the_formulas(make(), *column) for column in zip(start, gradients.T, strict=True)]
    np.testing.assert_allclose(w, expected, rtol=1e-11)
