"""Training: the Trainer, its loop, one step, the history, checkpoints and callbacks."""
