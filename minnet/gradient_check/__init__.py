"""The doctor: finds the mistake in a hand-written layer or loss, and names it."""

from minnet.gradient_check.check_layer import check_layer
from minnet.gradient_check.check_loss import check_loss
from minnet.gradient_check.report import Check, Mistake, Report

__all__ = ["Check", "Mistake", "Report", "check_layer", "check_loss"]
