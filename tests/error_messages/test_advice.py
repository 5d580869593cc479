# ruff: noqa: E501 (a table reads best with a row in a line)
"""The advice of each message, followed once: it must lead further.

A row is a call that is refused, words of its advice, and the call as the advice wants it.
"""

import numpy as np
import pytest

import minnet as mn

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(12, 4)), np.arange(12) % 3
IMAGES = RANDOM.normal(size=(12, 2, 2))
NAMES_OF_CLASSES = np.array(["cat", "dog", "eel"])[Y]


def three(*layers, loss=None, **options):
    layers = layers or (mn.Linear(4, 3), mn.Softmax())
    loss = loss or mn.CategoricalCrossEntropy()
    return mn.Trainer(list(layers), loss, mn.SGD(0.1), seed=0, **options)


def fit(x=X, y=Y, trainer=None, **options):
    return (trainer or three()).fit(x, y, **{"epochs": 1, "progress": False, **options})


def regression(**options):
    return mn.Trainer([mn.Linear(4, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0, **options)


class Sparse:
    """As a sparse matrix of SciPy: it only says how it becomes an array."""

    def toarray(self):
        return X


# (the call that is refused, words of the advice, the call that follows it)
ADVICE = [
    # data
    (lambda: fit(X[:, 0]), r"x.reshape(-1, 1)", lambda: fit(X[:, 0].reshape(-1, 1), trainer=three(mn.Linear(1, 3), mn.Softmax()))),
    (lambda: three().predict(X[0]), r"x.reshape(1, -1)", lambda: three().predict(X[0].reshape(1, -1))),
    (lambda: fit(Sparse()), "toarray()", lambda: fit(Sparse().toarray())),
    (lambda: fit(y=NAMES_OF_CLASSES), "np.unique(y, return_inverse=True)", lambda: fit(y=np.unique(NAMES_OF_CLASSES, return_inverse=True)[1])),
    (lambda: fit(y=iter(Y)), "list(", lambda: fit(y=list(iter(Y)))),
    (lambda: fit(np.ma.array(X, mask=X > 1)), ".filled(0)", lambda: fit(np.ma.array(X, mask=X > 1).filled(0))),
    (lambda: mn.data.one_hot(Y[:, None]), "labels.ravel()", lambda: mn.data.one_hot(Y[:, None].ravel())),
    (lambda: fit(X * 1e300), 'float64', lambda: fit(X * 1e300, trainer=mn.Trainer(mn.Network([mn.Linear(4, 3), mn.Softmax()], dtype="float64"), mn.CategoricalCrossEntropy(), mn.SGD(0.0)))),
    # shapes
    (lambda: fit(IMAGES), "put mn.Flatten() before this Linear", lambda: fit(IMAGES, trainer=three(mn.Flatten(), mn.Linear(4, 3), mn.Softmax()))),
    (lambda: fit(IMAGES[:, :1]), "make it Linear(2, ...)", lambda: fit(IMAGES[:, :1], trainer=three(mn.Flatten(), mn.Linear(2, 3), mn.Softmax()))),
    (lambda: fit(X[:, :3]), "make this Linear(3, 3)", lambda: fit(X[:, :3], trainer=three(mn.Linear(3, 3), mn.Softmax()))),
    (lambda: fit(y=Y + 1), "Number the classes from 0", lambda: fit(y=Y)),
    (lambda: fit(trainer=regression(), y=np.ones((12, 2))), "each output its own target", lambda: fit(trainer=regression(), y=np.ones((12, 1)))),
    # composition
    (lambda: three(mn.Linear(4, 3)), "End the network in mn.Softmax()", three),
    (lambda: three(mn.Linear(4, 3), mn.Sigmoid()), "for yes-or-no questions use mn.BinaryCrossEntropy()", lambda: three(mn.Linear(4, 3), mn.Sigmoid(), loss=mn.BinaryCrossEntropy())),
    (lambda: three(mn.Linear(4, 1), mn.Sigmoid(), loss=mn.Hinge()), "mn.Linear(..., 1)", lambda: three(mn.Linear(4, 1), loss=mn.Hinge())),
    (lambda: three(loss=mn.MeanSquaredError), "Make an object of it: MeanSquaredError()", lambda: three(loss=mn.MeanSquaredError())),
    # weights
    (lambda: mn.BinaryCrossEntropy(class_weight={1: 5.0}), "Give 1.0 to a class that counts as usual", lambda: mn.BinaryCrossEntropy(class_weight={0: 1.0, 1: 5.0})),
    (lambda: three(loss=mn.CategoricalCrossEntropy("balanced")).evaluate(X, Y), "Call fit(x, y, ...)", lambda: fit(trainer=three(loss=mn.CategoricalCrossEntropy("balanced")))),
    (lambda: fit(y=Y % 2, trainer=three(loss=mn.CategoricalCrossEntropy("balanced"))), "weights as a list", lambda: fit(y=Y % 2, trainer=three(loss=mn.CategoricalCrossEntropy([1, 2, 3])))),
    (lambda: fit(class_weight={0: 1.0}), "sample_weight=w", lambda: fit(sample_weight=np.ones(12))),
    (lambda: fit(class_weight={0: 1.0}), "mn.CategoricalCrossEntropy(class_weight={0: 1.0, 1: 5.0})", lambda: mn.CategoricalCrossEntropy(class_weight={0: 1.0, 1: 5.0})),
    # metrics
    (lambda: fit(trainer=regression(metrics=["accuracy"])), "rmse or r_squared", lambda: fit(trainer=regression(metrics=["rmse", "r_squared"]))),
    (lambda: fit(trainer=three(metrics=["rmse"])), "use a metric for classes", lambda: fit(trainer=three(metrics=["accuracy"]))),
    (lambda: fit(trainer=regression(metrics=["log_loss"]), y=Y % 2), "End the network in mn.Sigmoid()", lambda: fit(trainer=three(mn.Linear(4, 1), mn.Sigmoid(), loss=mn.MeanSquaredError(), metrics=["log_loss"]), y=Y % 2)),
    (lambda: mn.metrics.f1(np.eye(3)[Y], Y, average="binary"), '"macro"', lambda: mn.metrics.f1(np.eye(3)[Y], Y, average="macro")),
    (lambda: regression().predict_classes(X), "Use predict(x)", lambda: regression().predict(X)),
    # splits and scalers
    (lambda: mn.data.train_test_split(X, Y, 0.5), "Write seed=0", lambda: mn.data.train_test_split(X, Y, 0.5, seed=0)),
    (lambda: mn.data.train_test_split(X, X[:, 0], 0.5, 0, stratify=True), "use stratify=False", lambda: mn.data.train_test_split(X, X[:, 0], 0.5, 0, stratify=False)),
    (lambda: mn.data.Standardizer().transform(X), "Call fit(x_train) first", lambda: mn.data.Standardizer().fit(X).transform(X)),
    (lambda: fit(y=np.zeros(12, int)), "mn.data.train_test_split(..., stratify=True)", lambda: fit(*mn.data.train_test_split(X, Y, 0.5, 0, stratify=True)[::2])),
    # the names of other libraries: arguments
    (lambda: fit(verbose=0), "Did you mean progress?", lambda: fit(progress=False)),
    (lambda: fit(validation_split=0.2), "validation_data=(x_val, y_val)", lambda: fit(validation_data=(X, Y))),
    (lambda: three(learning_rate=0.1), "mn.SGD(learning_rate=0.1)", lambda: mn.SGD(learning_rate=0.1)),
    (lambda: mn.data.train_test_split(X, Y, test_size=0.5, seed=0), "test_fraction?", lambda: mn.data.train_test_split(X, Y, test_fraction=0.5, seed=0)),
    (lambda: mn.data.train_test_split(X, Y, 0.5, random_state=0), "Did you mean seed?", lambda: mn.data.train_test_split(X, Y, 0.5, seed=0)),
    (lambda: mn.EarlyStopping(min_delta=0.1), "minimum_change?", lambda: mn.EarlyStopping(minimum_change=0.1)),
    (lambda: mn.EarlyStopping(restore_best_weights=True), "restore_best?", lambda: mn.EarlyStopping(restore_best=True)),
    (lambda: mn.ReduceOnPlateau(min_lr=0.1), "minimum_rate?", lambda: mn.ReduceOnPlateau(minimum_rate=0.1)),
    (lambda: mn.Checkpoint("a", save_best_only=True), 'best_of="val_loss"', lambda: mn.Checkpoint("a", best_of="val_loss")),
    (lambda: mn.schedules.Cosine(0.1, T_max=10), "Did you mean steps?", lambda: mn.schedules.Cosine(0.1, steps=10)),
    (lambda: mn.schedules.StepDecay(0.1, step_size=3), "Did you mean every?", lambda: mn.schedules.StepDecay(0.1, every=3)),
    (lambda: mn.SGD(0.1, decay=0.01), "mn.schedules.Exponential(0.1, 0.999)", lambda: mn.SGD(learning_rate=mn.schedules.Exponential(0.1, 0.999))),
    (lambda: mn.Adam(0.1, betas=(0.9, 0.99)), "beta1=0.9, beta2=0.999", lambda: mn.Adam(0.1, beta1=0.9, beta2=0.999)),
    (lambda: mn.Huber(beta=1.0), "Did you mean delta?", lambda: mn.Huber(delta=1.0)),
    (lambda: mn.BinaryCrossEntropy(pos_weight=3.0), "class_weight?", lambda: mn.BinaryCrossEntropy(class_weight=[1.0, 3.0])),
    (lambda: mn.CategoricalCrossEntropy(ignore_index=-1), "ignore_label?", lambda: mn.CategoricalCrossEntropy(ignore_label=-1)),
    (lambda: mn.CategoricalCrossEntropy(from_logits=True), "End the network in mn.Softmax()", three),
    (lambda: mn.MeanSquaredError(reduction="sum"), "Leave it out", mn.MeanSquaredError),
    (lambda: mn.L2(l2=0.1), "Did you mean strength?", lambda: mn.L2(strength=0.1)),
    (lambda: mn.Linear(4, 8, activation="relu"), "[mn.Linear(4, 8), mn.ReLU()]", lambda: mn.Network([mn.Linear(4, 8), mn.ReLU()])),
    (lambda: three(clipnorm=1.0), "clip_norm?", lambda: three(clip_norm=1.0)),
    (lambda: mn.metrics.accuracy(y_pred=Y, y_true=Y), "prediction?", lambda: mn.metrics.accuracy(prediction=Y, target=Y)),
    # the names of other libraries: classes, functions, methods
    (lambda: mn.Dense, "mn.Linear(in_features, out_features)", lambda: mn.Linear(2, 3)),
    (lambda: mn.layers.Dense, "mn.Linear(in_features, out_features)", lambda: mn.Linear(2, 3)),
    (lambda: mn.Sequential, "mn.Network([...])", lambda: mn.Network([mn.Linear(2, 3)])),
    (lambda: mn.CrossEntropyLoss, "mn.CategoricalCrossEntropy()", mn.CategoricalCrossEntropy),
    (lambda: mn.StandardScaler, "mn.data.Standardizer()", lambda: mn.data.Standardizer()),
    (lambda: mn.data.StandardScaler, "mn.data.Standardizer()", lambda: mn.data.Standardizer()),
    (lambda: mn.metrics.f1_score, "mn.metrics.f1(prediction, target)", lambda: mn.metrics.f1(Y, Y)),
    (lambda: mn.schedules.CosineAnnealingLR, "mn.schedules.Cosine", lambda: mn.schedules.Cosine(0.1, 3)),
    (lambda: mn.relu, "Did you mean ReLU?", lambda: mn.ReLU),
    (lambda: mn.Linear(4, 3)(X), "Write .forward(x)", lambda: mn.Linear(4, 3).forward(X)),
    (lambda: three().train(X, Y), "trainer.fit(x, y, epochs=10)", fit),
    (lambda: three().network.fit(X, Y), "mn.Trainer(network, loss, optimizer).fit", lambda: fit(trainer=three())),
    (lambda: mn.SGD(0.1).zero_grad(), "backward zeroes", lambda: None),
    (lambda: mn.SGD(0.1).lr, "optimizer.learning_rate", lambda: mn.SGD(0.1).learning_rate),
]  # fmt: skip


@pytest.mark.parametrize(("refused", "advice", "followed"), ADVICE)
def test_the_advice_leads_further(refused, advice, followed):
    with pytest.raises((TypeError, ValueError, AttributeError, RuntimeError)) as info:
        refused()
    assert advice in str(info.value)
    followed()
