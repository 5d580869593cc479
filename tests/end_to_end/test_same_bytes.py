"""The same seed gives the same bytes, whatever else is different."""

import os
import subprocess
import sys
from pathlib import Path

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
