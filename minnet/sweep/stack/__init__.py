"""Runs of one shape trained together, as one stack of arrays, bit for bit as one by one.

A small network spends its time between NumPy's calls, not in them. Twenty networks of one shape are
one matrix of values (runs, parameters), and a layer of all of them is one product of stacks,
(runs, m, in) @ (runs, in, out): twenty runs then take as many calls as one.
"""
