"""Every public call of minnet, found by introspection, with right values for its arguments.

A right value is looked up for "Trainer.fit.x", then for the same method of a base class, then for
"plot.x" (the module and the argument), then for "x"; an optional argument without an entry has
its default. A new public function whose required argument has no entry is reported as missing.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

import minnet as mn

_RANDOM = np.random.default_rng(5)
X = _RANDOM.normal(size=(12, 4))
Y = np.arange(12) % 3
PLANE = X[:, :2].copy()
IMAGES = _RANDOM.normal(size=(2, 2, 4, 4))
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
CLASSES = np.array([0, 1, 2, 1])
CURVES = {"one": [[1.0, 0.5, 0.2], [0.8, 0.3, 0.1]]}
ACCURACY = {"one": [[0.5, 0.8, 0.97], [0.6, 0.96, 0.98]]}
PATH = "good.minnet"


def trainer() -> mn.Trainer:
    """Of class labels, with two steps behind it: the optimizer has a memory."""
    layers = [mn.Linear(4, 3), mn.BatchNorm(3), mn.Linear(3, 3), mn.Softmax()]
    made = mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.Adam(0.01), ["accuracy"], seed=0)
    made.fit(X, Y, epochs=1, batch_size=6, progress=False)
    return made


def plane_trainer(outputs: int = 3) -> mn.Trainer:
    """Of two columns, for pictures of the plane."""
    layers = [mn.Linear(2, 2), mn.Tanh(), mn.Linear(2, outputs)]
    ending, loss = (
        (mn.Softmax(), mn.CategoricalCrossEntropy())
        if outputs > 1
        else (mn.Sigmoid(), mn.BinaryCrossEntropy())
    )
    return mn.Trainer([*layers, ending], loss, mn.SGD(0.1), seed=0)


def line_trainer() -> mn.Trainer:
    """With two parameters, for pictures of the loss over them."""
    return mn.Trainer([mn.Linear(1, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)


def history() -> mn.History:
    """Two epochs."""
    result = mn.History()
    for epoch in (1, 2):
        result.append({"epoch": epoch, "loss": 1.0 / epoch, "val_loss": 2.0 / epoch})
    return result


def runs() -> mn.Runs:
    """A sweep's results, made by hand."""
    return mn.Runs([mn.Run({"rate": rate, "seed": 0}, history()) for rate in (0.1, 0.2)])


def _grid() -> Any:
    return mn.plot.LossGrid(np.arange(3.0), np.arange(4.0), np.ones((4, 3)) + np.arange(3.0))


def _sweep_trainer(rate: float) -> mn.Trainer:
    loss = mn.CategoricalCrossEntropy()
    return mn.Trainer([mn.Linear(4, 3), mn.Softmax()], loss, mn.SGD(rate), seed=0)


def _network() -> mn.Network:
    return trainer().network


def _pictured() -> mn.Network:
    return mn.Network([mn.Conv2d(2, 3, 2), mn.ReLU()], seed=0)


def _gate() -> mn.Network:
    return mn.Network([mn.Linear(2, 1), mn.Sigmoid()], seed=0)


def _parts() -> list[mn.Layer]:
    return [mn.Linear(4, 3), mn.Softmax()]


def _gradients() -> mn.GradientMonitor:
    monitor = mn.GradientMonitor()
    monitor.layer_norms = {"0": [0.1, 0.2], "2": [0.5, 0.4]}
    return monitor


def _bowl(x: Any, y: Any) -> Any:
    return x**2 + y**2


Maker = Callable[[], Any]


def _constant(value: Any) -> Maker:
    return lambda: value.copy() if isinstance(value, (np.ndarray, dict, list)) else value


