"""The doctor: finds the mistake in a hand-written layer or loss, and names it."""

from minnet.doctor.layer import check_layer
from minnet.doctor.loss import check_loss
from minnet.doctor.report import Check, Mistake, Report

__all__ = ["Check", "Mistake", "Report", "check_layer", "check_loss"]
