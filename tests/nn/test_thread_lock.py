"""One network and several threads: evaluations wait, and training is left alone."""

import copy
import pickle
import threading
import time

import numpy as np
import pytest

import minnet as mn

X, Y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2


def trainer():
    return mn.Trainer([mn.Linear(3, 1), mn.Sigmoid()], mn.BinaryCrossEntropy(), mn.SGD(), seed=0)


def in_a_thread(call):
    """What another thread gets: a result or an error."""
    got = []

    def run():
        try:
            got.append(call())
        except Exception as error:
            got.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return got[0]


def test_while_one_thread_trains_others_are_refused():
    made, answers = trainer(), []

    class Ask(mn.Callback):
        def on_step_end(self, trainer, loss):
            calls = [
                lambda: trainer.predict(X),
                lambda: trainer.evaluate(X, Y),
                lambda: trainer.network.activations(X),
                lambda: trainer.network.forward(X),
                lambda: trainer.network.forward_to_logits(X),
                lambda: trainer.network.backward(Y[:, None]),
                lambda: trainer.step(X, Y),
                lambda: trainer.fit(X, Y, 1, progress=False),
            ]
            answers.extend(in_a_thread(call) for call in calls)
            trainer.predict(X)  # the thread that trains may ask

    quiet = trainer()
    quiet.fit(X, Y, 2, progress=False)
    made.fit(X, Y, 2, progress=False, callbacks=[Ask()])
    assert len(answers) == 32
    for answer in answers:
        assert isinstance(answer, RuntimeError)
        assert "copy.deepcopy(network)" in str(answer)
    assert made.network.flat_values.tobytes() == quiet.network.flat_values.tobytes()
    assert isinstance(in_a_thread(lambda: made.predict(X)), np.ndarray)


def test_threads_that_evaluate_get_right_results():
    network = mn.Network([mn.Linear(3, 8), mn.LeakyReLU(), mn.LayerNorm(8)], seed=0)
    batches = [np.random.default_rng(n).normal(size=(n, 3)) for n in (1, 17, 300)]
    expected = [network.predict(x) for x in batches]
    wrong = []

    def ask(i):
        wrong.extend(
            i for _ in range(100) if not np.array_equal(network.predict(batches[i]), expected[i])
        )

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))])
def test_a_copy_has_another_lock(copied):
    network = trainer().network
    other = copied(network)
    assert other._thread_lock is not network._thread_lock
    with network._thread_lock:
        assert isinstance(in_a_thread(lambda: other.predict(X)), np.ndarray)
        assert isinstance(in_a_thread(lambda: network.predict(X)), RuntimeError)


def test_a_step_within_a_fit_does_not_end_its_rule():
    """A callback may train too; other threads are refused until the fit itself is over."""
    network = trainer().network
    with network._thread_lock:
        with network._thread_lock:
            pass
        assert isinstance(in_a_thread(lambda: network.predict(X)), RuntimeError)
    assert isinstance(in_a_thread(lambda: network.predict(X)), np.ndarray)


def test_one_evaluation_at_a_time():
    """A custom layer may keep something between forward and backward."""

    class Counts(mn.Layer):
        inside, most = 0, 0

        def forward(self, x):
            self.inside += 1
            self.most = max(self.most, self.inside)
            time.sleep(0.05)
            self.inside -= 1
            return x.copy()

        def backward(self, grad):
            return grad

    network = mn.Network([Counts()])
    network.predict(X)
    threads = [threading.Thread(target=network.predict, args=(X,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert network.layers[0].most == 1
