"""The scalers: their statistics, the way back, constant columns, types, and the order of use."""

import copy
import pickle
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minnet.data import MinMaxScaler, Standardizer

SCALERS = [Standardizer, MinMaxScaler]
TABLES = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False),
)
X = np.array([[1.0, 100.0, 5.0], [2.0, 300.0, 5.0], [6.0, 200.0, 5.0]])


@pytest.mark.parametrize("scaler_type", SCALERS)
@given(x=TABLES)
def test_inverse_transform_leads_back(scaler_type, x):
    before = x.copy()
    scaler = scaler_type()
    z = scaler.fit_transform(x)
    back = scaler.inverse_transform(z)
    assert back.shape == x.shape
    assert np.all(np.abs(back - x) <= 1e-14 * np.abs(x).max(axis=0))
    assert np.array_equal(x, before)
    assert not np.shares_memory(z, x)


@given(x=TABLES)
def test_standardized_columns_have_mean_zero_and_deviation_one(x):
    z = Standardizer().fit_transform(x)
    varies = np.ptp(x, axis=0) > 1e-6 * np.abs(x).max(axis=0)
    assert np.abs(z[:, varies].mean(axis=0)).max(initial=0) < 1e-8
    assert np.abs(z[:, varies].std(axis=0) - 1).max(initial=0) < 1e-8


@given(x=TABLES)
def test_min_max_columns_fill_zero_to_one(x):
    z = MinMaxScaler().fit_transform(x)
    varies = np.ptp(x, axis=0) > 0
    assert np.all(z.min(axis=0) == 0)
    assert np.all(z[:, varies].max(axis=0) == 1)
    assert np.all(z[:, ~varies] == 0)


@given(x=TABLES)
def test_attributes_are_the_statistics_of_the_columns(x):
    standardizer, min_max = Standardizer().fit(x), MinMaxScaler().fit(x)
    assert np.array_equal(min_max.minimum, x.min(axis=0))
    assert np.array_equal(min_max.maximum, x.max(axis=0))
    for j, column in enumerate(x.T.tolist()):
        size = max(map(abs, column)) or 1.0
        ratios = [value / size for value in column]  # pstdev squares: keep it from underflow
        mean, deviation = statistics.fmean(ratios), statistics.pstdev(ratios)
        assert standardizer.mean[j] / size == pytest.approx(mean, abs=1e-14)
        assert standardizer.standard_deviation[j] / size == pytest.approx(deviation, abs=1e-13)


@pytest.mark.parametrize("scaler_type", SCALERS)
@pytest.mark.parametrize("other", [5e-324, 1e-320, -3e-310])
def test_subnormal_columns_stay_finite_and_come_back(scaler_type, other):
    """Their deviation has few digits or none, but nothing may divide by zero or warn."""
    x = np.array([[0.0], [other]])
    scaler = scaler_type()
    z = scaler.fit_transform(x)
    assert np.all(np.abs(z) <= 2)
    assert np.abs(scaler.inverse_transform(z) - x).max() <= 1e-323


def test_formulas_by_hand():
    assert Standardizer().fit(X).standard_deviation[0] == pytest.approx(np.sqrt(14 / 3))
    assert Standardizer().fit_transform(X)[:, 0] == pytest.approx(
        (X[:, 0] - 3) / np.sqrt(14 / 3), rel=1e-15
    )
    assert MinMaxScaler().fit_transform(X)[:, 1].tolist() == [0, 1, 0.5]


@pytest.mark.parametrize("scaler_type", SCALERS)
def test_other_rows_are_scaled_by_the_statistics_of_fit(scaler_type):
    scaler = scaler_type().fit(X)
    together = scaler.transform(np.vstack([X, X + 50]))
    assert np.array_equal(together[:3], scaler.transform(X))
    assert np.array_equal(scaler.transform(X + 50), together[3:])
    assert np.array_equal(scaler.transform(X[:1]), together[:1])
    assert together[3:].max() > 1


@pytest.mark.parametrize("scaler_type", SCALERS)
@pytest.mark.parametrize("value", [0.1, 1e-300, -7e200, 0.0, 1 / 3])
@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_constant_columns_become_zero_and_come_back(scaler_type, value, rows):
    x = np.full((rows, 2), value)
    scaler = scaler_type().fit(x)
    assert np.all(scaler.transform(x) == 0)
    assert np.all(scaler.inverse_transform(scaler.transform(x)) == value)
    assert scaler.transform(x + 1)[0, 0] == (value + 1) - value


