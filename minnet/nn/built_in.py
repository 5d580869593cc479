"""Which built-in layer a layer computes like: what an export to another library goes by."""

from __future__ import annotations

from collections.abc import Container

from minnet.nn.layer import Layer


def computes_like(layer: Layer, known: Container[type]) -> type | None:
    """The class in `known` whose forward the layer uses; None if a custom one comes before it.

    >>> class Named(Layer):
    ...     def forward(self, x):
    ...         return x
    >>> class Renamed(Named):
    ...     pass
    >>> computes_like(Renamed(), {Named}) is Named, computes_like(Renamed(), {Layer})
    (True, None)
    """
    for cls in type(layer).__mro__:
        if cls in known:
            return cls
        if "forward" in vars(cls):
            return None
    return None


def missing_package(what: str, package: str, extra: str) -> ImportError:
    """The error where a package of an extra is not installed."""
    return ImportError(
        f"{what}: expected the package {package}, which is not installed. Run "
        f'pip install ".[{extra}]" in the checkout, or pip install {package}.'
    )
