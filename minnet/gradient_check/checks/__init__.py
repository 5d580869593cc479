"""The checks that a layer goes through, one concern a file."""
