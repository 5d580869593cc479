"""LearningRateLogger: the rate of every step."""

from callback_runs import X, Y, linear

import minnet as mn
from minnet.training.callbacks import LearningRateLogger


def test_the_rate_of_every_step():
    schedule = mn.schedules.Exponential(0.1, 0.5)
    trainer, logger = linear(mn.SGD(schedule)), LearningRateLogger()
    for _ in range(2):
        trainer.fit(X, Y, 2, batch_size=3, callbacks=[logger], progress=False)
    assert logger.steps == list(range(8))
    assert logger.rates == [schedule(step) for step in range(8)]


def test_a_rate_that_a_callback_or_optimizer_changed_is_logged():
    class Change(mn.Callback):
        def on_step_end(self, trainer, loss):
            trainer.optimizer.learning_rate *= 0.5

    class Plain(mn.Optimizer):
        def step(self, values, grads):
            values -= self.learning_rate * grads

    for callbacks in (lambda log: [log, Change()], lambda log: [Change(), log]):
        logger = LearningRateLogger()
        linear(Plain(0.8)).fit(X, Y, 2, 3, callbacks=callbacks(logger), progress=False)
        assert logger.rates == [0.8, 0.4, 0.2, 0.1]
