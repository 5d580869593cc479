"""In a browser (Pyodide) there are no threads, processes, signals or sockets: minnet needs none."""

import subprocess
import sys
from pathlib import Path

BROWSER = """
import signal, sys, threading

def missing(*_, **__):
    raise RuntimeError("a browser has no such thing")

threading.Thread.start = missing
signal.signal = missing
for name in ("multiprocessing", "_multiprocessing", "fcntl", "termios", "resource", "ssl", "mmap"):
    sys.modules[name] = None  # an import of it fails
sys.platform = "emscripten"

import minnet as mn

x, y = mn.datasets.iris()
layers = [mn.Linear(4, 8), mn.Tanh(), mn.Dropout(0.1), mn.Linear(8, 3), mn.Softmax()]
trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), ["accuracy"], seed=0)
history = trainer.fit(x, y, epochs=3, validation_data=(x, y))
assert len(history) == 3
trainer.network.save("network.minnet")
assert (mn.load("network.minnet").predict(x) == trainer.predict(x)).all()
trainer.save_checkpoint("training.minnet")
trainer.load_checkpoint("training.minnet")
runs = mn.sweep(lambda seed: mn.Trainer([mn.Linear(4, 3), mn.Softmax()],
    mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=seed), {"seed": [0, 1]}, (x, y), epochs=2)
assert len(runs.finished) == 2
assert threading.active_count() == 1
"""


def test_import_training_saving_and_sweeps(tmp_path):
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{BROWSER}"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