# Right values, by the name of the argument and, where it matters, of its function.
VALUES: dict[str, Maker] = {
    # numbers
    **{name: _constant(2) for name in ("in_features", "out_features", "in_channels")},
    **{name: _constant(2) for name in ("out_channels", "kernel_size", "features", "epochs")},
    **{name: _constant(3) for name in ("every", "steps", "patience", "k", "columns", "layer")},
    **{name: _constant(6) for name in ("batch_size", "n", "points", "count")},
    **{name: _constant(0.5) for name in ("rate", "factor", "threshold", "strength", "decay")},
    **{name: _constant(0.1) for name in ("start", "peak", "learning_rate", "momentum")},
    **{name: _constant(1.0) for name in ("clip_norm", "clip_value", "value", "alpha", "delta")},
    **{name: _constant(1) for name in ("stride", "until", "dilation", "step", "seed")},
    **{name: _constant(3) for name in ("classes",)},
    "Dropout.rate": _constant(0.5),
    "Checkpoint.steps": _constant(3),
    "lr_range_test.steps": _constant(3),
    "plot.descend.steps": _constant(2),
    "plot.schedule.steps": _constant(4),
    "plot.hidden_space.layer": _constant(1),
    "plot.hidden_space.trainer_or_network": lambda: plane_trainer(1),
    "plot.hidden_space.y": lambda: Y % 2,
    "plot.hidden_space.class_names": _constant(["a", "b"]),
    "plot.feature_maps.layer": _constant(1),
    "plot.single_neuron.curves": _constant({"one": [0.8, 0.7, 0.5]}),
    "test_fraction": _constant(0.25),
    "label_smoothing": _constant(0.1),
    "ignore_label": _constant(2),
    "SGD.momentum": _constant(0.9),
    "SGD.nesterov": _constant(False),
    "Reshape.shape": _constant((2, 2)),
    "Parameter.value": _constant(X),
    "Parameter.shape": _constant((2, 3)),
    "Parameter.initializer": _constant("zeros"),
    "Parameter.penalized": _constant(True),
    "Parameter.value=": _constant(X),
    "Parameter.grad=": _constant(X),
    "Parameter.penalized=": _constant(True),
    "Network.flat_values=": lambda: _network().flat_values.copy(),
    "Network.dtype=": _constant("float64"),
    "Network.dtype": _constant("float32"),
    "Network.flat_gradients=": lambda: _network().flat_values.copy(),
    "class_weight": _constant([1.0, 2.0, 3.0]),
    "BinaryCrossEntropy.class_weight": _constant([1.0, 2.0]),
    "BinaryCrossEntropy.ignore_label": _constant(-1),
    # data
    "x": _constant(X),
    "y": _constant(Y),
    "z": _constant(X),
    "grad": _constant(X),
    "sample_weight": _constant(np.linspace(0.5, 2, 12)),
    "validation_data": lambda: (X.copy(), Y.copy()),
    "data": lambda: (X.copy(), Y.copy()),
    "labels": _constant(Y),
    "Softmax.forward.z": _constant(X),
    "Conv2d.forward.x": _constant(IMAGES),
    "Conv2d.backward.grad": _constant(IMAGES[:, :, :3, :3]),
    "MaxPool2d.forward.x": _constant(IMAGES),
    "MaxPool2d.backward.grad": _constant(IMAGES[:, :, :2, :2]),
    "AveragePool2d.forward.x": _constant(IMAGES),
    "AveragePool2d.backward.grad": _constant(IMAGES[:, :, :2, :2]),
    "GlobalAveragePool2d.forward.x": _constant(IMAGES),
    "GlobalAveragePool2d.backward.grad": _constant(IMAGES[:, :, 0, 0]),
    "Embedding.count": _constant(10),
    "Embedding.forward.x": _constant(Y),
    "Embedding.backward.grad": _constant(PLANE),
    "BatchNorm.features": _constant(4),
    "LayerNorm.features": _constant(4),
    "BatchNorm.forward.x": _constant(X),
    "Linear.in_features": _constant(4),
    "Linear.backward.grad": _constant(PLANE),
    "Reshape.backward.grad": lambda: X.reshape(12, 2, 2),
    "Residual.layers": lambda: [mn.Linear(4, 4), mn.Tanh()],
    "Network.backward.grad": lambda: X[:, :3].copy(),
    "Penalty.value.w": _constant(X),
    "w": _constant(X),
    "weight": _constant(X),
    "values": _constant({"a": [0.0, 1.0, 1.0], "b": [0.5]}),
    # losses and metrics
    "Loss.forward.prediction": lambda: np.abs(X[:, :3]),
    "Loss.forward.target": lambda: X[:, :3].copy(),
    "CategoricalCrossEntropy.forward.prediction": _constant(PROBABILITIES),
    "CategoricalCrossEntropy.forward.target": _constant(CLASSES),
    "CategoricalCrossEntropy.forward.sample_weight": _constant(np.arange(1.0, 5)),
    "KullbackLeibler.forward.prediction": _constant(PROBABILITIES),
    "KullbackLeibler.forward.target": _constant(PROBABILITIES[::-1]),
    "KullbackLeibler.forward.sample_weight": _constant(np.arange(1.0, 5)),
    "BinaryCrossEntropy.forward.prediction": lambda: PROBABILITIES[:, :1].copy(),
    "BinaryCrossEntropy.forward.target": _constant(np.array([[0], [1], [1], [0]])),
    "BinaryCrossEntropy.forward.sample_weight": _constant(np.arange(1.0, 5)),
    "Hinge.forward.target": _constant(np.where(X[:, :3] > 0, 1, -1)),
    "Loss.as_probabilities.prediction": lambda: X[:, :1].copy(),
    "prediction": _constant(PROBABILITIES),
    "target": _constant(CLASSES),
    "metrics.roc_auc.prediction": lambda: PROBABILITIES[:, 0].copy(),
    "metrics.roc_auc.target": _constant(np.array([1, 0, 0, 1])),
    "metrics.brier_score.prediction": lambda: PROBABILITIES[:, 0].copy(),
    "metrics.brier_score.target": _constant(np.array([1, 0, 0, 1])),
    "metrics.mae.prediction": lambda: X[:, 0].copy(),
    "metrics.mae.target": lambda: X[:, 1].copy(),
    "metrics.mean_absolute_error.prediction": lambda: X[:, 0].copy(),
    "metrics.mean_absolute_error.target": lambda: X[:, 1].copy(),
    "metrics.rmse.prediction": lambda: X[:, 0].copy(),
    "metrics.rmse.target": lambda: X[:, 1].copy(),
    "metrics.root_mean_squared_error.prediction": lambda: X[:, 0].copy(),
    "metrics.root_mean_squared_error.target": lambda: X[:, 1].copy(),
    "metrics.r_squared.prediction": lambda: X[:, 0].copy(),
    "metrics.r_squared.target": lambda: X[:, 1].copy(),
    "metrics.top_k_accuracy.k": _constant(2),
    "metrics.better.name": _constant("accuracy"),
    # parts
    "layers": _parts,
    "load.layers": lambda: [],
    "layers_or_network": _parts,
    "loss": mn.CategoricalCrossEntropy,
    "optimizer": mn.SGD,
    "metrics": _constant(["accuracy"]),
    "callbacks": lambda: [mn.GradientMonitor()],
    "penalty": lambda: mn.L2(0.1),
    "schedule": lambda: mn.schedules.Cosine(0.1, 10),
    "trainer": trainer,
    "make_trainer": _constant(_sweep_trainer),
    "grid": _constant({"rate": [0.1, 0.2]}),
    "initializer": _constant("zeros"),
    "initializers.shape": _constant((3, 2)),
    "generator": lambda: np.random.default_rng(0),
    "_generator": lambda: np.random.default_rng(0),
    "layer_or_factory": lambda: mn.Linear(4, 3),
    "x_or_shape": lambda: X[:3].copy(),
    "loss_or_factory": mn.MeanSquaredError,
    "check_optimizer.optimizer_or_factory": _constant(mn.Adam),
    "check_optimizer.like": _constant(mn.Adam),
    "check_loss.prediction": lambda: np.abs(X[:3]),
    "check_loss.target": lambda: X[:3].copy(),
    "rates": _constant([0.01, 0.1, 1.0]),
    "losses": _constant([3.0, 1.0, 5.0]),
    "diverged": _constant(True),
    # text and files
    "path": _constant(PATH),
    "Trainer.load_checkpoint.path": _constant("training.minnet"),
    "CSVLogger.path": _constant("log.csv"),
    "History.to_csv.path": _constant("log.csv"),
    "folder": _constant("."),
    "datasets.read_idx.path": _constant("numbers-idx1-ubyte"),
    "datasets.read_idx.dimensions": _constant(1),
    "datasets.read_idx.dtype": _constant("uint8"),
    "data.fit.x": _constant(X),
    "monitor": _constant("val_loss"),
    "best_of": _constant("val_loss"),
    "mode": _constant("min"),
    "name": _constant("loss"),
    "names": _constant(("rate",)),
    "datasets.logic_gate.name": _constant("and"),
    "plot.history.names": _constant(["loss", "val_loss"]),
    "Runs.values.name": _constant("rate"),
    "Runs.where.settings": _constant({"rate": 0.1}),
    "Runs.filter.wanted": _constant(lambda run: True),
    "runs": lambda: list(runs()),
    "row": _constant({"epoch": 1, "loss": 0.5}),
    "Run.settings": _constant({"rate": 0.1}),
    "Run.history": history,
    # pictures
    "ax": lambda: plt.subplots()[1],
    "plot.x": _constant(PLANE),
    "plot.trainer_or_network": plane_trainer,
    "plot.trainer": plane_trainer,
    "plot.activation.activation": mn.Sigmoid,
    "plot.logit_gradient.activation": mn.Sigmoid,
    "plot.logit_gradient.losses": lambda: {"a": mn.BinaryCrossEntropy()},
    "plot.logit_gradient.target": _constant([1]),
    "plot.decision_boundary.trainer_or_network": lambda: plane_trainer(1),
    "plot.decision_boundary.y": lambda: Y % 2,
    "plot.boundary_animation.trainer": lambda: plane_trainer(1),
    "plot.boundary_animation.y": lambda: Y % 2,
    "plot.boundary_animation.epochs": _constant([0, 1]),
    "plot.boundary_animation.class_names": _constant(["a", "b"]),
    "plot.decision_boundary.class_names": _constant(["a", "b"]),
    "plot.logic_gate.trainer_or_network": _gate,
    "plot.logic_gate.gate": _constant("and"),
    "plot.feature_maps.trainer_or_network": _pictured,
    "plot.feature_maps.image": lambda: IMAGES[0].copy(),
    "plot.filters.weight": _constant(IMAGES),
    "plot.class_names": _constant(["a", "b", "c"]),
    "plot.feature_names": _constant(["a", "b"]),
    "plot.scaler": lambda: mn.data.Standardizer().fit(PLANE),
    "plot.histograms.values": _constant({"a": [0.0, 1.0, 1.0], "b": [0.5]}),
    "plot.histories.histories": lambda: {"one": history()},
    "plot.history.history": history,
    "plot.images": lambda: IMAGES[:, 0].copy(),
    "plot.labels": _constant(["a", "b"]),
    "plot.pairwise_lines.labels": _constant(True),
    "plot.mistakes.images": lambda: np.ones((4, 2, 2)),
    "plot.mistakes.y": lambda: CLASSES[::-1].copy(),
    "plot.confusion_matrix.matrix": _constant(np.array([[8, 2, 0], [0, 5, 0], [1, 1, 1]])),
    "plot.curves": _constant(CURVES),
    "plot.bands.at": _constant([1, 2, 3]),
    "plot.steps": _constant([0, 5, 10]),
    "plot.median_steps.curves": _constant(ACCURACY),
    "plot.gradient_flow.monitor": _gradients,
    "plot.norms.curves": _constant({"a": [1.0, 1.2]}),
    "plot.output_gradient.curves": _constant({"one": [0.5, 0.25, 0.1]}),
    "plot.steps_by_rate.curves": _constant({"one": [[90.0, 20, 50], [70, 30, 60]]}),
    "plot.steps_by_rate.rates": _constant([0.1, 1.0, 10.0]),
    "plot.steps_to_reach.curves": _constant(CURVES["one"]),
    "plot.step_counts.counts": _constant({"a": 89, "b": 16}),
    "plot.descent_paths.function": _constant(_bowl),
    "plot.descent_paths.paths": _constant({"SGD": [[-7.0, 2.0], [-6, 1], [-5, 0]]}),
    "plot.descent_paths.names": _constant(("x", "y")),
    "plot.descent_paths.spans": _constant([(-8.0, 1.0), (-1.0, 3.0)]),
    "plot.grid": _grid,
    "plot.names": _constant(("w", "b")),
    "plot.path": _constant([[0.0, 0.0, 2.0], [1.0, 2.0, 1.0]]),
    "plot.loss_surface.ax": lambda: plt.figure().add_subplot(projection="3d"),
    "plot.levels": _constant(5),
    "plot.loss_slices.at": _constant([1.0]),
    "plot.loss_grid.trainer": line_trainer,
    "plot.loss_grid.x": lambda: X[:, :1].copy(),
    "plot.loss_grid.y": lambda: X[:, 1:2].copy(),
    "plot.loss_grid.first": _constant((-1.0, 1.0)),
    "plot.loss_grid.second": _constant((-2.0, 2.0)),
    "plot.descend.trainer": line_trainer,
    "plot.descend.x": lambda: X[:, :1].copy(),
    "plot.descend.y": lambda: X[:, 1:2].copy(),
    "plot.entries": _constant((0, 1)),
    "plot.span": _constant((-2.0, 2.0)),
    "plot.thresholds": _constant([0.9, 0.95]),
    "plot.learning_speed.by": lambda: None,
    "plot.range_test.result": lambda: mn.RangeTest([0.01, 0.1, 1.0], [3.0, 1.0, 5.0], True),
    "plot.schedule.schedule": lambda: mn.schedules.Cosine(0.1, 4),
}

