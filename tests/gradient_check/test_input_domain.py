"""Random inputs, upstream gradients and weights for a check."""

import numpy as np

from minnet.gradient_check.input_domain import InputDomain, batch_sizes, cotangent, random_weight


def test_cotangents_and_weights_hide_nothing():
    generator = np.random.default_rng(0)
    for array in (cotangent((50, 4), generator), random_weight(np.ones((50, 4)), generator, False)):
        assert np.abs(array).min() > 0.05
        assert (array > 0).any()
        assert (array < 0).any()
        assert len(np.unique(array)) == array.size


def test_batch_sizes_avoid_all_other_sizes():
    assert batch_sizes(5, {3, 7})[0] == 5
    assert batch_sizes(4, {4, 5})[0] == 7


def test_mixtures_of_given_rows_stay_on_the_simplex():
    rows = np.random.default_rng(0).dirichlet(np.ones(3), size=6)
    domain = InputDomain(rows, "test")
    drawn = domain.draw(40, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    assert drawn.min() >= rows.min()
    assert drawn.max() <= rows.max()
