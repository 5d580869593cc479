"""Measured data sets, read from the CSV files in this folder.

Generated data are clean; measured data are not, and show what a classifier is worth. The values
are those of the published sets, digit for digit; `SOURCES.md` in this folder says who measured
them, under which licence they are distributed, and what was changed.
"""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np

from minnet.data.datasets.dataset import Dataset


def iris() -> Dataset:
    """Fisher's irises: 150 flowers, 4 lengths in cm, three species of 50 flowers each.

    Setosa is well separated; versicolor and virginica overlap, so that few classifiers get beyond
    0.97. The values are from Fisher's table; copies of the UCI file differ
    in rows 34 and 37 (counted from 0).

    Returns:
        A `Dataset`: x (150, 4) sepal length, sepal width, petal length, petal width in cm;
        y (150,) with 0 = setosa, 1 = versicolor, 2 = virginica. New arrays at each call.

    Source: R. A. Fisher, The use of multiple measurements in taxonomic problems, Annals of
    Eugenics 7 (1936) 179-188; measured by E. Anderson. Licence: CC BY 4.0.

    >>> x, y = iris()
    >>> x[0].tolist(), y[0].item()
    ([5.1, 3.5, 1.4, 0.2], 0)
    """
    return _read(
        "iris.csv",
        ("setosa", "versicolor", "virginica"),
        "R. A. Fisher, Iris (1936), UCI Machine Learning Repository, doi:10.24432/C56C76",
        "CC BY 4.0",
    )


def breast_cancer() -> Dataset:
    """Breast Cancer Wisconsin (Diagnostic): 569 tumours, 30 features of their cell nuclei.

    Ten properties of the nuclei in an image (radius, texture, perimeter, area, smoothness,
    compactness, concavity, concave points, symmetry, fractal dimension), each as mean,
    standard error ("radius error") and mean of the three largest ("worst radius"). The
    source gives no units. The means of the columns differ by a factor of 10^5:
    standardize them (`mn.data.Standardizer`).

    Returns:
        A `Dataset`: x (569, 30); y (569,) with 0 = benign (357 rows), 1 = malignant (212
        rows): class 1 is the one to detect. scikit-learn numbers them the other way round. New
        arrays at every call.

    Source: W. H. Wolberg, O. L. Mangasarian, W. N. Street (1993); W. N. Street et al.,
    Nuclear feature extraction for breast tumor diagnosis, Proc. SPIE 1905 (1993) 861-870.
    Licence: CC BY 4.0.

    >>> breast_cancer()
    Dataset(569 rows, 30 features; benign 357, malignant 212)
    """
    return _read(
        "breast_cancer.csv",
        ("benign", "malignant"),
        "W. Wolberg, O. Mangasarian, N. Street, W. Street, Breast Cancer Wisconsin "
        "(Diagnostic) (1993), UCI Machine Learning Repository, doi:10.24432/C5DW2B",
        "CC BY 4.0",
    )


def penguins() -> Dataset:
    """Palmer penguins: 333 birds, 4 measurements, three species.

    The label is the species, the features are the four measurements of the body. Of the 344
    rows of the source the 333 without any gap are here (nine of the others lack only the
    sex, which is not a feature here; they are left out because results are usually reported
    for the 333). Island, sex and year are not features: no island has all three species.

    Returns:
        A `Dataset`: x (333, 4) bill length, bill depth and flipper length in mm, body mass
        in g; y (333,) with 0 = Adelie (146 rows), 1 = Chinstrap (68), 2 = Gentoo (119). New
        arrays at every call.

    Source: K. B. Gorman, T. D. Williams, W. R. Fraser, PLoS ONE 9 (2014) e90081; A. M. Horst,
    A. P. Hill, K. B. Gorman, palmerpenguins (2020). Licence: CC0 1.0.

    >>> penguins()
    Dataset(333 rows, 4 features; Adelie 146, Chinstrap 68, Gentoo 119)
    """
    return _read(
        "penguins.csv",
        ("Adelie", "Chinstrap", "Gentoo"),
        "A. M. Horst, A. P. Hill, K. B. Gorman, palmerpenguins: Palmer Archipelago "
        "(Antarctica) penguin data (2020), doi:10.5281/zenodo.3960218",
        "CC0 1.0",
    )


def digits() -> Dataset:
    """Handwritten digits: 1797 images of 8 by 8 pixels, ten classes of 174 to 183 images each.

    Thirteen people wrote them into the boxes of a form. Each image was scanned as 32 by 32 black or
    white dots; a pixel here is the number of black dots, 0 to 16, in a block of 4 by 4. Divide
    by 16 before training. Neighbouring rows are often by the same writer: split them with
    `mn.data.train_test_split`, which shuffles. The test set then has the same writers as
    the training set, so that its accuracy is a little too good for a stranger's handwriting.

    Returns:
        A `Dataset`: x (1797, 64), the pixels row by row from the top left, so that
        `x.reshape(-1, 1, 8, 8)` is what `mn.Conv2d` takes; y (1797,), the digit. New arrays at
        every call.

    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits (1998), the test
    set; C. Kaynak, Methods of combining multiple classifiers and their applications to
    handwritten digit recognition, MSc thesis, Bogazici University (1995). Licence: CC BY 4.0.

    >>> x, y = digits()
    >>> x.shape, x.max().item(), y[:4].tolist()
    ((1797, 64), 16.0, [0, 1, 2, 3])
    """
    return _read(
        "digits.csv",
        tuple("0123456789"),
        "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits (1998), UCI Machine "
        "Learning Repository, doi:10.24432/C50P49",
        "CC BY 4.0",
    )


def _read(file: str, class_names: tuple[str, ...], source: str, licence: str) -> Dataset:
    """Read a CSV file with a header line, numbers, and the name of the class in the last column."""
    lines = resources.files("minnet.data.datasets").joinpath(file).read_text(encoding="utf-8")
    header, *rows = csv.reader(lines.splitlines())  # also where the package is in a zip file
    x = np.array([[float(cell) for cell in row[:-1]] for row in rows])
    y = np.array([class_names.index(row[-1]) for row in rows], dtype=np.int64)
    return Dataset(x, y, tuple(header[:-1]), class_names, source, licence)
