"""The loop: batches -> network -> loss -> gradients -> optimizer -> history."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minnet import checks, door
from minnet import metrics as metrics_module
from minnet.activations import Sigmoid, Softmax
from minnet.callbacks import Callback, checked_callbacks
from minnet.divergence import diverged
from minnet.feed import Feed
from minnet.history import History, Row
from minnet.interrupt import interruption
from minnet.layer import Layer
from minnet.losses import BinaryCrossEntropy, CategoricalCrossEntropy, Loss
from minnet.metrics import Metric, Record
from minnet.network import Network
from minnet.objective import Objective
from minnet.optimizers import Optimizer
from minnet.progress import Progress
from minnet.table import Table

Array = NDArray[Any]


class Trainer:
    """Composes a network, a loss and an optimizer, and trains.

    Args:
        layers_or_network: a Network, or a list of layers of which one is made.
        loss, optimizer: objects, for example `CategoricalCrossEntropy()` and `SGD(0.1)`.
        metrics: names from `mn.metrics` or functions (prediction, target) -> float.
        seed: orders the batches, and draws the weights where a list is given.
        fuse: True computes loss and gradient from the logits where the network ends in the
            loss's canonical activation; False forces the chain rule, for teaching.

    Attributes:
        network, loss, optimizer, metrics: as given. fused: which way the gradient takes.
        epochs, history: of all fits so far. stop: set it to True to end a fit.

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
        self._order = np.random.default_rng(np.random.SeedSequence(self.seed).spawn(3)[2])
        self.history = History()
        self.epochs = 0
        self.stop = False
        self._objective = Objective(self.network, self.loss, self.fuse)

    @property
    def fused(self) -> bool:
        """True if loss and gradient are computed from the logits."""
        return self._objective.fused

    # -- one step --------------------------------------------------------------------------

    def step(self, x: ArrayLike, y: ArrayLike) -> float:
        """One training step on one batch; returns the loss of the batch before the update.

        Raises:
            TypeError, ValueError: bad data, as in `fit`. TrainingDiverged: a loss or gradient
                that is not finite; the weights are then as before.
        """
        self._objective.compose()
        inputs = checks.samples("step", "x", x, dtype=self.network.dtype)
        target = self._objective.targets(inputs, y)
        if not self.network.training:
            self.network.training = True
        with np.errstate(over="ignore", invalid="ignore"):
            return self._step(inputs, target)

    def _step(
        self, x: Array, y: Array, epoch: int | None = None, batch: int | None = None
    ) -> float:
        """Forward, loss, backward, update. What is not finite stops it before the update."""
        network, rate = self.network, self.optimizer.learning_rate
        network.workspace.open = True
        try:
            loss = self._objective.differentiate(x, y, keep_prediction=bool(self.metrics))
        except FloatingPointError as error:  # a loss that explains why it is not finite
            network.workspace.open = False
            raise diverged(network, x, math.nan, rate, epoch, batch, str(error)) from error
        finally:
            network.workspace.open = False
        gradients = network.flat_gradients
        if not math.isfinite(loss) or not (
            math.isfinite(np.dot(gradients, gradients)) or np.isfinite(gradients).all()
        ):
            raise diverged(network, x, loss, rate, epoch, batch)
        self.optimizer.step(network.flat_values, gradients)
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
    ) -> History:
        """Train for `epochs` more epochs, or until there are `until` in all.

        Args:
            x: samples (m, ...). y: class labels (m,), one-hot rows (m, k), 0/1 as (m,) or
                (m, 1), or numbers (m,) or (m, k) for regression.
            batch_size: samples per step; the last batch of an epoch may be smaller.
            validation_data: a pair (x, y), evaluated after each epoch.
            shuffle: a new order of the samples each epoch, from the Trainer's seed.
            progress: show a bar.

        Returns:
            The History of this call; `trainer.history` has that of all calls. Ctrl-C ends after
            the present step and gives the finished epochs, marked as interrupted.

        Raises:
            TypeError, ValueError: before any weight changes, naming the argument.
            TrainingDiverged: a loss or gradient that is not finite, with epoch, batch, layer.
        """
        rows = checks.whole_number("fit", "batch_size", batch_size)
        shuffle = checks.boolean("fit", "shuffle", shuffle)
        checks.boolean("fit", "progress", progress)
        last = self._last_epoch(epochs, until)
        callbacks = checked_callbacks(callbacks)
        feed, validation = self._open(x, y, rows, validation_data)
        history = History()
        self.stop = False
        count = max(0, last - self.epochs)
        with (
            np.errstate(over="ignore", invalid="ignore"),
            Progress(progress, count, feed.steps, self.epochs + 1) as bar,
            interruption() as interrupt,
        ):
            try:
                for callback in callbacks:
                    callback.on_fit_begin(self)
                while self.epochs < last and not (self.stop or interrupt.requested):
                    row = self._epoch(feed, shuffle, callbacks, bar, interrupt)
                    if row is None:
                        break
                    self._finish_epoch(row, validation, callbacks, bar, history)
            except KeyboardInterrupt:  # raised by a callback, or the second Ctrl-C
                if interrupt.requested:
                    raise
                interrupt.requested = True
            finally:
                self.network.training = False
        history.interrupted = self.history.interrupted = interrupt.requested
        for callback in callbacks:
            callback.on_fit_end(self, history)
        return history

    def _epoch(
        self,
        feed: Feed,
        shuffle: bool,
        callbacks: Sequence[Callback],
        bar: Progress,
        interrupt: Any,
    ) -> Row | None:
        """All batches once; None if the training is to end in the middle of it."""
        epoch = self.epochs + 1
        start, total, seen = time.perf_counter(), 0.0, 0
        bar.epoch(epoch)
        for callback in callbacks:
            callback.on_epoch_begin(self, epoch)
        after_step = [c for c in callbacks if type(c).on_step_end is not Callback.on_step_end]
        order = self._order.permutation(len(feed.x)) if shuffle else None
        record = Record(self.metrics, feed.y, order)
        self.network.training = True
        for batch, (x, y) in enumerate(feed.epoch(order), 1):
            loss = self._step(x, y, epoch, batch)
            total += loss * len(x)
            if self.metrics:
                record.add(seen, self._objective.prediction)
            seen += len(x)
            bar.step(total / seen)
            for callback in after_step:
                callback.on_step_end(self, loss)
            if (self.stop or interrupt.requested) and seen < len(feed.x):
                return None
        self.network.training = False
        row: Row = {"epoch": epoch, "loss": total / seen, **record.values()}
        row["seconds"] = time.perf_counter() - start
        return row

    def _finish_epoch(
        self,
        row: Row,
        validation: tuple[Array, Array] | None,
        callbacks: Sequence[Callback],
        bar: Progress,
        history: History,
    ) -> None:
        """Validation, callbacks, history: all that follows the last step of an epoch."""
        seconds = row.pop("seconds")
        if validation is not None:
            values = self._objective.evaluate(*validation, self.metrics)
            row.update({f"val_{name}": value for name, value in values.items()})
        row.update(seconds=seconds, learning_rate=self.optimizer.learning_rate)
        self.epochs += 1
        for callback in callbacks:
            callback.on_epoch_end(self, row)
        history.append(row)
        self.history.append(row)
        bar.end_of_epoch(row)

    def _last_epoch(self, epochs: int | None, until: int | None) -> int:
        """The number of the epoch after which to stop."""
        if (epochs is None) == (until is None):
            raise ValueError(
                "fit: expected epochs (how many more) or until (how many in all), got "
                + ("neither." if epochs is None else "both.")
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
    ) -> tuple[Feed, tuple[Array, Array] | None]:
        """Check and convert all data of a fit, before anything changes."""
        self._objective.compose()
        inputs = checks.samples("fit", "x", x, dtype=self.network.dtype)
        target = self._objective.targets(inputs, y)
        door.check_two_classes(y, target)
        for name, parameter in self.network.parameters().items():
            checks.finite("fit", f"the parameter {name}", parameter.value)
        if validation_data is None:
            return Feed(inputs, target, rows), None
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
            raise TypeError(
                f"fit: validation_data: expected a pair (x, y), got "
                f"{checks.describe(validation_data)}."
            )
        x_held, y_held = validation_data
        held = checks.samples("fit", "validation x", x_held, dtype=self.network.dtype)
        return Feed(inputs, target, rows), (held, self._objective.targets(held, y_held))

    # -- what the network knows ------------------------------------------------------------

    def evaluate(self, x: ArrayLike, y: ArrayLike) -> dict[str, float]:
        """Loss and metrics on these data, in evaluation mode: {"loss": ..., "accuracy": ...}.

        Raises:
            TypeError, ValueError: bad data, naming the argument.
        """
        self._objective.compose()
        inputs = checks.samples("evaluate", "x", x, dtype=self.network.dtype)
        return self._objective.evaluate(inputs, self._objective.targets(inputs, y), self.metrics)

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
        classifies = isinstance(self.loss, (BinaryCrossEntropy, CategoricalCrossEntropy))
        if not classifies and not isinstance(last, (Sigmoid, Softmax)):
            raise TypeError(
                f"predict_classes: expected a network that classifies, got one that ends in "
                f"{last!r} under {self.loss!r}, which does regression. Use predict(x), or end it "
                f"in mn.Sigmoid() or mn.Softmax()."
            )
        prediction = self.predict(x)
        if isinstance(self.loss, BinaryCrossEntropy) and prediction.shape[1:] != (1,):
            return (prediction > metrics_module.THRESHOLD).astype(np.intp)
        return metrics_module.predicted_classes(prediction)

    def summary(self) -> Table:
        """The network's table, the loss, the optimizer, and which way the gradient takes."""
        self._objective.compose()
        last = self.network.output_layer
        way = "chain rule, link by link"
        if self.fused:
            way = f"fused: {last!r} and {self.loss!r} together, (a - y)/m from the logits"
        return Table(
            f"{self.network.summary()}\n\n"
            f"loss       {self.loss!r}\noptimizer  {self.optimizer!r}\ngradient   {way}"
        )
