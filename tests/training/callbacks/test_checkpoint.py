"""The callback `Checkpoint`: when it writes, and that the best stays the best."""

import pytest
from resume_runs import Cut, epoch_of, fit, resumed, stopping, trainer

import minnet as mn


class CutIn(mn.Checkpoint):
    """The power fails between two checkpoints of one epoch."""

    def state(self):
        return {}

    def on_epoch_end(self, trainer, row):
        if trainer.epochs == 2:
            raise Cut


@pytest.mark.parametrize("places", [(0, 1), (1, 0)])
@pytest.mark.parametrize("cut", [None, 0, 1, 2])
def test_the_best_stays_the_best_whenever_it_was_cut_off(places, cut, tmp_path):
    """Epoch 2 is the best of `a`; the checkpoint to go on from must know it, or not have it."""

    def callbacks(cut=None):
        every = [mn.Checkpoint(tmp_path / "best", best_of="a", mode="min"),
                 mn.Checkpoint(tmp_path / "last")]  # fmt: skip
        every = [every[i] for i in places]
        if cut == 0:  # before the best
            return [CutIn(tmp_path / "c", best_of="a", mode="min"), *every]
        if cut == 1:  # between the best and the last
            return [CutIn(tmp_path / "c"), *every]
        return every if cut is None else [*every, CutIn(tmp_path / "c")]

    if cut is None:
        fit(trainer(), 2, *callbacks())
    else:
        with pytest.raises(Cut):
            fit(trainer(), 2, *callbacks(cut))
    fit(resumed(tmp_path / "last"), 4, *callbacks())
    assert epoch_of(tmp_path / "best") == 2


@pytest.mark.parametrize(
    ("options", "until", "written"),
    [
        ({}, 3, [1, 2, 3]),
        ({"every": 2}, 4, [2, 4]),
        ({"every": 2}, 3, [2, 3]),
        ({"every": None}, 3, [3]),
        ({"best_of": "a", "mode": "min"}, 4, [1, 2]),
    ],
)
def test_a_checkpoint_is_written_when_it_is_time_and_never_twice(options, until, written, tmp_path):
    made, epochs = trainer(), []
    save = made.save_checkpoint
    made.save_checkpoint = lambda path: (epochs.append(made.epochs), save(path))
    fit(made, until, mn.Checkpoint(tmp_path / "run", **options))
    assert epochs == written


def test_a_new_fit_begins_a_new_comparison(tmp_path):
    best = mn.Checkpoint(tmp_path / "best", best_of="a", mode="min")
    made = trainer()
    fit(made, 2, best)
    assert epoch_of(tmp_path / "best") == 2
    fit(made, 4, best)  # 3.0, then 4.0
    assert epoch_of(tmp_path / "best") == 3


def test_after_a_divergence_the_best_epoch_is_in_its_file(tmp_path):
    """Early stopping puts nothing back where a fit ends in an error, as its docstring says."""

    class Explode(mn.Callback):
        def on_epoch_begin(self, trainer, epoch):
            if epoch == 4:
                trainer.optimizer.learning_rate = 1e38

    made, best = trainer(), tmp_path / "best"
    marks = []
    note = type("Note", (mn.Callback,), {})()
    note.on_epoch_end = lambda trainer, row: marks.append(trainer.network.flat_values.tobytes())
    kept = mn.Checkpoint(best, best_of="a", mode="min")
    with pytest.raises(mn.TrainingDiverged):
        fit(made, 9, note, stopping("a"), kept, Explode())
    assert len(marks) == 3
    assert made.network.flat_values.tobytes() != marks[1]
    made.network.load_values(best)
    assert made.network.flat_values.tobytes() == marks[1]
