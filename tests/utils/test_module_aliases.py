"""Second names for modules: the same module object, whichever name is imported first."""

import importlib
import subprocess
import sys

import pytest

import minnet

ALIASES = ["losses", "layers", "activations", "initializers", "datasets", "doctor"]


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_the_module_itself(alias):
    assert importlib.import_module(f"minnet.{alias}") is getattr(minnet, alias)


def test_the_module_keeps_its_own_spec_and_name():
    importlib.import_module("minnet.losses")
    losses = importlib.import_module("minnet.nn.losses")
    assert losses.__name__ == losses.__spec__.name == "minnet.nn.losses"


@pytest.mark.parametrize(
    "order", ["minnet.losses minnet.nn.losses", "minnet.nn.losses minnet.losses"]
)
def test_the_order_of_the_imports_does_not_matter(order):
    first, second = order.split()
    code = (
        f"import sys, {first}, {second}; assert sys.modules['{first}'] is sys.modules['{second}']"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_name_that_is_neither_a_module_nor_an_alias_is_not_found():
    with pytest.raises(ModuleNotFoundError, match=r"minnet\.nothing"):
        importlib.import_module("minnet.nothing")
