"""Fashion-MNIST: 70,000 small photographs of clothes, read from files that the user downloads.

Handwritten digits are easy for any network. Shirts, pullovers and coats are not, and the set is
still small enough for a laptop. It is too large to be part of the package.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from minnet.data.datasets.dataset import Dataset
from minnet.data.datasets.idx_format import read_idx
from minnet.utils import checks
from minnet.utils.types import Array

_CLASSES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
_SIDE = 28
_PARTS = ("train", "t10k")
_FEATURES = tuple(f"pixel_{row}_{column}" for row in range(_SIDE) for column in range(_SIDE))
_DEBIAN = "/usr/share/datasets/fashion-mnist"


def fashion_mnist(folder: str | os.PathLike[str]) -> tuple[Dataset, Dataset]:
    """Clothes: 60,000 images to train on, 10,000 to test, 28 by 28 grey pixels, ten classes.

    Args:
        folder: where the four files are, gzipped or not, under their published
            names: train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz,
            t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz. The project's page,
            github.com/zalandoresearch/fashion-mnist, says where to get them (31 MB in all); on
            Debian and Ubuntu they are in the package dataset-fashion-mnist, which puts them into
            /usr/share/datasets/fashion-mnist.

    Returns:
        A pair of `Dataset`s (training, test). x (m, 784) float32 from 0 (background) to 1, the
        published grey values divided by 255, row by row from the top left: `x.reshape(-1, 1,
        28, 28)`, or a network that begins with `mn.Reshape(1, 28, 28)`, for `mn.Conv2d`.
        y (m,) from 0 to 9. float32, because networks compute in it and 64 bits would take
        440 MB.

    Raises:
        FileNotFoundError: the folder or files are missing; it says which, and how to get them.
        ValueError: a file that is damaged or of another set. TypeError: folder is not a path.

    Source: H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking
    machine learning algorithms (2017), arXiv:1708.07747. Licence: MIT.

    >>> train, test = fashion_mnist("clothes")
    Traceback (most recent call last):
    ...
    FileNotFoundError: fashion_mnist: folder: expected ...
    """
    files = _files(checks.path("fashion_mnist", folder, "folder"))
    train, test = (_read(images, labels) for images, labels in files)
    return train, test


def _files(folder: Path) -> list[tuple[Path, Path]]:
    """(images, labels) of each part; the error names all missing files at once."""
    names = [f"{part}-{kind}-ubyte" for part in _PARTS for kind in ("images-idx3", "labels-idx1")]
    found = {name: path for name in names for path in _places(folder, name) if path.is_file()}
    missing = [f"{name}.gz" for name in names if name not in found]
    if missing:
        there = "some are missing" if folder.is_dir() else "this folder does not exist"
        raise FileNotFoundError(
            f"fashion_mnist: folder: expected the four files of Fashion-MNIST in '{folder}', but "
            f"{there}: {', '.join(missing)}. Download them as the project's page says "
            f"(github.com/zalandoresearch/fashion-mnist, 'Get the Data', 31 MB in all) and put "
            f"them there, packed or unpacked. On Debian and Ubuntu: apt install "
            f'dataset-fashion-mnist, then folder="{_DEBIAN}".'
        )
    return [(found[images], found[labels]) for images, labels in (names[:2], names[2:])]


def _places(folder: Path, name: str) -> tuple[Path, Path]:
    """The two possible paths of a file; unpacked takes precedence."""
    return folder / f"{name}.gz", folder / name


def _read(images: Path, labels: Path) -> Dataset:
    """One part of the set; its two files must match."""
    pixels = read_idx(images, dimensions=3, dtype="uint8")
    y = read_idx(labels, dimensions=1, dtype="uint8").astype(np.int64)
    if pixels.shape[1:] != (_SIDE, _SIDE) or not len(pixels):
        raise ValueError(
            f"fashion_mnist: {images.name}: expected images of {_SIDE} by {_SIDE} pixels, got "
            f"sizes {pixels.shape}. Is it the file of another data set?"
        )
    if len(pixels) != len(y):
        raise ValueError(
            f"fashion_mnist: {images.name} and {labels.name}: expected one label for each image, "
            f"got {len(pixels)} images and {len(y)} labels. Take both from the same source."
        )
    if y.max() >= len(_CLASSES):
        first = int(np.argmax(y >= len(_CLASSES)))
        raise ValueError(
            f"fashion_mnist: {labels.name}: expected labels from 0 to {len(_CLASSES) - 1}, got "
            f"{y[first]} in row {first}. Is it the file of another data set?"
        )
    x: Array = pixels.reshape(len(pixels), -1).astype(np.float32)
    x /= 255
    return Dataset(
        x,
        y,
        _FEATURES,
        _CLASSES,
        "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST (2017), arXiv:1708.07747",
        "MIT",
    )
