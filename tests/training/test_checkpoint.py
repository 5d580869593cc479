"""Checkpoints: a resumed training ends bit for bit where an uninterrupted one ends."""

import copy

import numpy as np
import pytest
import resume_runs

import minnet as mn

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(70, 4))
Y = np.arange(70) % 3
WEIGHT = RANDOM.uniform(0.5, 2, size=70)
UNTIL = 6


class Cut(Exception):  # noqa: N818
    """The power fails."""


class CutAfter(mn.Callback):
    def __init__(self, steps):
        self.steps = steps

    def on_step_end(self, trainer, loss):
        if trainer.optimizer.steps == self.steps:
            raise Cut


class Momentum(mn.Optimizer):
    """A student's optimizer with a memory of its own making."""

    def step(self, values, grads):
        if not hasattr(self, "velocity"):
            self.velocity, self.count, self.notes = np.zeros_like(values), 0, []
        self.count += 1
        self.notes.append(float(grads[0]))
        self.velocity *= 0.9
        self.velocity += grads
        values -= self.learning_rate * self.velocity / self.count**0.1


class Noise(mn.Layer):
    """A student's layer with a random stream of its own."""

    def __init__(self, seed):
        self.stream = np.random.default_rng(seed)

    def forward(self, x):
        return x + 0.1 * self.stream.normal(size=x.shape) if self.training else x.copy()

    def backward(self, grad):
        return grad


OPTIMIZERS = {
    "SGD": lambda: mn.SGD(0.1),
    "Nesterov": lambda: mn.SGD(0.1, 0.9, nesterov=True),
    "Adam": lambda: mn.Adam(0.01),
    "AdamW": lambda: mn.AdamW(0.01),
    "RMSProp": lambda: mn.RMSProp(0.01, momentum=0.5, centered=True),
    "AdaGrad": lambda: mn.AdaGrad(0.1),
    "AdaDelta": lambda: mn.AdaDelta(),
    "own": lambda: Momentum(0.05),
    "schedule": lambda: mn.SGD(mn.schedules.WarmUp(mn.schedules.Cosine(0.2, 25), 5), 0.9),
    "function": lambda: mn.SGD(lambda step: 0.1 / (1 + step)),
}


def trainer(optimizer="Adam", **options):
    layers = [mn.Linear(4, 8), mn.BatchNorm(8), mn.ReLU(), mn.Dropout(0.3), Noise(5)]
    layers += [mn.Linear(8, 3), mn.Softmax()]
    options = {"metrics": ["accuracy"], "seed": 3, **options}
    return mn.Trainer(layers, mn.CategoricalCrossEntropy(), OPTIMIZERS[optimizer](), **options)


def fit(made, *callbacks, until=UNTIL, **options):
    options = {"batch_size": 16, "sample_weight": WEIGHT, **options}
    options.setdefault("validation_data", (X[:20], Y[:20]))
    callbacks = [*callbacks, mn.EarlyStopping("val_loss", patience=3), mn.LearningRateLogger()]
    made.fit(X, Y, until=until, callbacks=callbacks, progress=False, **options)
    return callbacks


def rows(history):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in history]


def state(made):
    """All that training changes, as bytes."""
    optimizer = {k: v for k, v in vars(made.optimizer).items() if k not in ("_network", "schedule")}
    for name in ("_scratch", "_known", "_in_step", "t", "_blocks", "_by_parameter"):
        optimizer.pop(name, None)
    optimizer.pop("_changes_in_place")
    streams = [made.order.bit_generator.state, made.network.random.bit_generator.state]
    streams += [v.bit_generator.state for layer in made.network.layers
                for v in vars(layer).values() if isinstance(v, np.random.Generator)]  # fmt: skip
    values = {n: p.value for n, p in made.network.parameters().items()}
    return plain((values, sorted(optimizer.items()), streams, made.epochs, rows(made.history)))


