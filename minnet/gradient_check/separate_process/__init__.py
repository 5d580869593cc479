"""A process of its own for code that is not trusted: it answers questions, and decides nothing."""