# Given in every call, although they have a default.
ALWAYS = {
    "Trainer.fit": {"epochs": 1, "batch_size": 6, "progress": False},
    "Trainer": {"seed": 0},
    "Network": {"seed": 0},
    "data.batches": {"seed": 1},
    "data.train_test_split": {"test_fraction": 0.25, "seed": 1},
    "sweep": {"progress": False},
    "lr_range_test": {"steps": 3},
    "plot.loss_grid": {"points": 3},
    "check_loss": {"prediction": np.abs(X[:3]), "target": X[:3]},
}

# Arguments that cannot be given together with those of ALWAYS or another one.
WITHOUT = {
    "Trainer.fit.until": ("epochs",),
    "Parameter.shape": ("value",),
    "Parameter.initializer": ("value",),
}
TOGETHER: dict[str, dict[str, Any]] = {
    "Parameter.initializer": {"shape": (2, 3)},
    "Parameter.trainable": {"value": X},
    "Parameter.penalized": {"value": X},
    "Checkpoint.mode": {"best_of": "val_loss"},
}

# What is no call of a user: functions between modules, and records that minnet fills in.
NO_CALLS = {
    "CheckpointError",
    "TrainingDiverged",
    "doctor.Check",
    "doctor.Mistake",
    "doctor.Report",
    "gradient_check.Check",
    "gradient_check.Mistake",
    "gradient_check.Report",
    "datasets.Dataset",
    "metrics.Record",
    "plot.LossGrid",
    "Run",
    "RangeTest",
    "initializers.get",
    "metrics.by_label",
    "metrics.get",
    "schedules.name_of",
    "schedules.no_object",
    "schedules.rate_of",
    "schedules.check_schedule",
    "Trainer.begin",
    "Trainer.resume",
    "check_training",  # what fit refuses is a finding of its report, by design
}

