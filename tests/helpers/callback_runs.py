"""Small trainings for the tests of callbacks: numbers put into the History by a script."""

import numpy as np

import minnet as mn

X, Y = np.arange(6.0).reshape(6, 1) / 6, np.arange(6.0)


class Script(mn.Callback):
    """Puts given numbers into the rows, and marks each epoch in the weights and the statistics."""

    def __init__(self, name, values):
        self.name, self.values = name, iter(values)

    def on_epoch_end(self, trainer, row):
        row[self.name] = next(self.values)
        for parameter in trainer.network.parameters().values():
            parameter.value = np.full(parameter.shape, float(trainer.epochs))


def linear(optimizer=None, layers=None, **options):
    layers = layers or [mn.Linear(1, 1)]
    return mn.Trainer(layers, mn.MeanSquaredError(), optimizer or mn.SGD(0.0), seed=0, **options)


def run(values, callback, name="score", trainer=None, epochs=None):
    trainer = trainer or linear()
    script = Script(name, values)
    count = epochs or len(values)
    history = trainer.fit(X, Y, count, callbacks=[script, callback], progress=False)
    return trainer, history


def marks(trainer):
    return {float(p.value.flat[0]) for p in trainer.network.parameters().values()}
