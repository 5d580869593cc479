"""ReduceOnPlateau against PyTorch.

`reference/make_schedules.py` says how `reference/schedules.npz` was made.
"""

from pathlib import Path

import numpy as np
import pytest
from callback_runs import Script, X, Y, linear
from reference import make_schedules

import minnet as mn
from minnet.training.callbacks import ReduceOnPlateau


@pytest.mark.parametrize("name", sorted(make_schedules.PLATEAUS))
def test_plateaus_equal_pytorch(name):
    with np.load(Path(__file__).parents[2] / "reference" / "schedules.npz") as file:
        losses, expected = file["losses"], file[name]
    options = make_schedules.PLATEAUS[name]
    mode = options.get("mode", "min")
    plateau = ReduceOnPlateau(
        "score",
        factor=options["factor"],
        patience=options["patience"] + 1,
        minimum_change=options["threshold"],
        minimum_rate=options.get("min_lr", 0.0),
        mode=mode,
    )
    rates = []

    class Note(mn.Callback):
        def on_epoch_begin(self, trainer, epoch):
            rates.append(trainer.optimizer.learning_rate)

    script = Script("score", losses * (-1 if mode == "max" else 1))
    trainer = linear(mn.SGD(make_schedules.RATE))
    history = trainer.fit(X, Y, 60, callbacks=[script, plateau, Note()], progress=False)
    rates.append(trainer.optimizer.learning_rate)
    np.testing.assert_allclose(rates[1:], expected, rtol=1e-13)
    assert history["learning_rate"] == rates[:-1]
    assert len(plateau.reduced) == len(set(rates)) - 1 > 1


def test_a_schedule_and_a_plateau_do_not_go_together():
    trainer = linear(mn.SGD(mn.schedules.Cosine(0.1, 50)))
    with pytest.raises(
        ValueError, match=r"plain learning rate, got the schedule Cosine\(start=0.1"
    ):
        trainer.fit(X, Y, 1, callbacks=[ReduceOnPlateau("loss")], progress=False)
    assert trainer.epochs == 0
