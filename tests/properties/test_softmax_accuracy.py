"""How accurate softmax and its cross-entropy are, value and gradient, told by `mpmath`.

Relative errors, wherever the true result is a normal number. The rows reach from -800 to 800:
such scores alone, rounded once in z - max z, may cost 6e-14.
"""

import functools

import mpmath
import numpy as np
import pytest
from numeric import identity_trainer, relative_error

import minnet as mn
from minnet.nn import functional as functions

DIGITS = 800
RELATIVE = 1e-13


@pytest.fixture(autouse=True)
def _digits():
    with mpmath.workdps(DIGITS):
        yield


@functools.cache
def softmax_rows():
    """Rows of 2 to 100 scores: alike, near, far apart; one far ahead by 0 to 745."""
    generator = np.random.default_rng(8)
    rows = [np.zeros(10), np.full(100, 3.0), np.array([800.0, -800.0]), np.array([-800.0, -799.0])]
    for k, count in ((2, 25), (3, 25), (10, 12), (100, 2)):
        for spread in (1e-3, 1, 40, 300, 800):
            rows += list(generator.uniform(-spread, spread, (count // 5 + 1, k)))
    rows += [np.array([ahead, 0.0, -1.0]) for ahead in np.linspace(0, 745, 40)]
    return rows


@functools.cache
def softmax_truth():
    """For each row: the probabilities, what each leaves to the others, and ln sum exp."""
    result = []
    with mpmath.workdps(DIGITS):
        for z in softmax_rows():
            e = [mpmath.exp(mpmath.mpf(float(entry))) for entry in z]
            total = mpmath.fsum(e)
            rest = [mpmath.fsum(e[:j] + e[j + 1 :]) / total for j in range(len(e))]
            result.append(([entry / total for entry in e], rest, mpmath.log(total)))
    return result


def assert_close(got, true, what):
    errors = [relative_error(g, t) for g, t in zip(got, true, strict=True)]
    assert max(errors) <= RELATIVE, f"{what}: {max(errors):.3g} relative"


def labels_of(z):
    """The largest, the smallest, and one in between."""
    return sorted({int(z.argmax()), int(z.argmin()), len(z) // 2})


def label_gradient(a, rest, label):
    return [-rest[j] if j == label else a[j] for j in range(len(a))]


def test_softmax():
    for z, (a, _, _) in zip(softmax_rows(), softmax_truth(), strict=True):
        assert_close(functions.softmax(z[None])[0], a, z)
        assert_close(mn.Softmax().forward(z[None])[0], a, z)


def test_softmax_cross_entropy_of_labels_and_one_hot_rows():
    loss = mn.CategoricalCrossEntropy()
    for z, (a, rest, log_sum) in zip(softmax_rows(), softmax_truth(), strict=True):
        for label in labels_of(z):
            true = log_sum - mpmath.mpf(float(z[label]))
            for target in (np.array([label]), np.eye(len(z))[[label]]):
                value = loss.forward_from_logits(z[None], target)
                assert_close([value], [true], (z, label))
                gradient = loss.backward_from_logits()[0]
                assert_close(gradient, label_gradient(a, rest, label), (z, label))


def test_softmax_cross_entropy_of_soft_rows():
    """The gradient is a difference of two terms: exact to 1e-13 of the larger one."""
    loss, generator = mn.CategoricalCrossEntropy(), np.random.default_rng(9)
    for z, (a, rest, log_sum) in zip(softmax_rows(), softmax_truth(), strict=True):
        # counts over a power of two: rows that sum to 1 exactly
        y = generator.multinomial(2**20, generator.dirichlet(np.ones(len(z)))) / 2**20
        exact = [mpmath.mpf(float(entry)) for entry in y]
        value = loss.forward_from_logits(z[None], y[None])
        true = log_sum - mpmath.fsum(
            t * mpmath.mpf(float(entry)) for t, entry in zip(exact, z, strict=True)
        )
        assert_close([value], [true], z)
        gradient = loss.backward_from_logits()[0]
        for j in range(len(z)):
            terms = a[j] * (1 - exact[j]), exact[j] * rest[j]
            if max(terms) >= 2.0**-1022:
                error = abs(mpmath.mpf(float(gradient[j])) - (terms[0] - terms[1])) / max(terms)
                assert error <= RELATIVE, (z, j)


def test_softmax_backward_with_one_hot_cotangents():
    layer = mn.Softmax()
    for z, (a, rest, _) in zip(softmax_rows(), softmax_truth(), strict=True):
        layer.forward(z[None])
        for c in labels_of(z):
            got = layer.backward(np.eye(len(z))[[c]])[0]
            true = [a[j] * (rest[j] if j == c else -a[c]) for j in range(len(z))]
            assert_close(got, true, (z, c))


def test_softmax_backward_of_a_thousand_equal_classes():
    """Every output is 1/1000: nothing may be lost by working relative to one of them."""
    layer, k = mn.Softmax(), 1000
    layer.forward(np.zeros((1, k)))
    for c in (0, 500):
        got = layer.backward(np.eye(k)[[c]])[0]
        p = mpmath.mpf(1) / k
        assert_close(got, [p * ((1 - p) if j == c else -p) for j in range(k)], c)


def test_softmax_backward_with_random_cotangents():
    """dz_i = a_i sum_j a_j (g_i - g_j): exact to 1e-13 of the sum of its absolute terms."""
    layer, generator = mn.Softmax(), np.random.default_rng(10)
    for z, (a, _, _) in zip(softmax_rows(), softmax_truth(), strict=True):
        if len(z) > 10:
            continue
        g = generator.normal(size=len(z))
        layer.forward(z[None])
        got = layer.backward(g[None])[0]
        exact = [mpmath.mpf(float(entry)) for entry in g]
        for i in range(len(z)):
            terms = [a[j] * a[i] * (exact[i] - exact[j]) for j in range(len(z))]
            scale = mpmath.fsum(map(abs, terms))
            if scale >= 2.0**-1022:
                assert abs(mpmath.mpf(float(got[i])) - mpmath.fsum(terms)) <= RELATIVE * scale


def test_softmax_the_whole_way_through_a_trainer():
    for z, (a, rest, log_sum) in list(zip(softmax_rows(), softmax_truth(), strict=True))[::3]:
        trainer = identity_trainer(mn.CategoricalCrossEntropy(), mn.Softmax(), features=len(z))
        label = len(z) // 2
        value = trainer.step(z[None], [label])
        assert_close([value], [log_sum - mpmath.mpf(float(z[label]))], z)
        gradient = trainer.network.parameters()["0.bias"].grad
        assert_close(gradient, label_gradient(a, rest, label), z)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("target", [[0], [1], [[0.25, 0.75]]])
def test_softmax_cross_entropy_far_out_is_finite_and_silent(dtype, target):
    for row in ([1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 1000.0], [-1000.0, -1000.0]):
        x = np.array([row], dtype)
        loss = mn.CategoricalCrossEntropy()
        y = np.asarray(target) if np.ndim(target) == 1 else np.asarray(target, dtype)
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            value, gradient = loss.forward_from_logits(x, y), loss.backward_from_logits()
        assert np.isfinite(value)
        assert np.isfinite(gradient).all()
        assert gradient.dtype == dtype
        trainer = identity_trainer(loss, mn.Softmax(), features=2, dtype=dtype)
        assert trainer.step(x, y) == value