@pytest.mark.parametrize("scale", [1e-200, 1e-160, 1.0, 1e160, 1e290])
def test_very_small_and_very_large_columns(scale):
    x = X[:, :2] * scale
    assert Standardizer().fit_transform(x) == pytest.approx(
        Standardizer().fit_transform(X[:, :2]), rel=1e-12
    )
    assert MinMaxScaler().fit_transform(x) == pytest.approx(
        MinMaxScaler().fit_transform(X[:, :2]), rel=1e-12
    )


@pytest.mark.parametrize("scaler_type", SCALERS)
@pytest.mark.parametrize(
    ("kind", "result"),
    [("float16", "float16"), ("float32", "float32"), ("float64", "float64")]
    + [(kind, "float64") for kind in ("int64", "int8", "uint8", "bool")],
)
def test_types(scaler_type, kind, result):
    x = np.array([[0, 1], [1, 1], [1, 0]]).astype(kind)
    scaler = scaler_type().fit(x)
    z = scaler.transform(x)
    assert z.dtype == np.dtype(result)
    assert scaler.inverse_transform(z).dtype == np.dtype(result)
    assert scaler.inverse_transform(z) == pytest.approx(x.astype(float), abs=1e-3)


@pytest.mark.parametrize("kind", ["uint8", "int8", "float16"])
def test_small_types_do_not_overflow_in_the_statistics(kind):
    x = np.array([[0], [120], [100]] * 1000).astype(kind)
    assert Standardizer().fit(x).mean[0] == pytest.approx(220 / 3)
    assert MinMaxScaler().fit(x).maximum[0] == 120


def test_float32_is_computed_in_float64():
    x = (np.random.default_rng(0).random((500, 1)) + 1e4).astype(np.float32)
    z = Standardizer().fit_transform(x)
    exact = x.astype(np.float64)
    assert np.abs(z - (exact - exact.mean()) / exact.std()).max() < 1e-6


@pytest.mark.parametrize("scaler_type", SCALERS)
def test_use_before_fit_says_fit_first(scaler_type):
    for verb in ("transform", "inverse_transform"):
        with pytest.raises(RuntimeError, match=rf"{scaler_type.__name__}\.{verb}: .*fit\(x_train"):
            getattr(scaler_type(), verb)(X)


@pytest.mark.parametrize("scaler_type", SCALERS)
@pytest.mark.parametrize("verb", ["transform", "inverse_transform"])
def test_another_number_of_features_is_named(scaler_type, verb):
    message = rf"{scaler_type.__name__}\.{verb}: x: expected 3 features as in fit, got 2"
    with pytest.raises(ValueError, match=message):
        getattr(scaler_type().fit(X), verb)(X[:, :2])
    with pytest.raises(ValueError, match="got 1"):
        getattr(scaler_type().fit(X), verb)(X[:, :1])


@pytest.mark.parametrize("scaler_type", SCALERS)
@pytest.mark.parametrize("verb", ["fit", "fit_transform", "transform", "inverse_transform"])
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones(3), ValueError, r"x: expected an array of shape \(m, features\)"),
        (np.ones((2, 3, 1)), ValueError, r"x: expected shape \(m, features\), got \(2, 3, 1\)"),
        (np.ones((0, 3)), ValueError, "x: expected data"),
        ([[1, 2, np.nan]], ValueError, r"x: expected finite numbers, got x\[0, 2\] = nan"),
        ([["1", "2", "3"]], TypeError, "x: expected an array of numbers"),
        ([[1, 2], [3]], TypeError, "x: expected an array of numbers"),
    ],
)
def test_bad_input_is_named(scaler_type, verb, x, error, message):
    with pytest.raises(error, match=rf"^{scaler_type.__name__}\.\w+: {message}"):
        getattr(scaler_type().fit(X), verb)(x)