# Methods that the framework calls and a user overrides, or that only other layers call: what they
# get was checked before, and a check in them would be paid in every step.
HOOKS = {
    *("after_epoch", "after_step", "before_fit_end", "on_epoch_begin", "on_epoch_end"),
    *("on_fit_begin", "on_fit_end", "on_step_begin", "on_step_end", "restore", "state", "takes"),
    *("backward_first", "backward_from_logits", "forward_to_logits", "forward_from_logits"),
    *("check_batch", "check_last_layer", "check_prediction", "canonical", "counts", "decayed"),
    *("for_metrics", "prepare_target", "values", "derivatives", "update", "prepare", "serves"),
    *("step", "refresh", "train_on", "move", "settle", "draw", "evaluating", "gradient", "value"),
    *("random", "training", "trainable", "rate", "begin_fit", "follow"),
}
NOT_HOOKS = {"Trainer.step", "Runs.values", "Parameter.value="}

# Plain values where any object is right.
SUBJECTS: dict[str, Maker] = {
    "Trainer": trainer,
    "Network": _network,
    "History": history,
    "Runs": runs,
    "Reshape": lambda: mn.Reshape(2, 2),
    "Parameter": lambda: mn.Parameter(X),
    "RangeTest": lambda: mn.RangeTest([0.01, 0.1, 1.0], [3.0, 1.0, 5.0], True),
    "data.Standardizer": lambda: mn.data.Standardizer().fit(X),
    "data.MinMaxScaler": lambda: mn.data.MinMaxScaler().fit(X),
}


