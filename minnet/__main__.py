"""`python -m minnet`: the same as the command `minnet`."""

import sys

from minnet.command_line import main

if __name__ == "__main__":
    sys.exit(main())