def plain(value):
    """The same with the bytes of every array in its place, so that == compares every bit."""
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.shape, value.tobytes()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return repr(value)


CUTS = [([7], None), ([3, 12, 13, 24], 1), ([5, 11, 18], 4)]
EVERY_DAY = [(name, *CUTS[at % 3]) for at, name in enumerate(OPTIMIZERS)]
OTHERS = [
    pytest.param(name, *cut, marks=pytest.mark.slow)
    for at, name in enumerate(OPTIMIZERS)
    for cut in (CUTS[at % 3 - 1], CUTS[at % 3 - 2])
]


@pytest.mark.parametrize(("optimizer", "cuts", "steps"), EVERY_DAY + OTHERS)
def test_interrupted_and_resumed_is_bit_for_bit_the_same(optimizer, cuts, steps, tmp_path):
    whole, path = trainer(optimizer), tmp_path / "run"
    watched = fit(whole, mn.GradientMonitor())
    for cut in [*cuts, 10**9]:
        made = trainer(optimizer)
        if path.exists():
            made.load_checkpoint(path)
        try:
            callbacks = fit(
                made, mn.GradientMonitor(), CutAfter(cut), mn.Checkpoint(path, steps=steps)
            )
        except Cut:
            continue
    assert state(made) == state(whole)
    assert callbacks[-1].rates == watched[-1].rates
    assert callbacks[0].norms == watched[0].norms
    assert callbacks[0].dead == watched[0].dead
    assert (callbacks[-2].best, callbacks[-2].best_epoch) == (
        watched[-2].best,
        watched[-2].best_epoch,
    )


def test_early_stopping_that_has_stopped_stays_stopped(tmp_path):
    def run(made, *more):
        stopping = mn.EarlyStopping("loss", patience=2, minimum_change=100.0)
        made.fit(X, Y, until=50, callbacks=[*more, stopping], progress=False)
        return stopping

    whole, made = trainer(), trainer()
    assert run(whole).stopped_epoch == 3
    run(made, mn.Checkpoint(tmp_path / "run"))
    again = trainer()
    again.load_checkpoint(tmp_path / "run")
    run(again)
    assert again.epochs == 3
    assert state(again) == state(whole) == state(made)


def test_reduce_on_plateau_and_csv_continue(tmp_path):
    def run(made, *more):
        plateau = mn.ReduceOnPlateau("loss", 0.5, patience=2, minimum_change=100.0)
        logger = mn.CSVLogger(tmp_path / f"{len(more)}.csv")
        made.fit(X, Y, until=7, callbacks=[*more, plateau, logger], progress=False)
        return plateau

    whole = trainer()
    expected = run(whole)
    with pytest.raises(Cut):
        run(trainer(), mn.Checkpoint(tmp_path / "run"), CutAfter(13))
    again = trainer()
    again.load_checkpoint(tmp_path / "run")
    found = run(again, mn.Checkpoint(tmp_path / "run"), CutAfter(10**9))
    assert found.reduced == expected.reduced == [3, 5, 7]
    assert state(again) == state(whole)
    lines = [(tmp_path / f"{n}.csv").read_text().splitlines() for n in (0, 2)]
    assert [line.split(",")[:3] for line in lines[0]] == [line.split(",")[:3] for line in lines[1]]


def test_by_hand_between_two_fits_and_in_one_process(tmp_path):
    whole = trainer()
    fit(whole, until=3)
    whole.save_checkpoint(tmp_path / "run")
    again = trainer()
    again.load_checkpoint(tmp_path / "run")
    assert state(again) == state(whole)
    again.save_checkpoint(tmp_path / "again")  # before any fit: the same file
    assert (tmp_path / "again").read_bytes() == (tmp_path / "run").read_bytes()
    fit(again, until=5)
    fit(whole, until=3)
    whole.load_checkpoint(tmp_path / "run")
    fit(whole, until=5)
    assert state(again) == state(whole)
    copies = copy.deepcopy(whole)
    copies.save_checkpoint(tmp_path / "copy")