@pytest.mark.parametrize("scaler_type", SCALERS)
def test_columns_whose_statistics_overflow_are_refused(scaler_type):
    huge = np.array([[1.0, -1.7e308], [2.0, 1.7e308], [3.0, 1.7e308], [4.0, 1.7e308]])
    scaler = scaler_type()
    with pytest.raises(ValueError, match=r"overflow in x\[:, 1\]"):
        scaler.fit(huge)
    with pytest.raises(RuntimeError, match="fit"):
        scaler.transform(huge)


@pytest.mark.parametrize("scaler_type", SCALERS)
def test_a_fit_that_fails_leaves_the_scaler_as_it_was(scaler_type):
    scaler = scaler_type().fit(X)
    before = scaler.transform(X)
    with pytest.raises(ValueError, match="finite"):
        scaler.fit(np.full((2, 3), np.nan))
    assert np.array_equal(scaler.transform(X), before)


@pytest.mark.parametrize("scaler_type", SCALERS)
def test_fitting_again_forgets_the_first_fit(scaler_type):
    scaler = scaler_type().fit(X)
    assert scaler.fit(X[:, :2] * 3) is scaler
    assert np.array_equal(
        scaler.transform(X[:, :2]), scaler_type().fit(X[:, :2] * 3).transform(X[:, :2])
    )


@pytest.mark.parametrize("scaler_type", SCALERS)
def test_a_scaler_does_not_hold_on_to_the_data(scaler_type):
    x = X.copy()
    scaler = scaler_type().fit(x)
    before = scaler.transform(X)
    x[:] = 0
    assert np.array_equal(scaler.transform(X), before)


@pytest.mark.parametrize("scaler_type", SCALERS)
def test_copies_and_pickles(scaler_type):
    scaler = scaler_type().fit(X)
    for twin in (copy.deepcopy(scaler), pickle.loads(pickle.dumps(scaler))):
        assert np.array_equal(twin.transform(X), scaler.transform(X))


def test_prints_what_it_knows():
    assert repr(Standardizer()) == "<Standardizer: not fitted>"
    assert repr(MinMaxScaler().fit(X)) == "<MinMaxScaler: 3 features>"


@pytest.mark.parametrize("scaler", [Standardizer, MinMaxScaler])
def test_columns_in_another_order_are_refused_where_they_have_names(scaler):
    pandas = pytest.importorskip("pandas")
    x = pandas.DataFrame({"age": [1.0, 2.0, 4.0], "weight": [60.0, 70.0, 90.0]})
    fitted = scaler().fit(x)
    expected = fitted.transform(x)
    for verb in (fitted.transform, fitted.inverse_transform):
        with pytest.raises(ValueError, match=r"order of fit: x\[\['age', 'weight'\]\]"):
            verb(x[["weight", "age"]])
        with pytest.raises(ValueError, match=r"expected the columns .*Give the same columns"):
            verb(x.rename(columns={"age": "length"}))
    np.testing.assert_array_equal(fitted.transform(x[["weight", "age"]][fitted.columns]), expected)
    np.testing.assert_array_equal(fitted.transform(x.to_numpy()), expected)
    np.testing.assert_array_equal(fitted.transform(pandas.DataFrame(x.to_numpy())), expected)
    scaler().fit(x.to_numpy()).transform(x)  # without names nothing is known of an order


@pytest.mark.parametrize("scaler", [Standardizer, MinMaxScaler])
def test_columns_in_another_order_are_refused_whatever_their_names(scaler):
    pandas = pytest.importorskip("pandas")
    for names in (["a", "b"], [0, 1], ["a", 1]):
        table = pandas.DataFrame([[0.0, 5.0], [1.0, 9.0]], columns=names)
        fitted = scaler().fit(table)
        with pytest.raises(ValueError, match=r"in the order of fit"):
            fitted.transform(table[names[::-1]])
        numbered = pandas.DataFrame(table.to_numpy())
        assert fitted.transform(numbered).tolist() == fitted.transform(table).tolist()


@pytest.mark.parametrize("scaler", [Standardizer, MinMaxScaler])
def test_numbers_that_overflow_when_scaled_are_refused_without_a_warning(scaler):
    small = scaler().fit([[0.0], [1e-30]])
    with pytest.raises(ValueError, match=r"transform: the result: expected .* as in fit"):
        small.transform(np.array([[1e30]], np.float32))
    with pytest.raises(ValueError, match="inverse_transform: the result"):
        scaler().fit([[0.0], [1e300]]).inverse_transform([[1e300]])
