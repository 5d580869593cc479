"""Where the examples are, and the surroundings in which the tests start them."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import minnet

EXAMPLES = Path(__file__).parents[2] / "examples"


def environment() -> dict[str, str]:
    """No display, no back end chosen, a plain terminal; minnet as these tests see it."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")
    plain = {name: value for name, value in os.environ.items() if name not in hidden}
    paths = [str(Path(minnet.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    plain["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    plain["PYTHONIOENCODING"] = "ascii"  # what an old terminal can show
    plain.setdefault("OPENBLAS_NUM_THREADS", "1")  # tests in parallel would wait for threads
    return plain


def study(name: str) -> Any:
    """A script of `examples/studies` as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / "studies" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
