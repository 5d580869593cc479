"""The training that `chaos.py` kills: a checkpoint after every epoch, the result at the end."""

import sys
from pathlib import Path

from rig import fingerprint, fit, mn, trainer

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
path = folder / "run.minnet"
made = trainer()
if path.exists():
    made.load_checkpoint(path)
print(f"resumed from step {made.optimizer.steps}", flush=True)
fit(made, int(sys.argv[2]), mn.Checkpoint(path))
final = folder / "final"
if not final.exists() or final.read_text(encoding="utf-8") != fingerprint(made):
    final.write_text(fingerprint(made), encoding="utf-8")
