"""The memory of callbacks in a file is checked before it is used."""

import numpy as np
import pytest
from callback_runs import X, Y, linear

import minnet as mn
from minnet.saving.errors import InvalidFile
from minnet.training.callback_states import check_state, saved_name


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """What the built-in callbacks save."""
    trainer, folder = linear(), tmp_path_factory.mktemp("files")
    callbacks = [
        mn.EarlyStopping("loss"),
        mn.ReduceOnPlateau("loss"),
        mn.GradientMonitor(),
        mn.LearningRateLogger(),
        mn.CSVLogger(folder / "run.csv"),
        mn.Checkpoint(folder / "best", best_of="loss"),
    ]

    class Copy(mn.Callback):
        def on_epoch_end(self, trainer, row):
            self.states = {saved_name(c): c.state() for c in callbacks}

    copy = Copy()
    trainer.fit(X, Y, 3, callbacks=[*callbacks, copy], progress=False)
    return trainer.network, copy.states


def test_what_is_saved_is_taken(states):
    network, saved = states
    assert len(saved) == 6
    for name, state in saved.items():
        check_state(name, state, network)
    check_state("EarlyStopping", {**saved["EarlyStopping"], "_kept": {}}, network)
    check_state("MyOwn", {"anything": "at all"}, network)


@pytest.mark.parametrize(
    ("name", "entry", "value"),
    [
        ("EarlyStopping", "waited", "x"),
        ("EarlyStopping", "waited", -1),
        ("EarlyStopping", "best", float("nan")),
        ("EarlyStopping", "_kept", {"0.weight": np.zeros((7, 7), np.float32)}),
        ("EarlyStopping", "stopped_epoch", True),
        ("ReduceOnPlateau", "reduced", [1, "2"]),
        ("GradientMonitor", "norms", {"0.weight": [-1.0]}),
        ("GradientMonitor", "seen", [{}]),
        ("LearningRateLogger", "rates", None),
        ("CSVLogger", "rows", [1]),
        ("Checkpoint", "monitor", 3),
    ],
)
def test_a_forged_state_is_refused(states, name, entry, value):
    network, saved = states
    with pytest.raises(InvalidFile, match=f"of its {name}"):
        check_state(name, {**saved[name], entry: value}, network)


def test_a_custom_callback_of_the_same_name_keeps_its_own_state(tmp_path):
    class EarlyStopping(mn.Callback):
        def state(self):
            return {"mine": 1}

        def restore(self, trainer, state):
            self.restored = state

    trainer, own = linear(), EarlyStopping()
    trainer.fit(X, Y, 1, callbacks=[own, mn.Checkpoint(tmp_path / "t")], progress=False)
    again = linear()
    again.load_checkpoint(tmp_path / "t")
    again.fit(X, Y, until=2, callbacks=[own], progress=False)
    assert own.restored == {"mine": 1}
