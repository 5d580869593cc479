"""Three classes: softmax and categorical cross-entropy, and the decision regions that they give.

1. `linear_three_class`: noisy classes between straight lines. A network without a hidden layer
   draws straight boundaries; what can a hidden layer still improve?
2. `copper_coin`: a square hole in a round coin. Straight boundaries are of little use here.
3. `iris`: a figure with two of the four measurements, and the accuracy with all four, the mean
   of 50 splits: with 45 flowers in the test set, one flower is more than two per cent.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from tqdm.auto import tqdm

import minnet as mn
from minnet import data, datasets
from minnet.plot import confusion_matrix, decision_regions, script_pictures
from minnet.utils.table import table

SPLITS = range(50)
PETALS = [2, 3]  # the most informative columns of iris: petal length and width
WIDE = (9.6, 4.8)  # two panels side by side, in inches


def trainer_of(features: int, hidden: int, seed: int = 0) -> mn.Trainer:
    """Linear scores and softmax have straight boundaries; a hidden layer can bend them."""
    before: list[mn.Layer] = [mn.Linear(features, hidden), mn.Tanh()] if hidden else []
    layers = [*before, mn.Linear(hidden or features, 3), mn.Softmax()]
    loss, optimizer = mn.CategoricalCrossEntropy(), mn.Adam(0.02)
    return mn.Trainer(layers, loss, optimizer, metrics=["accuracy"], seed=seed)


def compare(number: int, name: str, pictures: script_pictures.Pictures) -> None:
    """One data set, standardized, with straight and with curved boundaries."""
    generate = getattr(datasets, name)
    points, unseen = generate(1000, seed=0), generate(2000, seed=1)
    scaler = data.Standardizer().fit(points.x)
    figure, axes = plt.subplots(1, 2, figsize=WIDE, layout="constrained")
    commonest = np.bincount(points.y).argmax()
    shares = [float((y == commonest).mean()) for _, y in (points, unseen)]
    rows: list[list[object]] = [[f"always {points.class_names[commonest]!r}", 0, *shares]]
    networks = {"no hidden layer": trainer_of(2, 0), "24 hidden neurons": trainer_of(2, 24)}
    look: dict[str, Any] = {"scaler": scaler, "class_names": points.class_names}
    for ax, (title, trainer) in zip(axes, networks.items(), strict=True):
        trainer.fit(scaler.transform(points.x), points.y, epochs=150, batch_size=32)
        sets = (points, unseen)
        found = [trainer.evaluate(scaler.transform(x), y)["accuracy"] for x, y in sets]
        rows.append([title, trainer.network.flat_values.size, *found])
        decision_regions(trainer, points.x, points.y, ax, **look).set_title(title.capitalize())
    print(f"\n{number}. {name}\n")
    print(table(["network", "parameters", "accuracy, training", "accuracy, unseen"], rows))
    without, with_it = (round(float(str(row[-1])) * len(unseen.y)) for row in rows[1:])
    print(f"\nOf {len(unseen.y)} unseen points the hidden layer gets {with_it} right, the network")
    print(f"without one {without}: a difference of {with_it - without:+d}.\n")
    pictures.save(figure, f"three_{name}")


def draw_petals(pictures: script_pictures.Pictures) -> None:
    """All 150 flowers in two of their measurements (in cm), and the decision regions."""
    flowers = datasets.iris()
    x = flowers.x[:, PETALS]
    scaler = data.Standardizer().fit(x)
    trainer = trainer_of(2, 8)
    trainer.fit(scaler.transform(x), flowers.y, epochs=80, batch_size=16)
    names = [flowers.feature_names[column] for column in PETALS]
    look: dict[str, Any] = {"feature_names": names, "class_names": flowers.class_names}
    ax = decision_regions(trainer, x, flowers.y, scaler=scaler, **look)
    ax.set_title("Iris: two of the four measurements")
    right = trainer.evaluate(scaler.transform(x), flowers.y)["accuracy"]
    print(f"\n3. iris\n\nTwo measurements, all 150 flowers (no test): accuracy {right:.3f}\n")
    pictures.save(ax.figure, "three_iris_regions")


def held_out_accuracy(seed: int) -> tuple[float, Any]:
    """Accuracy and confusion matrix of 45 flowers after training on the 105 others."""
    flowers = datasets.iris()
    x_train, x_test, y_train, y_test = data.train_test_split(
        flowers.x, flowers.y, test_fraction=0.3, seed=seed, stratify=True
    )
    scaler = data.Standardizer().fit(x_train)  # on training data only: the test stays unseen
    trainer = trainer_of(4, 8, seed)
    trainer.fit(scaler.transform(x_train), y_train, epochs=50, batch_size=16, progress=False)
    prediction = trainer.predict(scaler.transform(x_test))
    return mn.metrics.accuracy(prediction, y_test), mn.metrics.confusion_matrix(prediction, y_test)


def all_measurements(pictures: script_pictures.Pictures) -> None:
    """Fifty splits with all four measurements."""
    bar = tqdm(SPLITS, desc="iris", unit="split")
    accuracies, matrices = zip(*(held_out_accuracy(seed) for seed in bar), strict=True)
    values, matrix = np.array(accuracies), np.sum(matrices, axis=0)
    print(
        f"\nFour measurements, {len(SPLITS)} stratified splits, 105 flowers to learn, 45 to test:\n"
    )
    rows = [[float(values.mean()), float(values.std(ddof=1)), values.min(), values.max()]]
    print(table(["mean accuracy", "standard deviation", "least", "most"], rows))
    wrong = matrix.sum() - np.trace(matrix)
    between = matrix[1, 2] + matrix[2, 1]
    print(f"\n{between} of the {wrong} mistakes are between versicolor and virginica.\n")
    ax = confusion_matrix(matrix, datasets.iris().class_names)
    pictures.save(ax.figure, "three_iris_confusion")


def main() -> None:
    """Two generated data sets, one measured."""
    pictures = script_pictures.start(__doc__)
    compare(1, "linear_three_class", pictures)
    compare(2, "copper_coin", pictures)
    draw_petals(pictures)
    all_measurements(pictures)
    pictures.show()


if __name__ == "__main__":
    main()
