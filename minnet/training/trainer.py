"""What users call: compose a network, a loss and an optimizer; train, evaluate, predict, save.

One training step is in step.py, the loop over epochs and batches in loop.py, the loss and its
gradient in objective.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from minnet import metrics as metrics_module
from minnet.metrics import Metric
from minnet.nn.layer import Layer
from minnet.nn.losses import Loss
from minnet.nn.network import Network
from minnet.optimizers import Optimizer, penalties
from minnet.optimizers.gradient_clipping import GradientClipping
from minnet.optimizers.penalties import Penalty
from minnet.training import checkpoint
from minnet.training import checks as training_checks
from minnet.training.callbacks import Callback
from minnet.training.fit_arguments import prepared_loop
from minnet.training.history import History
from minnet.training.objective import Objective
from minnet.training.state import TrainingState
from minnet.training.step import train_on
from minnet.utils import array_checks, checks
from minnet.utils.attributes import check_attribute
from minnet.utils.keyword_arguments import explained
from minnet.utils.table import Table
from minnet.utils.types import Array


class Trainer(TrainingState):
    """Composes a network, a loss and an optimizer, and trains.

    Args:
        layers_or_network: a Network, or a list of layers of which one is made.
        loss: an object, for example `CategoricalCrossEntropy()`.
        optimizer: an object, for example `SGD(0.1)`.
        metrics: names from `mn.metrics` or functions (prediction, target) -> float.
        seed: orders the batches, and draws the weights where a list is given.
        fuse: True computes loss and gradient from the logits if the network ends in the loss's
            canonical activation; False forces the chain rule, for teaching.
        penalty: `mn.L1(...)`, `mn.L2(...)`, or several; part of every loss that is reported.
        clip_norm: a bound on the length of the gradient. clip_value: on each of its entries.
        check: warn in `fit`, once for each class, if the backward of a custom layer is clearly
            wrong, and refuse labels that are all of one class; False leaves both out.

    Attributes:
        network, loss, optimizer, metrics: as given.
        fused: True if loss and gradient are computed from the logits.
        epochs, history: of all fits so far. stop: set it to True to end a fit.
        objective: network and loss as one function. order: the generator that shuffles.

    Raises:
        TypeError, ValueError: naming the argument; also for a last layer that does not suit the
            loss.

    >>> import minnet as mn
    >>> x, y = np.array([[0.0], [1.0], [2.0], [3.0]]), [0, 0, 1, 1]
    >>> trainer = mn.Trainer([mn.Linear(1, 1), mn.Sigmoid()], mn.BinaryCrossEntropy(),
    ...                      mn.SGD(1.0), metrics=["accuracy"], seed=0)
    >>> history = trainer.fit(x, y, epochs=50, batch_size=4, progress=False)
    >>> history["accuracy"][-1], trainer.predict_classes(x)
    (1.0, array([0, 0, 1, 1]))
    """

    def __init__(
        self,
        layers_or_network: Network | Iterable[Layer],
        loss: Loss,
        optimizer: Optimizer,
        metrics: Sequence[str | Metric] = (),
        seed: int | None = None,
        fuse: bool = True,
        *,
        penalty: Penalty | Sequence[Penalty] | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        check: bool = True,
    ) -> None:
        self.check = checks.boolean("Trainer", "check", check)
        seed = checks.seed("Trainer", seed)
        fuse = checks.boolean("Trainer", "fuse", fuse)
        named = metrics_module.get(metrics)
        loss = training_checks.check_loss(loss)
        if isinstance(layers_or_network, Network):
            network = layers_or_network
        else:
            network = Network(layers_or_network, seed=seed)
        optimizer = training_checks.check_optimizer(optimizer, network)
        clipping = GradientClipping(clip_norm, clip_value)
        penalty_list = penalties.get(penalty)
        super().__init__(network, loss, optimizer, named, seed, fuse, penalty_list, clipping)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse an attribute that nothing would use; check and use a new loss, optimizer, ..."""
        if "_loaded" in vars(self) and name[0] != "_":  # constructed
            check_attribute(self, name, arguments=False)
            value = self._checked_part(name, value)
        object.__setattr__(self, name, value)

    def _checked_part(self, name: str, value: Any) -> Any:
        """A part of the Trainer that is assigned; network, loss and fuse make a new objective."""
        if name == "optimizer":
            return training_checks.check_optimizer(value, self.network)
        if name == "metrics":
            return value if type(value) is dict else metrics_module.get(value)
        if name in ("network", "loss", "fuse"):
            parts = {"network": self.network, "loss": self.loss, "fuse": self.fuse, name: value}
            checks.instance(
                "Trainer: network", parts["network"], Network, "Make mn.Network([...])."
            )
            training_checks.check_loss(parts["loss"])
            checks.boolean("Trainer", "fuse", parts["fuse"])
            self.objective: Objective = Objective(**parts, penalties=self.objective.penalties)
        return value

    @explained
    def step(self, x: ArrayLike, y: ArrayLike) -> float:
        """One training step on one batch; returns the loss of the batch before the update.

        Raises:
            TypeError, ValueError: bad data, as in `fit`. TrainingDiverged: a loss or gradient that
                is not finite (the weights are then as before), or a weight after the step.
        """
        network = self.network
        with network._thread_lock, np.errstate(over="ignore", invalid="ignore"):
            if not network._flat.seems_current():
                self.objective.refresh()
            inputs, target = self.objective.batch(x, y)
            if len(inputs) == 1:  # before any running mean has changed
                training_checks.check_smallest_batch(network, 1, 1)
            if not network.training:
                network.training = True
            return train_on(self, inputs, target)

    @explained
    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        epochs: int | None = None,
        batch_size: int = 32,
        validation_data: Sequence[ArrayLike] | None = None,
        callbacks: Sequence[Callback] = (),
        shuffle: bool = True,
        progress: bool = True,
        *,
        until: int | None = None,
        sample_weight: ArrayLike | None = None,
        measure_at: Sequence[int] = (),
    ) -> History:
        """Train for `epochs` more epochs, or until there are `until` in all.

        Args:
            x: samples (m, ...). y: class labels (m,), one-hot rows (m, k), 0/1 as (m,) or
                (m, 1), or numbers (m,) or (m, k) for regression.
            batch_size: samples per step; the last batch of an epoch may be smaller.
            validation_data: a pair (x, y), evaluated after each epoch; or (x, y, weights).
            shuffle: a new order of the samples each epoch, from the Trainer's seed.
            progress: show a bar.
            sample_weight: how much each sample counts, (m,) numbers >= 0.
            measure_at: steps of this fit after which loss and metrics of the validation data go
                into `history.steps`, for example [0, 1, 2, 5]; 0: before the first.

        Returns:
            The History of this call; `trainer.history` has that of all calls. Ctrl-C ends after
            the current step and returns the finished epochs, marked as interrupted.

        Raises:
            TypeError, ValueError: before any weight changes, naming the argument.
            TrainingDiverged: a loss, gradient or weight that is not finite, with epoch, batch,
                layer.

        The same seed gives the same bytes: in every process, for any PYTHONHASHSEED, in any
        folder, with or without a progress bar, whatever else uses NumPy's global random state, and
        if the training is killed at any moment and resumed from a checkpoint. Not promised is the
        same result on another machine, with another NumPy or matrix library (BLAS), or with
        another number of its threads: sums of floats depend on their order. Wall times (`seconds`)
        always differ.
        """
        progress = checks.boolean("fit", "progress", progress)
        data, length = (x, y, sample_weight, validation_data), (epochs, until, batch_size)
        return prepared_loop(self, *data, *length, callbacks, shuffle, measure_at).run(progress)

    @explained
    def evaluate(
        self, x: ArrayLike, y: ArrayLike, *, sample_weight: ArrayLike | None = None
    ) -> dict[str, float]:
        """Loss and metrics on these data, in evaluation mode: {"loss": ..., "accuracy": ...}.

        Args:
            sample_weight: how much each sample counts in the loss, (m,) numbers >= 0; in the
                metrics all count the same.

        Raises:
            TypeError, ValueError: bad data, naming the argument.
        """
        self.objective.refresh()
        inputs = self.objective.samples("evaluate", x, looked_at=64)
        target = array_checks.read_only(self.objective.targets(inputs, y))
        weight = training_checks.check_sample_weight(
            "evaluate", self.loss, sample_weight, target, self.network.dtype
        )
        return self.objective.evaluate(inputs, target, self.metrics, weight)

    @explained
    def predict(self, x: ArrayLike) -> Array:
        """The network's output (m, ...), in evaluation mode."""
        return self.network.predict(x)

    @explained
    def predict_classes(self, x: ArrayLike) -> Array:
        """Class labels (m,): above 0.5 for one output, the largest of several.

        Independent yes-or-no outputs (several sigmoids under binary cross-entropy) give (m, k)
        zeros and ones.

        Raises:
            TypeError: the network does regression: its outputs are not probabilities.
        """
        prediction = self.predict(x)
        if not training_checks.classifies(self.network, self.loss, prediction.shape[1:]):
            raise TypeError(
                f"predict_classes: expected a network that classifies, got one that ends in "
                f"{self.network.output_layer!r} under {self.loss!r}, which does regression. Use "
                f"predict(x), or end it in mn.Sigmoid() or mn.Softmax()."
            )
        probabilities = self.loss.as_probabilities(prediction)
        if self.loss.independent_outputs and prediction.shape[1:] != (1,):
            return (probabilities > metrics_module.THRESHOLD).astype(np.intp)
        return metrics_module.predicted_classes(probabilities)

    def save_checkpoint(self, path: str | os.PathLike[str]) -> None:
        """Write all that is needed to resume: values, optimizer, random generators, history.

        Also the state of the callbacks and a digest of the data of the last fit. An existing file
        is replaced completely or not at all. `mn.Checkpoint` does this during training.

        Raises:
            TypeError, ValueError: what cannot be saved, by its name. OSError: with the path.
        """
        checkpoint.save(self, checks.path("save_checkpoint", path))

    def load_checkpoint(self, path: str | os.PathLike[str]) -> None:
        """Continue where a checkpoint was written, in a trainer created in the same way.

        Then `fit(..., until=total)` on the same data trains to the end. The learning rate is
        that of the checkpoint, and may be assigned afterwards.

        Raises:
            CheckpointError: the file is damaged, or of another network, loss, optimizer or
                setting. Nothing has changed then.
        """
        checkpoint.load(self, checks.path("load_checkpoint", path))

    def summary(self) -> Table:
        """A table of the layers, the loss, the optimizer, and how the gradient is computed."""
        self.objective.refresh()
        last = self.network.output_layer
        gradient = "chain rule, link by link"
        if self.fused:
            gradient = f"fused: {last!r} and {self.loss!r} together, (a - y)/m from the logits"
        layers = self.network.summary()
        rest = f"loss       {self.loss!r}\noptimizer  {self.optimizer!r}\ngradient   {gradient}"
        return Table(f"{layers}\n\n{rest}", layers.html + Table(rest).html)

    def __repr__(self) -> str:
        return f"Trainer({self.network!r}, {self.loss!r}, {self.optimizer!r})"

    def _repr_html_(self) -> str:
        return self.summary().html
