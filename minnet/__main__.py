"""The command `minnet`, also `python -m minnet`: each first word runs its part of the package."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import minnet

COMMANDS = {
    "check": ("minnet.gradient_check.command_line.main", "find mistakes in layers and losses"),
    "check-training": (
        "minnet.training_check.command_line",
        "find out why a script learns nothing",
    ),
    "codes": ("minnet.gradient_check.command_line.main", "explain the mistakes that have a name"),
    "grade": ("minnet.coursework.command", "grade submissions of an assignment"),
    "starter": ("minnet.coursework.starter", "make the file that students get of a solution"),
    "demo": ("minnet.demo.command", "play with learning under both losses"),
    "examples": ("minnet.demo.example_scripts", "list the example scripts, or copy one"),
}
"""First word -> the module whose main(arguments) runs it, loaded when it is used; what it does."""

_WITH_THE_WORD = ("check", "codes")  # one module serves both


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 2 if there is none of that name."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help", "help"):
        print(_usage())
        return 0 if given else 2
    if given[0] == "--version":
        print(f"minnet {minnet.__version__}")
        return 0
    if given[0] not in COMMANDS:
        print(
            f"{_usage()}\n\nminnet: expected one of these words, got {given[0]!r}.", file=sys.stderr
        )
        return 2
    module = import_module(COMMANDS[given[0]][0])
    result: int = module.main(given if given[0] in _WITH_THE_WORD else given[1:])
    return result


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {what}" for name, (_, what) in COMMANDS.items()]
    return "\n".join(
        ["usage: minnet COMMAND ...", "", *lines, "", "minnet COMMAND --help says more."]
    )


if __name__ == "__main__":
    sys.exit(main())
