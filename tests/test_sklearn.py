"""The scikit-learn estimators: all of its own checks, and the tools that people use them with."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

import minnet as mn
from minnet import sklearn
from minnet.sklearn import MinnetClassifier, MinnetRegressor

X, Y = mn.datasets.iris()
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]


CHECKS = [
    pair
    for estimator in (MinnetClassifier(), MinnetRegressor())
    for pair in estimator_checks_generator(estimator)
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("estimator", "check"), CHECKS)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_string_labels_and_probabilities():
    model = MinnetClassifier(random_state=0).fit(X, NAMES)
    assert list(model.classes_) == ["setosa", "versicolor", "virginica"]
    assert model.score(X, NAMES) > 0.95
    p = model.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_array_equal(model.classes_[p.argmax(axis=1)], model.predict(X))
    assert len(model.loss_curve_) == model.n_iter_ == 200
    assert model.loss_curve_[-1] < model.loss_curve_[0]


def test_the_same_random_state_gives_the_same_numbers():
    one, two = (MinnetClassifier(random_state=3, epochs=5).fit(X, Y) for _ in range(2))
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))
    other = MinnetClassifier(random_state=4, epochs=5).fit(X, Y)
    assert not np.array_equal(one.predict_proba(X), other.predict_proba(X))


@pytest.mark.parametrize("loss", [mn.BinaryCrossEntropy(), mn.MeanSquaredError(), mn.Hinge()])
def test_two_classes_under_every_loss(loss):
    def layers(n_features, n_outputs):
        last = [mn.Identity() if isinstance(loss, mn.Hinge) else mn.Sigmoid()]
        return [mn.Linear(n_features, n_outputs), *last]

    x, y = X[:100], NAMES[:100]
    model = MinnetClassifier(layers, loss, mn.SGD(0.1), random_state=0).fit(x, y)
    assert model.score(x, y) == 1
    assert model.predict_proba(x).shape == (100, 2)
    assert model.trainer_.predict(x).shape == (100, 2 if type(loss) is mn.MeanSquaredError else 1)


def test_arguments_are_copied_and_fit_starts_again():
    layers = [mn.Linear(4, 3), mn.Softmax()]
    model = MinnetClassifier(layers, optimizer=mn.SGD(0.1), epochs=3, random_state=0)
    first = model.fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, Y).predict_proba(X), first)
    assert model.trainer_.network.layers[0] is not layers[0]
    assert model.n_iter_ == 3


def test_partial_fit_goes_on():
    model = MinnetClassifier(random_state=0)
    for _ in range(3):
        model.partial_fit(X[:60], Y[:60], classes=[0, 1, 2])
    assert model.n_iter_ == 3
    assert model.predict_proba(X).shape == (150, 3)
    with pytest.raises(ValueError, match=r"known from the start, got \[7\]"):
        model.partial_fit(X[:3], [0, 1, 7])


def test_sample_weights_count():
    weights = np.where(Y == 2, 0.0, 1.0)
    model = MinnetClassifier(random_state=0).fit(X, Y, sample_weight=weights)
    assert not (model.predict(X) == 2).any()


def test_in_a_pipeline_and_a_grid_search_over_layers_losses_and_rates():
    def small(n_features, n_outputs):
        return [mn.Linear(n_features, n_outputs), mn.Softmax()]

    grid = {
        "minnetclassifier__layers": [None, small],
        "minnetclassifier__loss": [mn.CategoricalCrossEntropy(), mn.MeanSquaredError()],
        "minnetclassifier__optimizer": [mn.SGD(0.01), mn.SGD(1.0)],
    }
    model = make_pipeline(StandardScaler(), MinnetClassifier(epochs=20, random_state=0))
    search = GridSearchCV(model, grid, cv=3).fit(X, NAMES)
    assert search.best_score_ > 0.9
    assert search.best_params_["minnetclassifier__optimizer"].learning_rate == 1.0


def test_permutation_importance_finds_the_column_that_counts():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(200, 3))
    model = MinnetRegressor(random_state=0).fit(x, x[:, 1])
    importance = permutation_importance(model, x, x[:, 1], random_state=0).importances_mean
    assert importance.argmax() == 1
    assert importance[1] > 100 * np.abs(importance[[0, 2]]).max()


def test_regression_with_several_targets():
    x = np.linspace(-1, 1, 60)[:, None]
    y = np.hstack([x**2, -x])
    model = MinnetRegressor(random_state=0).fit(x, y)
    assert model.predict(x).shape == (60, 2)
    assert model.score(x, y) > 0.9
    assert cross_val_score(MinnetRegressor(random_state=0), x, x[:, 0], cv=3).shape == (3,)


def test_callbacks_end_a_training():
    stop = mn.EarlyStopping("loss", patience=1, minimum_change=1.0)
    model = MinnetClassifier(callbacks=[stop], random_state=0).fit(X, Y)
    assert model.n_iter_ < 10


def test_a_fitted_estimator_is_pickled_and_cloned():
    model = MinnetClassifier(random_state=0, epochs=5).fit(X, NAMES)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert not hasattr(clone(model), "trainer_")
    assert clone(model).fit(X, NAMES).loss_curve_ == model.loss_curve_


def test_data_frames_and_names_of_columns():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    model = make_pipeline(StandardScaler(), MinnetClassifier(random_state=0, epochs=20))
    model.set_output(transform="pandas").fit(frame, pandas.Series(NAMES).astype("category"))
    assert list(model[-1].feature_names_in_) == ["a", "b", "c", "d"]
    assert model[-1].n_features_in_ == 4
    assert model.score(frame, NAMES) > 0.8
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame.rename(columns={"a": "z"}))


def test_arguments_of_a_part_of_a_pipeline():
    model = make_pipeline(StandardScaler(), MinnetClassifier(optimizer=mn.SGD(0.1, momentum=0.9)))
    model.set_params(minnetclassifier__epochs=3)
    assert model.get_params()["minnetclassifier__epochs"] == 3
    assert "SGD(learning_rate=0.1, momentum=0.9)" in repr(model)
    assert model.fit(X, Y)[-1].n_iter_ == 3
    with pytest.raises(ValueError, match="Invalid parameter 'lr'"):
        model[-1].set_params(lr=0.1)


def test_texts_for_objects_are_answered():
    with pytest.raises(TypeError, match=r"Write mn\.Adam\(\)"):
        MinnetClassifier(optimizer="adam").fit(X, Y)


@pytest.mark.slow
def test_in_two_processes():
    model = MinnetClassifier(random_state=0)
    grid = {"epochs": [2, 20]}
    both = [GridSearchCV(model, grid, cv=2, n_jobs=n).fit(X, NAMES) for n in (1, 2)]
    scores = [search.cv_results_["mean_test_score"] for search in both]
    np.testing.assert_array_equal(*scores)


def test_the_file_is_short():
    assert len(Path(sklearn.__file__).read_text(encoding="utf-8").splitlines()) <= 150


def test_a_part_may_be_of_one_class():
    x, y = mn.datasets.iris()
    model = MinnetClassifier(random_state=0)
    for label in (0, 1, 2) * 20:  # sorted, as a stream may be
        model.partial_fit(x[y == label], y[y == label], classes=[0, 1, 2])
    assert model.n_iter_ == 60
    with pytest.raises(ValueError, match="two or more classes"):
        MinnetClassifier().fit(x[:50], y[:50])
