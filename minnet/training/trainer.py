"""The loop: batches -> network -> loss -> gradients -> optimizer -> history."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from minnet import metrics as metrics_module
from minnet.data.feed import Feed
from minnet.metrics import Metric
from minnet.nn.activations import Sigmoid, Softmax
from minnet.nn.layer import Layer
from minnet.nn.losses import BinaryCrossEntropy, CategoricalCrossEntropy, Hinge, Loss
from minnet.nn.network import Network
from minnet.optimizers import Optimizer, penalties
from minnet.optimizers.gradient_clipping import GradientClipping
from minnet.optimizers.penalties import Penalty
from minnet.training import checks as door
from minnet.training.callbacks import Callback, checked_callbacks
from minnet.training.history import History
from minnet.training.loop import Fitting
from minnet.training.objective import Objective
from minnet.training.state import Resumable
from minnet.training.training_diverged import diverged
from minnet.utils import array_checks, checks
from minnet.utils.table import Table
from minnet.utils.types import Array


class Trainer(Resumable):
    """Composes a network, a loss and an optimizer, and trains.

    Args:
        layers_or_network: a Network, or a list of layers of which one is made.
        loss, optimizer: objects, for example `CategoricalCrossEntropy()` and `SGD(0.1)`.
        metrics: names from `mn.metrics` or functions (prediction, target) -> float.
        seed: orders the batches, and draws the weights where a list is given.
        fuse: True computes loss and gradient from the logits where the network ends in the
            loss's canonical activation; False forces the chain rule, for teaching.
        penalty: `mn.L1(...)`, `mn.L2(...)`, or several; part of every loss that is reported.
        clip_norm, clip_value: bounds on the length and on each entry of the gradient.

    Attributes:
        network, loss, optimizer, metrics: as given. fused: which way the gradient takes.
        epochs, history: of all fits so far. stop: set it to True to end a fit.
        objective: network and loss as one function. order: the generator that shuffles.

    Raises:
        TypeError, ValueError: naming the argument; also a last layer that does not fit the loss.

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
    ) -> None:
        self.seed = checks.seed("Trainer", seed)
        self.fuse = checks.boolean("Trainer", "fuse", fuse)
        self.metrics = metrics_module.get(metrics)
        self.loss = door.check_loss(loss)
        if isinstance(layers_or_network, Network):
            self.network = layers_or_network
        else:
            self.network = Network(layers_or_network, seed=self.seed)
        self.optimizer = door.check_optimizer(optimizer, self.network)
        self.order = np.random.default_rng(np.random.SeedSequence(self.seed).spawn(3)[2])
        self.history = History()
        self.epochs = 0
        self.stop = False
        self.clipping = GradientClipping(clip_norm, clip_value)
        self.objective = Objective(self.network, self.loss, self.fuse, penalties.get(penalty))

    @property
    def fused(self) -> bool:
        """True if loss and gradient are computed from the logits."""
        return self.objective.fused

    def step(self, x: ArrayLike, y: ArrayLike) -> float:
        """One training step on one batch; returns the loss of the batch before the update.

        Raises:
            TypeError, ValueError: bad data, as in `fit`. TrainingDiverged: a loss or gradient that
                is not finite (the weights are then as before), or a weight after the step.
        """
        objective, network = self.objective, self.network
        door.check_optimizer(self.optimizer, network)
        with network.guard.training(), np.errstate(over="ignore", invalid="ignore"):
            objective.compose(quick=True)
            inputs = objective.protected(door.batch("step", x, network.dtype))
            target = objective.protected(objective.targets(inputs, y))
            if len(inputs) == 1:  # before any running mean has moved
                door.check_smallest_batch(network, 1, 1)
            if not network.training:
                network.training = True
            return self.train_on(inputs, target)

    def train_on(
        self,
        x: Array,
        y: Array,
        weight: Array | None = None,
        epoch: int | None = None,
        batch: int | None = None,
    ) -> float:
        """`step` without its door: x and y as `fit` has checked and converted them."""
        network, workspace = self.network, self.network.workspace
        workspace.open = True
        try:
            loss = self.objective.differentiate(x, y, weight, bool(self.metrics))
        except FloatingPointError as error:  # a loss that explains why it is not finite
            workspace.open = False
            rate = self.optimizer.learning_rate
            raise diverged(network, x, math.nan, rate, epoch, batch, str(error)) from error
        finally:
            workspace.open = False
        gradients = network.flat_gradients
        if not math.isfinite(loss) or not (
            math.isfinite(gradients.dot(gradients)) or np.isfinite(gradients).all()
        ):
            gradient = self.objective.loss_gradient() if math.isfinite(loss) else None
            raise diverged(
                network, x, loss, self.optimizer.learning_rate, epoch, batch, loss_gradient=gradient
            )
        self.clipping(gradients)
        values = network.flat_values
        self.optimizer.step(values, gradients)
        if not (math.isfinite(values.dot(values)) or np.isfinite(values).all()):
            raise diverged(network, x, loss, self.optimizer.learning_rate, epoch, batch)
        return loss

    # -- many steps ------------------------------------------------------------------------

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        epochs: int | None = None,
        batch_size: int = 32,
        validation_data: tuple[ArrayLike, ArrayLike] | None = None,
        callbacks: Sequence[Callback] = (),
        shuffle: bool = True,
        progress: bool = True,
        *,
        until: int | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> History:
        """Train for `epochs` more epochs, or until there are `until` in all.

        Args:
            x: samples (m, ...). y: class labels (m,), one-hot rows (m, k), 0/1 as (m,) or
                (m, 1), or numbers (m,) or (m, k) for regression.
            batch_size: samples per step; the last batch of an epoch may be smaller.
            validation_data: a pair (x, y), evaluated after each epoch.
            shuffle: a new order of the samples each epoch, from the Trainer's seed.
            progress: show a bar.
            sample_weight: how much each sample counts, (m,) numbers >= 0.

        Returns:
            The History of this call; `trainer.history` has that of all calls. Ctrl-C ends after
            the present step and gives the finished epochs, marked as interrupted.

        Raises:
            TypeError, ValueError: before any weight changes, naming the argument.
            TrainingDiverged: a loss, gradient or weight that is not finite, with epoch, batch,
                layer.

        The same seed gives the same bytes: in every process, for any PYTHONHASHSEED, in any
        folder, with a progress bar or without, whatever else uses NumPy's global random state, and
        after kills at any moment, resumed from checkpoints. Not promised is the same result on
        another machine, with another NumPy or matrix library (BLAS), or with another number of
        its threads: sums of floats depend on their order. Wall times (`seconds`) differ always.
        """
        rows = checks.whole_number("fit", "batch_size", batch_size)
        shuffle = checks.boolean("fit", "shuffle", shuffle)
        progress = checks.boolean("fit", "progress", progress)
        last = self._last_epoch(epochs, until)
        checked = checked_callbacks(callbacks)
        feed, validation = self._open(x, y, rows, validation_data, sample_weight)
        return Fitting(self, feed, validation, checked, shuffle).run(last, progress)

    def _last_epoch(self, epochs: int | None, until: int | None) -> int:
        """The number of the epoch after which to stop."""
        if (epochs is None) == (until is None):
            raise ValueError(
                "fit: expected epochs (how many more) or until (how many in all), got "
                + ("neither" if epochs is None else "both")
                + ". Give one of the two."
            )
        if epochs is None:
            return checks.whole_number("fit", "until", until)
        return self.epochs + checks.whole_number("fit", "epochs", epochs)

    # -- the door --------------------------------------------------------------------------

    def _open(
        self,
        x: ArrayLike,
        y: ArrayLike,
        rows: int,
        validation_data: tuple[ArrayLike, ArrayLike] | None,
        sample_weight: ArrayLike | None,
    ) -> tuple[Feed, tuple[Array, Array] | None]:
        """Check and convert all data of a fit, before anything changes."""
        self.objective.compose()
        door.check_optimizer(self.optimizer, self.network)
        for name, parameter in self.network.parameters().items():
            array_checks.finite("fit", f"the parameter {name}", parameter.value)
        inputs = array_checks.samples("fit", "x", x, dtype=self.network.dtype)
        target = self.objective.targets(inputs, y)
        door.check_two_classes(self.loss, y, target)
        door.check_smallest_batch(self.network, len(inputs), rows)
        door.check_metrics(self.metrics, self.loss, target)
        weight = None
        if sample_weight is not None:
            weight = door.check_sample_weight(self.loss, sample_weight, target)
        feed = Feed(inputs, array_checks.read_only(target), rows, weight)
        if validation_data is None:
            return feed, None
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
            raise TypeError(
                f"fit: validation_data: expected a pair (x, y), got "
                f"{checks.describe(validation_data)}. Write validation_data=(x_test, y_test)."
            )
        x_held, y_held = validation_data
        with door.naming("fit: validation_data"):
            held = array_checks.samples("", "x", x_held, dtype=self.network.dtype)
            return feed, (held, array_checks.read_only(self.objective.targets(held, y_held)))

    # -- what the network knows ------------------------------------------------------------

    def evaluate(self, x: ArrayLike, y: ArrayLike) -> dict[str, float]:
        """Loss and metrics on these data, in evaluation mode: {"loss": ..., "accuracy": ...}.

        Raises:
            TypeError, ValueError: bad data, naming the argument.
        """
        self.objective.compose()
        inputs = array_checks.samples("evaluate", "x", x, dtype=self.network.dtype)
        target = array_checks.read_only(self.objective.targets(inputs, y))
        return self.objective.evaluate(inputs, target, self.metrics)

    def predict(self, x: ArrayLike) -> Array:
        """The network's output (m, ...), in evaluation mode."""
        return self.network.predict(x)

    def predict_classes(self, x: ArrayLike) -> Array:
        """Class labels (m,): above 0.5 for one output, the largest of several.

        Independent yes-or-no outputs (several sigmoids under binary cross-entropy) give (m, k)
        zeros and ones.

        Raises:
            TypeError: the network does regression: its outputs are no probabilities.
        """
        last = self.network.output_layer
        classifies = isinstance(self.loss, (BinaryCrossEntropy, CategoricalCrossEntropy, Hinge))
        prediction = self.predict(x)
        if not checks.is_built_in(last):  # a layer of one's own is judged by what it gives
            classifies = classifies or bool(((prediction >= 0) & (prediction <= 1)).all())
        if not classifies and not isinstance(last, (Sigmoid, Softmax)):
            raise TypeError(
                f"predict_classes: expected a network that classifies, got one that ends in "
                f"{last!r} under {self.loss!r}, which does regression. Use predict(x), or end it "
                f"in mn.Sigmoid() or mn.Softmax()."
            )
        if isinstance(self.loss, BinaryCrossEntropy) and prediction.shape[1:] != (1,):
            return (prediction > metrics_module.THRESHOLD).astype(np.intp)
        return metrics_module.predicted_classes(self.loss.as_probabilities(prediction))

    def summary(self) -> Table:
        """The network's table, the loss, the optimizer, and which way the gradient takes."""
        self.objective.compose()
        last = self.network.output_layer
        way = "chain rule, link by link"
        if self.fused:
            way = f"fused: {last!r} and {self.loss!r} together, (a - y)/m from the logits"
        return Table(
            f"{self.network.summary()}\n\n"
            f"loss       {self.loss!r}\noptimizer  {self.optimizer!r}\ngradient   {way}"
        )
