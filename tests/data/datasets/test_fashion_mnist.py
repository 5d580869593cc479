"""Fashion-MNIST: small files of the same form, and the real ones where they are installed."""

import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from minnet.data import datasets

NAMES = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
]
REAL = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))


def as_idx(array):
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


def small(rows, seed):
    """Images and labels of the right form; every label occurs."""
    generator = np.random.default_rng(seed)
    return generator.integers(0, 256, (rows, 28, 28)), np.arange(rows) % 10


@pytest.fixture
def folder(tmp_path):
    for part, rows in (("train", 30), ("t10k", 20)):
        images, labels = small(rows, len(part))
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(as_idx(images)))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(as_idx(labels)))
    return tmp_path


def test_a_pair_of_sets_with_values_from_0_to_1(folder):
    train, test = datasets.fashion_mnist(folder)
    for part, rows, seed in ((train, 30, 5), (test, 20, 4)):
        images, labels = small(rows, seed)
        assert part.x.dtype == np.float32
        assert part.y.dtype == np.int64
        np.testing.assert_array_equal(part.x, images.reshape(rows, 784).astype(np.float32) / 255)
        np.testing.assert_array_equal(part.y, labels)
        assert part.feature_names[28 * 3 + 5] == "pixel_3_5"
        assert (part.class_names[0], part.class_names[9]) == ("T-shirt/top", "ankle boot")
        assert part.licence == "MIT"
        assert "arXiv:1708.07747" in part.source
    assert train.x.max() == 1
    assert train.x.min() == 0
    assert repr(train).startswith("Dataset(30 rows, 784 features; T-shirt/top 3, trouser 3")


def test_unpacked_files_and_strings_do_as_well(folder):
    before, _ = datasets.fashion_mnist(folder)
    path = folder / f"{NAMES[0]}.gz"
    (folder / NAMES[0]).write_bytes(gzip.decompress(path.read_bytes()))
    path.unlink()
    after, _ = datasets.fashion_mnist(str(folder))
    np.testing.assert_array_equal(after.x, before.x)


def test_where_a_file_is_there_twice_the_unpacked_one_is_taken(folder):
    (folder / NAMES[1]).write_bytes(as_idx(np.full(30, 7)))
    assert set(datasets.fashion_mnist(folder)[0].y) == {7}


def message(folder, error=ValueError):
    with pytest.raises(error) as caught:
        datasets.fashion_mnist(folder)
    return str(caught.value)


def test_a_missing_folder_says_what_to_download_and_where_to_put_it(tmp_path):
    said = message(tmp_path / "clothes", FileNotFoundError)
    assert "clothes', but this folder does not exist" in said
    for part in [*NAMES, "github.com/zalandoresearch/fashion-mnist", "dataset-fashion-mnist"]:
        assert part in said
    assert 'folder="/usr/share/datasets/fashion-mnist"' in said


@pytest.mark.parametrize("lost", NAMES)
def test_only_the_missing_files_are_named(folder, lost):
    (folder / f"{lost}.gz").unlink()
    said = message(folder, FileNotFoundError)
    assert "some are missing" in said
    assert [name for name in NAMES if f"{name}.gz" in said] == [lost]


def test_a_folder_that_is_no_path():
    assert "fashion_mnist: folder: expected a path" in message(5, TypeError)
    assert "fashion_mnist: folder" in message(None, TypeError)


def test_images_and_labels_exchanged(folder):
    images, labels = (folder / f"{name}.gz" for name in NAMES[:2])
    content = images.read_bytes(), labels.read_bytes()
    labels.write_bytes(content[0])
    images.write_bytes(content[1])
    said = message(folder)
    assert f"{NAMES[0]}.gz: expected 3 dimensions, got 1" in said


@pytest.mark.parametrize(
    ("name", "array", "parts"),
    [
        (NAMES[0], np.zeros((30, 28, 27)), ["28 by 28 pixels", "(30, 28, 27)"]),
        (NAMES[0], np.zeros((0, 28, 28)), ["28 by 28 pixels", "(0, 28, 28)"]),
        (NAMES[1], np.zeros(29), ["30 images and 29 labels", "same source"]),
        (NAMES[3], np.array([3] * 19 + [10]), ["labels from 0 to 9", "got 10 in row 19"]),
    ],
)
def test_files_of_another_set_are_refused(folder, name, array, parts):
    (folder / f"{name}.gz").write_bytes(gzip.compress(as_idx(array)))
    said = message(folder)
    for part in ["fashion_mnist", name, *parts]:
        assert part in said


def test_the_wrong_type_is_refused(folder):
    header = bytes([0, 0, 9, 1, 0, 0, 0, 30])
    (folder / f"{NAMES[1]}.gz").write_bytes(header + bytes(30))
    assert "expected numbers of type uint8, got int8" in message(folder)


@pytest.fixture(scope="module")
def real():
    if not REAL.is_dir():
        pytest.skip(
            f"the real files are not in {REAL}: apt install dataset-fashion-mnist, or set "
            f"FASHION_MNIST to their folder"
        )
    return datasets.fashion_mnist(REAL)


def test_the_real_files_have_all_images_of_all_classes(real):
    for part, rows in zip(real, (60_000, 10_000), strict=True):
        assert part.x.shape == (rows, 784)
        assert part.x.min() == 0
        assert part.x.max() == 1
        assert np.bincount(part.y).tolist() == [rows // 10] * 10


def test_trousers_are_narrower_than_pullovers(real):
    """Labels belong to their images: the mean trouser has a dark middle and white sides."""
    train, _ = real
    trouser, pullover = (
        train.x[train.y == train.class_names.index(name)].mean(axis=0).reshape(28, 28)
        for name in ("trouser", "pullover")
    )
    assert trouser[:, :6].mean() < 0.05 < 0.3 < pullover[10:, :6].mean() + pullover[10:, 22:].mean()
    assert trouser[:, 10:18].mean() > 0.3
