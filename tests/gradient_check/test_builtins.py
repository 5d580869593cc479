"""Every built-in layer, activation and loss passes the doctor."""

import pytest
from registry import REGISTRY

from minnet.gradient_check import check_layer, check_loss
from minnet.nn import losses

LOSSES = [getattr(losses, name) for name in losses.__all__ if not name.endswith("Loss")]


@pytest.mark.parametrize("part", REGISTRY, ids=[part.name for part in REGISTRY])
def test_layer(part):
    check_layer(part.factory, (5, *part.shape)).assert_ok()


@pytest.mark.parametrize("loss", LOSSES, ids=[loss.__name__ for loss in LOSSES])
def test_loss(loss):
    check_loss(loss).assert_ok()


@pytest.mark.parametrize("name", ["BinaryCrossEntropy", "CategoricalCrossEntropy"])
def test_loss_with_label_smoothing(name):
    check_loss(lambda: getattr(losses, name)(label_smoothing=0.1)).assert_ok()
