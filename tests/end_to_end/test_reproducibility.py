"""The same seed gives the same bytes, whatever else is different."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np

import minnet as mn


def data(m=30, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(m, 4))
    return x, np.arange(m) % 3


def trainer_of(rate=0.5, seed=0, layers=None, **options):
    layers = layers or [mn.Linear(4, 8), mn.Tanh(), mn.Linear(8, 3), mn.Softmax()]
    options.setdefault("loss", mn.CategoricalCrossEntropy())
    return mn.Trainer(layers, optimizer=mn.SGD(rate), seed=seed, **options)


def without_seconds(history):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in history]


def test_the_same_seed_gives_the_same_bytes():
    x, y = data()
    runs = []
    for seed in (3, 3, 4):
        trainer = trainer_of(seed=seed, metrics=["accuracy"])
        history = trainer.fit(x, y, 3, 7, validation_data=(x, y), progress=False)
        runs.append((trainer.network.flat_values.tobytes(), without_seconds(history)))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_the_seed_orders_the_batches_and_leaves_the_weights_of_a_network_alone():
    x, y = data()
    runs = []
    for seed in (0, 1):
        network = mn.Network([mn.Linear(4, 3), mn.Softmax()], seed=9)
        trainer = mn.Trainer(network, mn.CategoricalCrossEntropy(), mn.SGD(0.5), seed=seed)
        start = network.flat_values.copy()
        trainer.fit(x, y, 1, 7, progress=False)
        runs.append((start, network.flat_values.copy()))
    assert np.array_equal(runs[0][0], runs[1][0])
    assert not np.array_equal(runs[0][1], runs[1][1])


def test_no_global_random_state_is_touched_or_read():
    x, y = data()
    results = []
    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002 (the old global state is what must stay)
        before = pickle.dumps(np.random.get_state())  # noqa: NPY002
        trainer = trainer_of()
        trainer.fit(x, y, 1, 7, validation_data=(x, y), progress=False)
        results.append(trainer.network.flat_values.tobytes())
        trainer_of(seed=None).fit(x, y, 1, 7, progress=False)
        assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002
    assert results[0] == results[1]


SCRIPT = """
import sys
import numpy as np
import minnet as mn
np.random.seed(int(sys.argv[2]))
x = np.random.default_rng(0).normal(size=(50, 4))
y = np.arange(50) % 3
class Disturb(mn.Callback):
    def on_step_end(self, trainer, loss):
        np.random.random(int(sys.argv[2]))
layers = [mn.Linear(4, 6), mn.BatchNorm(6), mn.ReLU(), mn.Dropout(0.2)]
layers += [mn.Linear(6, 3), mn.Softmax()]
trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.Adam(0.01), seed=5)
trainer.fit(x, y, 4, callbacks=[Disturb()], progress=sys.argv[2] == "2")
trainer.network.save(sys.argv[1])
"""


def test_over_processes_hash_seeds_folders_and_progress_bars(tmp_path):
    files = []
    for number, hash_seed in ((1, "0"), (2, "123"), (3, "random")):
        folder = tmp_path / str(number)
        folder.mkdir()
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        command = [sys.executable, "-c", SCRIPT, "network.minnet", str(number)]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
        files.append((folder / "network.minnet").read_bytes())
    assert files[0] == files[1] == files[2]