_STARS = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass
class Call:
    """One public function, constructor, method or assignment."""

    name: str
    function: Callable[..., Any]
    parameters: dict[str, inspect.Parameter]
    subject: Maker = lambda: None
    owners: tuple[str, ...] = ()
    missing: list[str] = field(default_factory=list)
    values: dict[str, Maker] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for argument, parameter in self.parameters.items():
            maker = self._maker(argument)
            if parameter.kind in _STARS and maker is None:
                continue
            if maker is not None:
                self.values[argument] = maker
            elif parameter.default is not parameter.empty:
                self.values[argument] = _constant(parameter.default)
            else:
                self.missing.append(argument)

    def _maker(self, argument: str) -> Maker | None:
        module = self.name.rpartition(".")[0].partition(".")[0]
        names = (f"{owner}.{argument}" for owner in (self.name, *self.owners, module))
        if self.name.endswith("="):
            names = (f"{owner}" for owner in (self.name, *self.owners))
        for name in (*names, argument):
            if name in VALUES:
                return VALUES[name]
        return None

    def needed(self, argument: str | None) -> dict[str, Any]:
        """Right values for all arguments that a call must have."""
        needed = {
            name: self.values[name]()
            for name, parameter in self.parameters.items()
            if parameter.default is parameter.empty and name in self.values
        }
        needed |= ALWAYS.get(self.name, {})
        needed |= TOGETHER.get(f"{self.name}.{argument}", {})
        for name in WITHOUT.get(f"{self.name}.{argument}", ()):
            needed.pop(name, None)
        return needed

    def __call__(self, subject: Any, values: dict[str, Any]) -> Any:
        positional, by_name = [], {}
        for name, value in values.items():
            kind = self.parameters[name].kind
            if kind == kind.VAR_POSITIONAL:
                positional += list(value) if isinstance(value, tuple) else [value]
            elif kind == kind.VAR_KEYWORD:
                by_name |= value if isinstance(value, dict) else {name: value}
            elif kind == kind.POSITIONAL_ONLY:
                positional.append(value)
            else:
                by_name[name] = value
        first = () if subject is None else (subject,)
        result = self.function(*first, *positional, **by_name)
        return list(result) if isinstance(result, types.GeneratorType) else result


