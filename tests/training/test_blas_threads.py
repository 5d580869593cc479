"""A fit uses one BLAS thread while its products are small, and restores the number."""

import numpy as np
import pytest

import minnet as mn
from minnet.training import blas_threads

threadpoolctl = pytest.importorskip("threadpoolctl")


def threads():
    found = threadpoolctl.ThreadpoolController().select(user_api="blas").info()
    return {library["num_threads"] for library in found}


class Record(mn.Callback):
    def __init__(self):
        self.seen = []

    def on_epoch_end(self, trainer, row):
        self.seen.append(threads())


def fit(callback):
    layers = [mn.Linear(3, 2), mn.Softmax()]
    trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=0)
    x = np.random.default_rng(0).normal(size=(8, 3))
    trainer.fit(x, np.arange(8) % 2, 1, progress=False, callbacks=[callback])


@pytest.fixture
def two_threads():
    blas_threads._controller.cache_clear()  # another test may have loaded one more library
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        if threads() != {2}:
            pytest.skip("this BLAS has one thread")
        yield


@pytest.mark.parametrize(("small", "inside"), [(1 << 25, {1}), (5, {2})])
def test_one_thread_for_small_products(small, inside, two_threads, monkeypatch):
    monkeypatch.setattr(blas_threads, "SMALL", small)
    record = Record()
    fit(record)
    assert record.seen == [inside]
    assert threads() == {2}


def test_fits_that_overlap_restore_the_number_once(monkeypatch):
    calls = []

    class Library:
        def limit(self, limits, user_api):
            calls.append((limits, user_api))
            return self

        def restore_original_limits(self):
            calls.append("restored")

    monkeypatch.setattr(blas_threads, "_controller", Library)
    network = mn.Network([mn.Linear(3, 2)])
    first, second = (blas_threads.one_thread_if_small(network, 8) for _ in range(2))
    with first:
        with second:
            pass
        assert calls == [(1, "blas")]
    assert calls == [(1, "blas"), "restored"]


def test_without_the_library_nothing_is_limited(monkeypatch):
    monkeypatch.setattr(blas_threads, "_controller", lambda: None)
    before, record = threads(), Record()
    fit(record)
    assert record.seen == [before]
