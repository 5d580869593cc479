"""minnet: see how networks learn. The public names, in one place."""
