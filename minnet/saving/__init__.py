"""The file format: arrays and a description, safe to read and safe to write."""