def test_a_file_of_a_training_is_a_network_too(tmp_path):
    made = mn.Trainer(
        [mn.Linear(4, 3), mn.Softmax()], mn.CategoricalCrossEntropy(), mn.SGD(), seed=0
    )
    made.fit(X, Y, 2, progress=False, callbacks=[mn.Checkpoint(tmp_path / "run")])
    assert np.array_equal(mn.load(tmp_path / "run").predict(X), made.predict(X))
    other = mn.Network([mn.Linear(4, 3), mn.Softmax()], seed=9)
    other.load_values(tmp_path / "run")
    assert np.array_equal(other.predict(X), made.predict(X))


def test_every_and_best_of(tmp_path):
    class Note(mn.Checkpoint):
        """Called after the others, as checkpoints are."""

        def __init__(self):
            super().__init__(tmp_path / "note", every=None)
            self.seen = []

        def on_epoch_end(self, trainer, row):
            file = tmp_path / "run"
            self.seen.append(file.read_bytes() if file.exists() else b"")

    note = Note()
    trainer().fit(
        X, Y, 5, progress=False, callbacks=[mn.Checkpoint(tmp_path / "run", every=2), note]
    )
    changes = [a != b for a, b in zip([b"", *note.seen[:-1]], note.seen, strict=True)]
    assert changes == [False, True, False, True, False]
    again = trainer()
    again.load_checkpoint(tmp_path / "run")
    assert again.epochs == 5  # the last one, at the end of the fit

    losses = iter([3.0, 1.0, 2.0, 0.5, 0.5, 0.7])

    class Tell(mn.Callback):
        def on_epoch_end(self, trainer, row):
            row["told"] = next(losses)

    best = mn.Checkpoint(tmp_path / "best", best_of="told", mode="min")
    trainer().fit(X, Y, 6, progress=False, callbacks=[Tell(), best])
    again.load_checkpoint(tmp_path / "best")
    assert again.epochs == 4


def test_the_best_is_remembered_over_a_break(tmp_path):
    numbers = {1: 3.0, 2: 1.0, 3: 2.0, 4: 1.5}

    class Tell(mn.Callback):
        def on_epoch_end(self, trainer, row):
            row["told"] = numbers[trainer.epochs]

    def callbacks():
        best = mn.Checkpoint(tmp_path / "best", best_of="told", mode="min")
        return [Tell(), best, mn.Checkpoint(tmp_path / "last")]

    trainer().fit(X, Y, 3, progress=False, callbacks=callbacks())
    again = trainer()
    again.load_checkpoint(tmp_path / "last")
    again.fit(X, Y, until=4, progress=False, callbacks=callbacks())
    again.load_checkpoint(tmp_path / "best")
    assert again.epochs == 2


OTHERS = [
    ({"x": X + 1}, "x"),
    ({"y": (Y + 1) % 3}, "y"),
    ({"sample_weight": None}, "sample_weight"),
    ({"sample_weight": WEIGHT * 2}, "sample_weight"),
    ({"validation_data": None}, "validation x"),
    ({"validation_data": (X[:20], (Y[:20] + 1) % 3)}, "validation y"),
    ({"batch_size": 8}, "batch_size"),
    ({"shuffle": False}, "shuffle"),
    ({"callbacks": []}, "callbacks"),
]


@pytest.mark.parametrize(("other", "name"), OTHERS)
def test_other_data_are_refused(other, name, tmp_path):
    made = trainer()
    fit(made, mn.Checkpoint(tmp_path / "run"), until=2)
    again = trainer()
    again.load_checkpoint(tmp_path / "run")
    before = state(again)
    stopping = [mn.EarlyStopping("val_loss", patience=3), mn.LearningRateLogger()]
    good = {"x": X, "y": Y, "batch_size": 16, "sample_weight": WEIGHT, "callbacks": stopping}
    good |= {"validation_data": (X[:20], Y[:20]), "until": 4, "progress": False}
    with pytest.raises(ValueError, match=f"fit: {name}: expected"):
        again.fit(**{**good, **other})
    assert state(again) == before
    again.fit(**good)  # and with the right data it continues
    fit(made, until=4)
    assert again.epochs == 4


