"""Small helpers that every other package uses: argument checks, text tables, types."""
