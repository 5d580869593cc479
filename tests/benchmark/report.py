"""The tables: ratios with their quartiles, in Markdown, which reads as plain text too."""

from __future__ import annotations

from collections.abc import Sequence

from .timing import Times

FLOOR = "NumPy by hand"
LIMIT = "bare products"
OURS = "minnet"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with columns of equal width."""
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    text = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    return "\n".join([text[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *text[1:]])


def relative_to(floor: str, measured: dict[str, Times]) -> str:
    """Each contender's time over that of the floor: median [quartiles]."""
    names = list(dict.fromkeys(name for times in measured.values() for name in times.blocks))
    rows = []
    for label, times in measured.items():
        cells = [_cell(times, name, floor) for name in names]
        rows.append([label, *cells])
    return table(["", *names], rows)


def _cell(times: Times, name: str, floor: str) -> str:
    if name not in times.blocks:
        return "-"
    middle, low, high = times.ratio(name, floor)
    return f"{middle:.2f} [{low:.2f}-{high:.2f}]"


class Target:
    """One line of the issue's list: a ratio of two contenders, and where it should lie."""

    def __init__(self, label: str, name: str, to: str, most: float = 0, least: float = 0) -> None:
        self.label, self.name, self.to, self.most, self.least = label, name, to, most, least

    def row(self, measured: dict[str, Times]) -> list[str] | None:
        """What was measured next to what was asked; None where a contender is missing."""
        times = measured.get(self.label)
        if times is None or not {self.name, self.to} <= set(times.blocks):
            return None
        value = times.ratio(self.name, self.to)[0]
        met = value <= self.most if self.most else value >= self.least
        asked = f"at most {self.most:g}" if self.most else f"at least {self.least:g}"
        what = f"{self.name} / {self.to}"
        return [self.label, what, f"{value:.2f}", asked, "met" if met else "missed"]


TORCH = "PyTorch eager"
STEPS = [
    *[Target(f"{name}, SGD", OURS, FLOOR, most=1.25) for name in ("tiny", "small", "digits")],
    Target("tiny, SGD", TORCH, OURS, least=4.5),
    Target("small, SGD", TORCH, OURS, least=4),
    Target("digits, SGD", TORCH, OURS, least=3.5),
    Target("medium, SGD", TORCH, OURS, least=1.7),
    Target("medium, Adam", TORCH, OURS, least=1.7),
    Target("large, SGD", OURS, LIMIT, most=1.2),
    Target("large, Adam", TORCH, OURS, least=1.1),
    Target("lenet, SGD", TORCH, OURS, least=1.0),
]
BARE = "minnet, bare steps"
FITS = [
    Target("tiny, SGD", OURS, BARE, most=1.4),
    Target("medium, SGD", OURS, BARE, most=1.1),
    Target("digits, SGD", "scikit-learn MLP", OURS, least=4),
]


def targets(asked: list[Target], measured: dict[str, Times]) -> str:
    """What was asked and what was measured."""
    rows = [row for target in asked if (row := target.row(measured))]
    return table(["workload", "ratio of times", "measured", "asked", ""], rows)