MISFITS = [
    (lambda: trainer("SGD"), "optimizer = 'Adam', this trainer has 'SGD'"),
    (lambda: trainer(fuse=False), "fuse = True"),
    (lambda: trainer(metrics=[]), "metrics = "),
    (lambda: trainer(penalty=mn.L2(0.1)), "penalty = "),
    (lambda: trainer(clip_norm=1.0), "clip_norm = None, this trainer has 1.0"),
    (lambda: trainer(clip_value=2.0), "clip_value = None, this trainer has 2.0"),
    (
        lambda: mn.Trainer([mn.Linear(4, 3)], mn.MeanSquaredError(), mn.Adam()),
        "no parameter|a parameter|shape",
    ),
]


@pytest.mark.parametrize(("make", "reason"), MISFITS)
def test_another_trainer_is_refused_and_unchanged(make, reason, tmp_path):
    fit(made := trainer(), mn.Checkpoint(tmp_path / "run"), until=1)
    other = make()
    before = state(other)
    with pytest.raises(mn.CheckpointError, match=reason):
        other.load_checkpoint(tmp_path / "run")
    assert state(other) == before
    assert made.epochs == 1


def test_other_hyperparameters_dtype_schedule_and_frozen_are_refused(tmp_path):
    made = trainer("Adam")
    fit(made, until=1)
    made.save_checkpoint(tmp_path / "run")
    for change, reason in [
        (lambda t: setattr(t.optimizer, "beta1", 0.8), "optimizer.beta1 = 0.9"),
        (
            lambda t: setattr(t.optimizer, "learning_rate", mn.schedules.Cosine(0.1, 9)),
            "schedule",
        ),
        (
            lambda t: setattr(t.network, "dtype", "float64"),
            "dtype float32, this one float64. Create",
        ),
        (lambda t: setattr(t.network.layers[0].bias, "trainable", False), "trainable=False"),
    ]:
        other = trainer("Adam")
        change(other)
        with pytest.raises(mn.CheckpointError, match=reason):
            other.load_checkpoint(tmp_path / "run")


def test_the_learning_rate_is_that_of_the_checkpoint(tmp_path):
    made = trainer("Adam")
    made.optimizer.learning_rate = 0.0123
    made.save_checkpoint(tmp_path / "run")
    again = trainer("Adam")
    again.load_checkpoint(tmp_path / "run")
    assert again.optimizer.learning_rate == 0.0123


