"""How long a training step takes in minnet, and in what a student would pick instead.

`python -m tests.benchmark` measures; nothing here asserts a time. Every contender trains the same
network from the same start on the same batches, and must first show that its losses are the same.
A table holds ratios of times that were taken in turns in one run, because a bare time says more
about the machine, and about what else it was doing, than about the program.
"""
