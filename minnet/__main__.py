"""`python -m minnet check FILE.py`: minnet's command line."""

import sys

from minnet.gradient_check.command_line.main import main

if __name__ == "__main__":
    sys.exit(main())