def test_an_optimizer_with_what_no_file_can_hold(tmp_path):
    made = trainer("own")
    made.optimizer.friend = object()
    with pytest.raises(TypeError, match=r"save_checkpoint: \['optimizer'\]\['friend'\]: expected"):
        made.save_checkpoint(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_saves_within_the_epoch_and_the_training_continues(tmp_path):
    class Press(mn.Callback):
        def on_step_end(self, trainer, loss):
            if trainer.optimizer.steps == 12:
                import signal

                signal.raise_signal(signal.SIGINT)

    whole, made = trainer(), trainer()
    fit(whole)
    fit(made, Press(), mn.Checkpoint(tmp_path / "run", every=100))
    assert made.history.interrupted
    assert made.optimizer.steps == 12
    again = trainer()
    again.load_checkpoint(tmp_path / "run")
    assert again._resume_point().progress.batch == 2
    assert again.history.interrupted
    fit(again, mn.Checkpoint(tmp_path / "run"))
    assert not again.history.interrupted
    assert state(again) == state(whole)


def test_diverged_weights_stop_and_the_last_checkpoint_stays(tmp_path):
    made = mn.Trainer([mn.Linear(4, 1)], mn.MeanSquaredError(), mn.SGD(0.01), seed=0)
    made.fit(X, Y.astype(float), 2, progress=False, callbacks=[mn.Checkpoint(tmp_path / "run")])
    before = (tmp_path / "run").read_bytes()

    class Explode(mn.Callback):
        def on_epoch_begin(self, trainer, epoch):
            trainer.optimizer.learning_rate = 3e38

    with pytest.raises(mn.TrainingDiverged) as caught:
        made.fit(X * 1e3, Y.astype(float), 2, progress=False,
                 callbacks=[Explode(), mn.Checkpoint(tmp_path / "run")])  # fmt: skip
    assert (caught.value.epoch, caught.value.batch) == (3, 1)
    for part in (
        "Linear.weight",
        "the weight 0.weight[",
        "The step itself made it so",
        "learning rate",
    ):
        assert part in str(caught.value)
    assert (tmp_path / "run").read_bytes() == before


def test_state_that_is_not_trained_may_not_overflow(tmp_path):
    layers = [mn.Linear(4, 2), mn.BatchNorm(2), mn.Linear(2, 1)]
    made = mn.Trainer(layers, mn.MeanSquaredError(), mn.SGD(0.0), seed=0)
    layers[1].running_variance.value[...] = [np.inf, 1.0]
    made.network.layers[1].running_variance.value = [3e38, 1.0]

    class Spoil(mn.Callback):
        def on_step_end(self, trainer, loss):
            layers[1].running_variance.value[0] = np.inf

    with pytest.raises(mn.TrainingDiverged, match="running_variance"):
        made.fit(X, Y.astype(float), 1, progress=False, callbacks=[Spoil()])


def test_a_missing_folder_is_an_error_before_training(tmp_path):
    made = trainer()
    before = state(made)
    with pytest.raises(FileNotFoundError, match="a folder that exists") as caught:
        made.fit(X, Y, 1, progress=False, callbacks=[mn.Checkpoint(tmp_path / "no" / "run")])
    assert caught.value.filename == str(tmp_path / "no")
    assert state(made) == before


def test_the_file_of_a_network_cannot_be_resumed(tmp_path):
    made = trainer()
    made.network.save(tmp_path / "n")
    with pytest.raises(mn.CheckpointError, match="contains a network, not the checkpoint"):
        made.load_checkpoint(tmp_path / "n")


def test_a_generator_that_was_given_to_one_layer_continues_too(tmp_path):
    """`layer.random = ...` after the network was built: no longer the stream that all share."""

    def made():
        with_own = resume_runs.trainer()
        with_own.network.layers[2].random = np.random.default_rng(9)
        return with_own

    whole, first, again = made(), made(), made()
    resume_runs.fit(whole, 4)
    resume_runs.fit(first, 2, mn.Checkpoint(tmp_path / "run"))
    again.load_checkpoint(tmp_path / "run")
    resume_runs.fit(again, 4)
    assert again.network.flat_values.tobytes() == whole.network.flat_values.tobytes()


class Heavy(mn.Optimizer):
    """A student's optimizer whose memory comes up in its first step."""

    def step(self, values, grads):
        if not hasattr(self, "velocity"):
            self.velocity = np.zeros_like(values)
        self.velocity += grads
        values -= self.learning_rate * self.velocity


@pytest.mark.parametrize("optimizer", [mn.Adam, Heavy])
def test_a_training_is_taken_back_to_before_its_first_step(optimizer, tmp_path):
    """What the optimizer has come to remember since is forgotten again."""

    def made():
        layers = [mn.Linear(1, 3), mn.Tanh(), mn.Linear(3, 1)]
        return mn.Trainer(layers, mn.MeanSquaredError(), optimizer(0.05), seed=0)

    whole, again = made(), made()
    again.save_checkpoint(tmp_path / "start")
    resume_runs.fit(whole, 2)
    resume_runs.fit(again, 3)
    again.load_checkpoint(tmp_path / "start")
    assert not hasattr(again.optimizer, "velocity")
    resume_runs.fit(again, 2)
    assert again.network.flat_values.tobytes() == whole.network.flat_values.tobytes()


class Gain(mn.Layer):
    def __init__(self):
        self.gain = mn.Parameter(np.ones(1))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = (grad * self.x).sum(axis=0)
        return grad * self.gain.value


def test_a_replaced_parameter_is_saved_and_loaded(tmp_path):
    """The network notices it, before its values are written or read."""

    def made(start):
        fresh = mn.Trainer([mn.Linear(1, 1), Gain()], mn.MeanSquaredError(), mn.Adam(), seed=0)
        fresh.network.layers[1].gain = mn.Parameter(np.full(1, start))
        return fresh

    first, again = made(3.0), made(7.0)
    first.save_checkpoint(tmp_path / "run")
    again.load_checkpoint(tmp_path / "run")
    assert again.network.flat_values[-1] == 3.0
    for one in (first, again):
        one.step(resume_runs.X, resume_runs.Y)
    assert again.network.flat_values.tobytes() == first.network.flat_values.tobytes()
    assert again.network.layers[1].gain.value[0] == again.network.flat_values[-1] != 3.0


class Note(mn.Callback):
    """Adds something to each row of the History."""

    def __init__(self, value):
        self.value = value

    def on_epoch_end(self, trainer, row):
        row["extra"] = self.value


@pytest.mark.parametrize("value", [np.float64(0.5), np.float32(0.5), np.int64(3), True, 2**70])
def test_every_number_in_a_row_comes_back(value, tmp_path):
    x, y = np.ones((4, 2)), np.ones(4)

    def trainer():
        return mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)

    callbacks = [Note(value), mn.Checkpoint(tmp_path / "t")]
    trainer().fit(x, y, 2, callbacks=callbacks, progress=False)
    again = trainer()
    again.load_checkpoint(tmp_path / "t")
    assert again.history["extra"] == [value, value]
    assert type(again.history["extra"][0]) is type(value)


