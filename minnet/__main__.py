"""`python -m minnet check FILE.py` and `check-training SCRIPT.py`: minnet's command line."""

import sys

from minnet.gradient_check.command_line import main as layers
from minnet.training_check import command_line as trainings

if __name__ == "__main__":
    main = trainings.main if sys.argv[1:2] == ["check-training"] else layers.main
    sys.exit(main())
