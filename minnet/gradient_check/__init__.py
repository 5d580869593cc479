"""Checks hand-written layers and losses against finite differences, and names the mistakes."""

from minnet.gradient_check.check_layer import check_layer
from minnet.gradient_check.check_loss import check_loss
from minnet.gradient_check.check_optimizer import check_optimizer
from minnet.gradient_check.report import Check, Mistake, Report

__all__ = ["Check", "Mistake", "Report", "check_layer", "check_loss", "check_optimizer"]
