"""The recipes run as they stand in the text, where the tool of which they speak is installed."""

import re
from pathlib import Path

import pytest

import minnet as mn

TEXT = (Path(__file__).parents[2] / "examples" / "RECIPES.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"## ([\w -]+)\n.*?```python\n(.*?)```", TEXT, re.DOTALL))

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


def test_every_recipe_is_tested():
    """By the name of its section, in this file."""
    source = Path(__file__).read_text(encoding="utf-8")
    assert len(BLOCKS) == TEXT.count("```python")
    assert not [name for name in BLOCKS if f'run("{name}"' not in source]


def test_many_runs_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run("Many runs at once")
    assert len(names["runs"].finished) == 40
    assert Path("losses.png").stat().st_size > 10_000


def test_saving_and_resuming(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wanted = run("Saving and resuming")
    x = wanted["x"]
    Path("run.minnet").unlink()
    with monkeypatch.context() as patch:  # an interruption in the eighth epoch
        patch.setattr(mn.Checkpoint, "on_epoch_end", stop_at(8))
        with pytest.raises(RuntimeError, match="interrupted"):
            run("Saving and resuming")
    resumed = run("Saving and resuming")["network"]
    assert (resumed.predict(x) == wanted["network"].predict(x)).all()


def stop_at(epoch):
    """A method of Checkpoint that does its work, and raises after some epochs."""
    original = mn.Checkpoint.on_epoch_end

    def on_epoch_end(self, trainer, row):
        original(self, trainer, row)
        if row["epoch"] == epoch:
            raise RuntimeError("interrupted")

    return on_epoch_end


def test_scikit_learn():
    search = run("scikit-learn", "sklearn")["search"]
    assert search.best_score_ > 0.9


def test_onnx_and_pytorch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run("ONNX and PyTorch", "onnx", "torch")
    assert Path("iris.onnx").exists()
    assert len(names["module"]) == 2


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
