"""Files: a network's layers and values, safe to read and safe to write."""
