"""The recipes for other tools run as they stand in the text, where the tool is installed."""

import re
from pathlib import Path

import pytest

import minnet as mn

TEXT = (Path(__file__).parents[2] / "examples" / "RECIPES.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"## ([\w ]+)\n.*?```python\n(.*?)```", TEXT, re.DOTALL))

pytestmark = pytest.mark.filterwarnings("ignore")  # what other packages warn of


def run(name, *packages):
    for package in packages:
        pytest.importorskip(package)
    names = {}
    exec(BLOCKS[name], names)
    return names


def fit(callback):
    x, y = mn.datasets.iris()
    layers = [mn.Linear(4, 3), mn.Softmax()]
    trainer = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(0.1), seed=0)
    return trainer.fit(x, y, epochs=2, callbacks=[callback], progress=False)


def test_pandas_and_seaborn():
    names = run("pandas and seaborn", "pandas", "seaborn")
    frame = names["frame"]
    assert len(frame) == 2 * 3 * 5
    assert {"rate", "seed", "epoch", "loss"} <= set(frame.columns)
    history = names["runs"][0].history
    assert list(names["pd"].DataFrame(dict(history))["loss"]) == history["loss"]


def test_tensorboard(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run("TensorBoard", "torch", "tensorboard")
    fit(names["TensorBoard"]())
    assert list((tmp_path / "runs").iterdir())


def test_mlflow(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")  # a database takes the whole mlflow
    names = run("MLflow", "mlflow")
    names["mlflow"].set_tracking_uri((tmp_path / "runs").as_uri())
    with names["mlflow"].start_run() as active:
        history = fit(names["MLflow"]())
    data = names["mlflow"].get_run(active.info.run_id).data
    assert data.params["optimizer"] == "SGD(learning_rate=0.1)"
    assert data.metrics["loss"] == pytest.approx(history["loss"][-1])
