"""Pictures of histories, networks and data; every function returns Matplotlib Axes.

One file per family of pictures. Matplotlib is loaded by the first picture, not by
`import minnet`.
"""

from minnet.plot.confusion import confusion_matrix
from minnet.plot.curves import history
from minnet.plot.learning import (
    learning_speed,
    median_steps,
    output_gradient,
    single_neuron,
    steps_by_rate,
)
from minnet.plot.regions import decision_boundary, decision_regions
from minnet.plot.runs import steps_to_reach

__all__ = [
    "confusion_matrix",
    "decision_boundary",
    "decision_regions",
    "history",
    "learning_speed",
    "median_steps",
    "output_gradient",
    "single_neuron",
    "steps_by_rate",
    "steps_to_reach",
]
