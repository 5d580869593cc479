"""Tries small edits of a wrong backward until every gradient is right, and says which it was."""
