"""Checks hand-written layers and losses against finite differences, and names the mistakes."""

import sys

from minnet.gradient_check.check_layer import check_layer
from minnet.gradient_check.check_loss import check_loss
from minnet.gradient_check.check_optimizer import check_optimizer
from minnet.gradient_check.report import Check, Mistake, Report
from minnet.utils.keyword_arguments import explain_module

__all__ = ["Check", "Mistake", "Report", "check_layer", "check_loss", "check_optimizer"]

explain_module(sys.modules[__name__])
