"""Two trainers in two threads, one network asked by many: right results, or a refusal."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from reliability_helpers import Report, fingerprint, fit, mn, size, trainer


def together(tasks: list[Callable[[], None]]) -> list[str]:
    """Run all at once; the errors."""
    errors: list[str] = []

    def collecting_errors(task: Callable[[], None]) -> None:
        try:
            task()
        except Exception as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=collecting_errors, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def trainers(rounds: int) -> tuple[int, list[str]]:
    """Fits in threads end as the same fits one after the other."""
    right, errors = 0, []
    expected = []
    for seed in (1, 2):
        alone = trainer("AdamW", seed)
        fit(alone, 4)
        expected.append(fingerprint(alone))
    for _ in range(rounds):
        made = [trainer("AdamW", seed) for seed in (1, 2)]
        errors += together([lambda t=t: fit(t, 4) for t in made])
        right += [fingerprint(t) for t in made] == expected
    return right, errors


def predictions(rounds: int) -> tuple[int, int, list[str]]:
    """Batches of different lengths from eight threads, each compared with the quiet answer."""
    network = mn.Network(
        [
            *(mn.Reshape((2, 4)), mn.Linear(4, 6), mn.LeakyReLU(), mn.LayerNorm(6), mn.ELU()),
            *(mn.Flatten(), mn.BatchNorm(12), mn.GELU(), mn.Linear(12, 3), mn.Softmax()),
        ],
        seed=0,
    )
    random = np.random.default_rng(5)
    batches = [random.normal(size=(length, 8)) for length in (1, 7, 33, 64, 129, 300, 511, 700)]
    expected = [network.predict(x) for x in batches]
    wrong: list[int] = []

    def ask(i: int) -> None:
        for _ in range(rounds):
            if not np.array_equal(network.predict(batches[i]), expected[i]):
                wrong.append(i)

    errors = together([lambda i=i: ask(i) for i in range(len(batches))])
    return rounds * len(batches), len(wrong), errors


def refused() -> bool:
    """Predicting while another thread trains is an error, and the training is not disturbed."""
    quiet, made = trainer(), trainer()
    fit(quiet, 3)
    answers: list[str] = []

    class Ask(mn.Callback):
        def on_step_end(self, trainer: mn.Trainer, loss: float) -> None:
            answers.extend(together([lambda: trainer.predict(np.ones((2, 4)))]) or ["none"])

    fit(made, 3, Ask())
    return all("RuntimeError" in a for a in answers) and fingerprint(made) == fingerprint(quiet)


def main() -> None:
    share = size(__doc__)
    report = Report("threads")
    rounds = max(1, round(50 * share))
    right, errors = trainers(rounds)
    report.must("two trainers, bit for bit as alone", right == rounds, f"{right} of {rounds}")
    asked, wrong, more = predictions(max(5, round(500 * share)))
    report.must("predictions from eight threads, wrong", wrong == 0, f"{wrong} of {asked}")
    report.must("predicting while another thread trains is refused", refused())
    report.must("errors", not errors + more, (errors + more)[:3])
    report.end()


if __name__ == "__main__":
    main()
