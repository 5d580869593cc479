"""Small trainings for the tests of resuming: cut off, loaded from a checkpoint, continued."""

import numpy as np

import minnet as mn

X, Y = np.arange(12.0).reshape(12, 1) / 12, np.arange(12.0)


NUMBERS = {"a": [5.0, 1.0, 3.0, 4.0], "b": [5.0, 3.0, 4.0, 1.0]}


class Tell(mn.Callback):
    """Two columns of the History, by the number of the epoch."""

    def on_epoch_end(self, trainer, row):
        row |= {name: numbers[trainer.epochs - 1] for name, numbers in NUMBERS.items()}


def trainer(metrics=()):
    layers = [mn.Linear(1, 3), mn.Tanh(), mn.Dropout(0.2), mn.Linear(3, 1)]
    return mn.Trainer(layers, mn.MeanSquaredError(), mn.Adam(), metrics=metrics, seed=0)


def fit(made, until, *callbacks):
    return made.fit(X, Y, until=until, batch_size=5, callbacks=[Tell(), *callbacks], progress=False)


def resumed(path):
    made = trainer()
    made.load_checkpoint(path)
    return made


def epoch_of(path):
    return resumed(path).epochs


def stopping(of):
    return mn.EarlyStopping(of, patience=9, mode="min")


def plateau(of):
    return mn.ReduceOnPlateau(of, patience=9, mode="min")


class Cut(Exception):  # noqa: N818
    pass
