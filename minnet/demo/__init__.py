"""Things to play with: one neuron, a decision boundary and a loss landscape under both losses.

`python -m minnet demo neuron` opens a window with sliders. `demo.py` has what all three share; each
of the other files has one of them.
"""