def _signature(function: Any, skip_self: bool) -> dict[str, inspect.Parameter] | None:
    try:
        parameters = dict(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    if skip_self:
        parameters.pop(next(iter(parameters)))
    return parameters


def _module_names(module: types.ModuleType) -> list[str]:
    """`__all__`, or what the module itself defines."""
    own = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    return sorted(getattr(module, "__all__", own))


def public() -> Iterator[tuple[str, Any]]:
    """Name and object of each public function and class, each once."""
    seen: set[int] = set()
    modules = ["datasets", "data", "initializers", "metrics", "plot", "schedules"]
    places = [("", mn), *((f"{name}.", getattr(mn, name)) for name in modules)]
    for prefix, module in places:
        for name in _module_names(module):
            value = getattr(module, name)
            ours = str(getattr(value, "__module__", "")).startswith("minnet")
            if ours and callable(value) and id(value) not in seen:
                seen.add(id(value))
                if prefix + name not in NO_CALLS:
                    yield prefix + name, value


def calls() -> Iterator[Call]:
    """Each public call, each function once."""
    seen: set[int] = set()
    for name, value in public():
        if not inspect.isclass(value):
            parameters = _signature(value, skip_self=False)
            if parameters:
                yield Call(name, value, parameters)
        elif not _is_abstract(value):
            yield from _calls_of_class(name, value, seen)


def _is_abstract(kind: type) -> bool:
    """A base class that only its subclasses use."""
    bases = ("Activation", "Callback", "ElementwiseLoss", "Layer", "Loss", "Optimizer", "Penalty")
    return kind.__name__ in (*bases, "Schedule")


def _calls_of_class(name: str, kind: type, seen: set[int]) -> Iterator[Call]:
    parameters = _signature(kind, skip_self=False)
    constructor = Call(name, kind, parameters or {})
    if parameters:
        yield constructor
    make = SUBJECTS.get(name, lambda: _seeded(kind(**constructor.needed(None))))
    for attribute in sorted(dir(kind)):
        base = next(base for base in kind.__mro__ if attribute in vars(base))
        found = vars(base)[attribute]
        hidden = attribute.startswith("_") and attribute != "__call__"
        if hidden or id(found) in seen or f"{name}.{attribute}" in NO_CALLS:
            continue
        seen.add(id(found))
        if isinstance(found, property) and found.fset is not None:
            yield from _assignment(f"{name}.{attribute}=", kind, found.fset, make)
        elif isinstance(found, types.FunctionType):
            before = _after_forward(name, make) if attribute == "backward" else make
            yield from _method(f"{name}.{attribute}", kind, found, before)


def _is_hook(name: str) -> bool:
    attribute = name.rpartition(".")[2].rstrip("=")
    return attribute in HOOKS and name not in NOT_HOOKS


def _method(name: str, kind: type, function: Any, subject: Maker) -> Iterator[Call]:
    parameters = _signature(function, skip_self=True)
    if parameters and not _is_hook(name):
        yield Call(name, function, parameters, subject, _owners(kind, name))


def _assignment(name: str, kind: type, function: Any, subject: Maker) -> Iterator[Call]:
    if not _is_hook(name):
        (value,) = (_signature(function, skip_self=True) or {}).values()
        attribute = name.rpartition(".")[2].rstrip("=")
        only = value.replace(name=attribute, kind=inspect.Parameter.POSITIONAL_ONLY)
        yield Call(name, function, {attribute: only}, subject, _owners(kind, name))


def _seeded(made: Any) -> Any:
    """A layer draws its numbers from a network's seed: two calls can be compared."""
    if isinstance(made, mn.Layer):
        mn.Network([made], seed=0)
    return made


def _owners(kind: type, name: str) -> tuple[str, ...]:
    """The same method of the base classes."""
    attribute = name.rpartition(".")[2]
    return tuple(f"{base.__name__}.{attribute}" for base in kind.__mro__[:-1])


def _after_forward(name: str, make: Maker) -> Maker:
    """`backward` needs a forward before it."""

    def made() -> Any:
        subject = make()
        subject.forward(VALUES.get(f"{name}.forward.x", VALUES["x"])())
        return subject

    return made
