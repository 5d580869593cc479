"""What the numbers were measured on: without it, a ratio cannot be compared with another."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np


def description() -> list[str]:
    """Processor, cores, the BLAS behind NumPy, threads, versions, and what else was running."""
    lines = [
        f"processor: {_processor()}, {os.cpu_count()} cores, {platform.system()}",
        f"Python {platform.python_version()}, NumPy {np.__version__} with {_blas()}",
        f"threads: NumPy {_threads()}{_of_the_others()}",
    ]
    if hasattr(os, "getloadavg"):
        load = ", ".join(f"{x:.2f}" for x in os.getloadavg())
        lines.append(f"load average over 1, 5 and 15 minutes: {load}")
    return lines


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _blas() -> str:
    """Name and version of the library that multiplies matrices."""
    try:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    except (TypeError, KeyError):  # before NumPy 1.25
        return "an unnamed BLAS"
    return f"{blas['name']} {blas['version']}"


def _threads() -> str:
    """How many threads a product may use; threadpoolctl knows, where it is installed."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return os.environ.get("OMP_NUM_THREADS", "as many as it likes")
    return ", ".join(
        f"{pool['num_threads']} ({pool['internal_api']})"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    )


def _of_the_others() -> str:
    parts = []
    try:
        import torch

        parts.append(f"PyTorch {torch.__version__} {torch.get_num_threads()}")
    except ImportError:
        pass
    try:
        import jax

        parts.append(f"JAX {jax.__version__} {os.cpu_count()} (its own pool, one for each core)")
    except ImportError:
        pass
    try:
        import sklearn

        parts.append(f"scikit-learn {sklearn.__version__}, by NumPy")
    except ImportError:
        pass
    return "".join(f"; {part}" for part in parts)
