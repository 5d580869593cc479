"""Plots of histories, networks and data; the functions return Matplotlib Axes.

One file per kind of picture. Matplotlib is loaded by the first picture, not by `import minnet`.
"""

import sys

from minnet.plot.animation import boundary_animation
from minnet.plot.bars import median_steps, step_counts, steps_to_reach
from minnet.plot.confusion_matrix import confusion_matrix
from minnet.plot.decision_regions import decision_boundary, decision_regions
from minnet.plot.descent_paths import descent_paths
from minnet.plot.functions import activation, cross_entropy, logit_gradient
from minnet.plot.gradients import gradient_flow
from minnet.plot.hidden_space import hidden_space
from minnet.plot.histograms import activation_histograms, gradient_histograms, histograms
from minnet.plot.images import feature_maps, filters, image_grid
from minnet.plot.learning_curves import histories, history, norms
from minnet.plot.live import Live
from minnet.plot.logic_gates import logic_gate
from minnet.plot.loss_grid import LossGrid, descend, loss_grid
from minnet.plot.loss_landscape import loss_contours, loss_slices, loss_surface
from minnet.plot.misclassified import mistakes
from minnet.plot.network import network
from minnet.plot.pairwise_boundaries import pairwise_lines
from minnet.plot.run_curves import (
    bands,
    learning_speed,
    output_gradient,
    single_neuron,
    steps_by_rate,
)
from minnet.plot.schedules import range_test, schedule
from minnet.utils.keyword_arguments import explain_module

__all__ = [
    "Live",
    "LossGrid",
    "activation",
    "activation_histograms",
    "bands",
    "boundary_animation",
    "confusion_matrix",
    "cross_entropy",
    "decision_boundary",
    "decision_regions",
    "descend",
    "descent_paths",
    "feature_maps",
    "filters",
    "gradient_flow",
    "gradient_histograms",
    "hidden_space",
    "histograms",
    "histories",
    "history",
    "image_grid",
    "learning_speed",
    "logic_gate",
    "logit_gradient",
    "loss_contours",
    "loss_grid",
    "loss_slices",
    "loss_surface",
    "median_steps",
    "mistakes",
    "network",
    "norms",
    "output_gradient",
    "pairwise_lines",
    "range_test",
    "schedule",
    "single_neuron",
    "step_counts",
    "steps_by_rate",
    "steps_to_reach",
]

explain_module(sys.modules[__name__])
