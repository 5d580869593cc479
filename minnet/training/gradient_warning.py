"""One warning, at the start of a fit, for a custom layer whose backward is clearly wrong.

The test is cheap: a copy of the layer in float64, a few samples, one difference along a direction
for the input and for each Parameter. Where forward has no slope that can be measured, it is silent.
`mn.check_layer` tests more, and names the mistake.
"""

from __future__ import annotations

import copy
import warnings
import weakref
from collections.abc import Iterator

import numpy as np

from minnet.nn.dtype import convert_output
from minnet.nn.layer import Layer, layers_of
from minnet.nn.network import Network
from minnet.training.objective import without_side_effects
from minnet.utils.checks import is_built_in
from minnet.utils.differences import direction_of, slope_along
from minnet.utils.types import Array

_SAMPLES = 5
_examined: weakref.WeakSet[type] = weakref.WeakSet()


def warn_of_wrong_gradients(network: Network, x: Array) -> None:
    """Test each custom layer of the network on the first samples; each class once in a process."""
    places = {id(layer): number for number, layer in enumerate(network.layers)}
    state = np.random.get_state()  # noqa: NPY002 - a layer may draw from it
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = list(_wrong_layers(network, x[:_SAMPLES]))
    finally:
        np.random.set_state(state)  # noqa: NPY002
    for cls, layer, inputs, name, mine, true in found:
        number = places.get(id(layer))
        code = f"{cls.__name__}(...)" if number is None else f"trainer.network.layers[{number}]"
        warnings.warn(
            f"fit: {cls.__name__}.backward: {name} is not the derivative of forward (along one "
            f"direction {mine:.4g}, and measured {true:.4g}). See print(mn.check_layer({code}, "
            f"{inputs.shape})); Trainer(..., check=False) leaves this test out.",
            UserWarning,
            stacklevel=3,
        )


Wrong = tuple[type, Layer, Array, str, float, float]


def _wrong_layers(network: Network, x: Array) -> Iterator[Wrong]:
    """The custom layers that are new and wrong, each with its input."""
    with without_side_effects(network):
        reached = list(_with_inputs(network, x.astype(network.dtype, copy=network.takes_indices)))
    for layer, inputs in reached:
        custom = [type(part) for part in layers_of(layer) if not is_built_in(part)]
        if not custom or custom[0] in _examined:
            continue
        try:
            wrong = _wrong_gradient(layer, inputs)
        except Exception:  # the training will explain it better
            continue
        _examined.add(custom[0])
        if wrong is not None:
            yield (custom[0], layer, inputs, *wrong)


def _with_inputs(network: Network, x: Array) -> Iterator[tuple[Layer, Array]]:
    """The layers in order, those of inner networks too, and what comes into each."""
    for layer in network.layers:
        if isinstance(layer, Network):
            yield from _with_inputs(layer, x)
        else:
            yield layer, x
        x = convert_output(layer.forward(x), "forward", network.dtype)


def _wrong_gradient(layer: Layer, inputs: Array) -> tuple[str, float, float] | None:
    """What is wrong, the slope by backward, and the measured one; None: nothing is known to be."""
    alone = Network([copy.deepcopy(layer)], dtype="float64")
    alone.training = True
    generator = np.random.default_rng(0)
    state, before = alone.random.bit_generator.state, alone.flat_values.copy()
    x = inputs if inputs.dtype.kind in "iub" else inputs.astype(np.float64)

    def forward(at: Array) -> Array:
        alone.random.bit_generator.state = state
        np.random.seed(0)  # noqa: NPY002
        return np.array(alone.forward(at))

    y = forward(x)
    if not np.array_equal(y, forward(x)):
        return None
    g = generator.normal(size=y.shape)
    gradients = {"dL/dx": (x, np.array(alone.backward(g)))}
    gradients.update(
        {f"{n}.grad": (p.value.copy(), p.grad.copy()) for n, p in alone.parameters().items()}
    )
    for name, (value, gradient) in gradients.items():
        parameter = alone.parameters().get(name.removesuffix(".grad"))
        if value.dtype.kind != "f" or (parameter is not None and not parameter.trainable):
            continue

        def at(v: Array, parameter: object = parameter) -> Array:
            if parameter is None:
                return forward(v)
            parameter.value = v  # type: ignore[attr-defined]
            try:
                return forward(x)
            finally:
                alone.flat_values = before

        direction = direction_of(gradient, generator)
        true = slope_along(at, value, direction, g)
        mine = float(np.vdot(gradient, direction))
        if true is not None and abs(mine - true) > 0.02 * max(abs(mine), abs(true)) + 1e-6:
            return name.removeprefix("0."), mine, true
    return None
