"""Memory: a fit holds no second copy of its data, and little else; predict runs in pieces."""

import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest

import minnet as mn

ROWS, FEATURES, HIDDEN, BATCH = 40_000, 32, 48, 64
PYTHON = 150_000  # bytes for objects that are no arrays: history, closures, the bar's text


@contextmanager
def peak():
    """The largest number of bytes in use inside `with`, beyond those before it: peak[0]."""
    result = [0]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield result
    finally:
        result[0] = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()


def data(dtype="float32", rows=ROWS):
    generator = np.random.default_rng(0)
    return generator.normal(size=(rows, FEATURES)).astype(dtype), generator.integers(0, 3, rows)


def trainer_of(optimizer, dtype="float32"):
    layers = [mn.Linear(FEATURES, HIDDEN), mn.ReLU(), mn.Linear(HIDDEN, 3), mn.Softmax()]
    network = mn.Network(layers, seed=0, dtype=dtype)
    return mn.Trainer(network, mn.CategoricalCrossEntropy(), optimizer, seed=0)


def warm():
    """Modules that load late, and caches of NumPy, do not count."""
    assert np.ma.masked is not None  # this module of NumPy is loaded by its first use
    trainer_of(mn.Adam()).fit(*data(rows=2 * BATCH), epochs=1, batch_size=BATCH, progress=False)


@pytest.mark.parametrize(
    ("given", "optimizer"), [("float32", mn.Adam), ("float64", mn.SGD), ("uint8", mn.Adam)]
)
def test_a_fit_holds_four_vectors_and_three_batches(given, optimizer):
    x, y = data()
    x = (x * 10).astype(given) if given == "uint8" else x.astype(given)
    warm()
    with peak() as held:
        trainer = trainer_of(optimizer())
        trainer.fit(x, y, epochs=2, batch_size=BATCH, progress=False)
    parameters = trainer.network.flat_values.nbytes
    activations = BATCH * (FEATURES * 8 + (HIDDEN + HIDDEN + 3 + 3) * 4)
    order = 8 * ROWS  # the epoch's order of the rows
    assert held[0] <= 4 * parameters + 3 * activations + order + PYTHON
    assert held[0] < x.nbytes / 2


def test_memory_of_a_fit_does_not_grow_with_the_data_beyond_their_order():
    warm()
    peaks = []
    for rows in (ROWS // 4, ROWS):
        x, y = data(rows=rows)
        with peak() as held:
            trainer_of(mn.Adam()).fit(x, y, epochs=1, batch_size=BATCH, progress=False)
        peaks.append(held[0])
    more = ROWS - ROWS // 4
    assert peaks[1] - peaks[0] <= 8 * more + more + PYTHON / 3  # order, and one flag for each row


def test_data_in_order_need_no_index_array():
    x, y = data()
    warm()
    with peak() as held:
        trainer_of(mn.SGD()).fit(x, y, 1, BATCH, shuffle=False, progress=False)
    assert held[0] <= 6 * ROWS


@pytest.mark.parametrize("given", ["float32", "float64"])
def test_predict_on_many_rows_runs_in_pieces(given):
    x = np.zeros((1_000_000, 4), given)
    trainer = mn.Trainer(
        [mn.Linear(4, 16), mn.Tanh(), mn.Linear(16, 1)], mn.MeanSquaredError(), mn.SGD(), seed=0
    )
    trainer.predict(x[:2000])
    with peak() as held:
        prediction = trainer.predict(x)
    assert held[0] <= prediction.nbytes + 400_000


def test_validation_and_evaluate_run_in_pieces():
    x, y = data()
    warm()
    trainer = trainer_of(mn.SGD())
    trainer.evaluate(x[:2000], y[:2000])
    with peak() as held:
        trainer.evaluate(x, y)
    assert held[0] <= 2_000_000 < x.nbytes / 2
