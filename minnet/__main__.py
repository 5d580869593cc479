"""minnet's command line: `python -m minnet check`, `grade`, `starter`, `codes`."""

import sys

from minnet.coursework.command import add_commands
from minnet.gradient_check.command_line.main import main

if __name__ == "__main__":
    sys.exit(main(more=add_commands))
