"""The training that `chaos.py` kills: a checkpoint after every epoch, the result at the end."""

import sys
from pathlib import Path

from reliability_helpers import fingerprint, fit, mn, trainer


def main(folder: Path, epochs: int) -> None:
    """Go on from the checkpoint if there is one, train to the end, write the fingerprint."""
    folder.mkdir(parents=True, exist_ok=True)
    path, final = folder / "run.minnet", folder / "final"
    made = trainer()
    if path.exists():
        made.load_checkpoint(path)
    print(f"resumed from step {made.optimizer.steps}", flush=True)
    fit(made, epochs, mn.Checkpoint(path))
    if not final.exists() or final.read_text(encoding="utf-8") != fingerprint(made):
        final.write_text(fingerprint(made), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