@pytest.mark.parametrize("value", [None, "note", [1.0], np.zeros(1), 1j])
def test_what_is_no_number_in_a_row_is_refused_by_the_first_save(value, tmp_path):
    trainer = mn.Trainer([mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
    callbacks = [Note(value), mn.Checkpoint(tmp_path / "t")]
    with pytest.raises(TypeError, match=r"history: expected numbers .* under 'extra'"):
        trainer.fit(np.ones((4, 2)), np.ones(4), 2, callbacks=callbacks, progress=False)
    assert trainer.epochs == 1


@pytest.mark.parametrize("before_any_fit", [True, False])
def test_balanced_class_weights_are_in_the_checkpoint(before_any_fit, tmp_path):
    x, y = np.random.default_rng(0).normal(size=(12, 2)), np.array([0] * 9 + [1] * 3)

    def trainer():
        loss = mn.CategoricalCrossEntropy(class_weight="balanced")
        return mn.Trainer([mn.Linear(2, 2), mn.Softmax()], loss, mn.SGD(0.1), seed=0)

    made, again = trainer(), trainer()
    if not before_any_fit:
        made.fit(x, y, 2, progress=False)
    again.fit(x, y[::-1] * 0 + np.arange(12) % 2, 1, progress=False)
    made.save_checkpoint(tmp_path / "t")
    again.load_checkpoint(tmp_path / "t")
    if before_any_fit:
        assert again.loss.class_weight is None
    else:
        assert again.loss.class_weight.tolist() == [12 / 18, 12 / 6]
        assert again.evaluate(x, y) == made.evaluate(x, y)
