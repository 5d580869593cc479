"""`python -m minnet check FILE.py`: minnet's command line."""

import sys

from minnet.doctor.cli import main

if __name__ == "__main__":
    sys.exit(main())
