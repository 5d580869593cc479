"""`import minnet`: its public names and signatures, what the import loads, that it is typed."""

import importlib
import importlib.metadata
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minnet as mn

NAMES = [
    *("Parameter", "Layer", "Activation", "Loss", "Optimizer", "Network", "Trainer", "History"),
    *("Linear", "Sigmoid", "Softmax", "Tanh", "ReLU", "Identity", "SGD", "Adam"),
    *("MeanSquaredError", "BinaryCrossEntropy", "CategoricalCrossEntropy"),
    *("metrics", "data", "datasets", "plot"),
]

SIGNATURES = {
    "Linear": "in_features, out_features, bias=True, weight_init='glorot_uniform'",
    "SGD": "learning_rate=0.01, momentum=0.0, nesterov=False, weight_decay=0.0",
    "Adam": "learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08, weight_decay=0.0",
    "Network": "layers, seed=None, dtype='float32'",
    "Trainer": "layers_or_network, loss, optimizer, metrics=(), seed=None, fuse=True",
    "Trainer.evaluate": "self, x, y",
    "Trainer.step": "self, x, y",
    "Optimizer.step": "self, values, grads",
    "Layer.forward": "self, x",
    "Layer.backward": "self, grad",
    "Loss.forward": "self, prediction, target",
    "Loss.backward": "self",
}

PACKAGE = Path(mn.__file__).parent


@pytest.mark.parametrize("name", NAMES)
def test_the_public_names_are_there(name):
    assert getattr(mn, name) is not None
    assert name in mn.__all__
    assert name in dir(mn)


def test_all_is_sorted_complete_and_can_be_imported():
    assert len(set(mn.__all__)) == len(mn.__all__)
    namespace = {}
    exec("from minnet import *", namespace)
    assert set(mn.__all__) <= set(namespace)


@pytest.mark.parametrize("path", SIGNATURES)
def test_the_signatures_stay(path):
    part = mn
    for name in path.split("."):
        part = getattr(part, name)
    parameters = inspect.signature(part).parameters.values()
    positional = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]  # later ones come by name
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in positional]
    assert ", ".join(map(str, bare)) == SIGNATURES[path]


def test_the_arguments_of_fit_stay():
    parameters = inspect.signature(mn.Trainer.fit).parameters
    assert list(parameters)[:9] == [
        *("self", "x", "y", "epochs", "batch_size"),
        *("validation_data", "callbacks", "shuffle", "progress"),
    ]
    defaults = {name: parameters[name].default for name in list(parameters)[5:9]}
    assert defaults == {
        "validation_data": None,
        "callbacks": (),
        "shuffle": True,
        "progress": True,
    }


def test_everything_is_a_layer_a_loss_or_an_optimizer():
    for kind in (mn.Activation, mn.Network, mn.Linear):
        assert issubclass(kind, mn.Layer)
    for kind in (mn.Sigmoid, mn.Softmax, mn.Tanh, mn.ReLU, mn.Identity):
        assert issubclass(kind, mn.Activation)
    for kind in (mn.MeanSquaredError, mn.BinaryCrossEntropy, mn.CategoricalCrossEntropy):
        assert issubclass(kind, mn.Loss)
    for kind in (mn.SGD, mn.Adam):
        assert issubclass(kind, mn.Optimizer)


def fresh(code):
    """What a new interpreter prints, with warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=PACKAGE.parent,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_a_training_does_not_need_is_loaded_when_first_used():
    code = """
import sys, numpy
before = set(sys.modules)
import minnet as mn
new = set(sys.modules) - before
late = ["numpy.random", "hashlib", "concurrent.futures"]
late += ["minnet.gradient_check", "minnet.plot", "minnet.training.lr_finder"]
late += ["minnet.data.datasets"]
print([name for name in late if name in new])
mn.check_layer, mn.plot.history, mn.doctor.check_loss, mn.datasets.iris, mn.sweep, mn.Runs
print(callable(mn.sweep), "sweep" in vars(mn))
"""
    assert fresh(code).split("\n")[:2] == ["[]", "True True"]


def test_a_name_that_is_not_there_is_refused():
    with pytest.raises(AttributeError, match="module 'minnet' has no attribute 'Lineer'"):
        _ = mn.Lineer


def test_importing_minnet_loads_numpy_and_nothing_else_from_outside():
    code = """
import sys, numpy.ma, numpy.random
before = set(sys.modules)
import minnet
outside = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(outside - set(sys.stdlib_module_names) - {"minnet", "numpy"}))
"""
    assert fresh(code).split() == []


def test_training_without_a_progress_bar_loads_neither_matplotlib_nor_tqdm():
    code = """
import sys, numpy as np, minnet as mn
trainer = mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
trainer.fit(np.ones((2, 1)), np.ones(2), epochs=1, progress=False)
trainer.summary(), mn.plot, mn.datasets, mn.data
print(*sorted({"matplotlib", "tqdm", "pandas", "scipy", "sklearn"} & set(sys.modules)))
"""
    assert fresh(code).split() == []


def test_importing_changes_no_state_of_numpy():
    code = """
import numpy as np
before = np.geterr(), np.random.get_state()[1].tolist(), np.get_printoptions()
import minnet
print(before == (np.geterr(), np.random.get_state()[1].tolist(), np.get_printoptions()))
"""
    assert fresh(code).strip() == "True"


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").is_file()


def test_the_version_is_that_of_the_metadata():
    text = PACKAGE.parent / "pyproject.toml"
    if text.is_file():
        assert f'version = "{mn.__version__}"' in text.read_text(encoding="utf-8")
    else:
        assert importlib.metadata.version("minnet-learn") == mn.__version__


def test_every_file_opens_with_why_it_exists():
    for path in PACKAGE.rglob("*.py"):
        assert path.read_text(encoding="utf-8").startswith('"""'), path.name


def test_every_public_name_is_documented():
    for name in mn.__all__:
        assert (getattr(mn, name).__doc__ or "").strip(), name
    assert np.__doc__  # the documentation has not been stripped by -OO


def test_every_file_can_be_imported_without_side_effects(capsys, monkeypatch):
    """Also those that are run: `python -m minnet` and the worker process of the gradient check."""
    monkeypatch.setattr(sys, "argv", ["minnet", "check", "missing.py"])
    names = [m.name for m in pkgutil.walk_packages(mn.__path__, "minnet.")]
    assert {"minnet.__main__", "minnet.saving.atomic_write"} <= set(names)
    for name in names:
        importlib.import_module(name)
    assert capsys.readouterr() == ("", "")


def test_only_public_names_are_listed():
    trainer = mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD())
    for thing in (mn.plot, mn.data, mn.metrics, trainer, trainer.optimizer, mn.History()):
        assert not [name for name in dir(thing) if name.startswith("_")]
    assert set(dir(mn)) == {*mn.__all__, "__version__"}
    assert {"history", "fit"} < set(dir(trainer))
    assert dir(mn.plot) == sorted(mn.plot.__all__)
    assert "lazy" not in dir(mn.plot)
