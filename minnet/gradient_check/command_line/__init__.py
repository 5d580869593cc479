"""`python -m minnet check FILE.py`."""
