"""Binary classification: what one neuron can separate, what it cannot, and measured tumours.

1. A straight line separates the classes of `linear_binary`. The boundary of one sigmoid neuron is
   a line, and its three parameters show which one it has found.
2. No line separates the two arcs of `double_arc`. Eight hidden neurons bend the boundary.
3. `breast_cancer`: 30 measurements of 569 tumours. One neuron again, on standardized data, tested
   on held-out tumours, with ten different splits.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from tqdm.auto import tqdm

import minnet as mn
from minnet import data, datasets
from minnet.metrics import accuracy
from minnet.plot import confusion_matrix, decision_boundary, history, script_pictures
from minnet.utils.table import table

SEEDS = range(10)
WIDE = (9.6, 4.8)  # two panels side by side, in inches


def layers_of(inputs: int, hidden: int = 0) -> list[mn.Layer]:
    """One neuron has a straight boundary; hidden ones before it can bend it."""
    before: list[mn.Layer] = [mn.Linear(inputs, hidden), mn.Tanh()] if hidden else []
    return [*before, mn.Linear(hidden or inputs, 1), mn.Sigmoid()]


def trainer_of(layers: list[mn.Layer], optimizer: mn.Optimizer, seed: int = 0) -> mn.Trainer:
    """All networks here are trained with binary cross-entropy."""
    return mn.Trainer(layers, mn.BinaryCrossEntropy(), optimizer, metrics=["accuracy"], seed=seed)


def lesson_line(pictures: script_pictures.Pictures) -> None:
    """One neuron finds the line; the weights give its slope."""
    points = datasets.linear_binary(400, seed=0)
    unseen = datasets.linear_binary(1000, seed=1)
    trainer = trainer_of(layers_of(2), mn.Adam(0.1))
    record = trainer.fit(points.x, points.y, 100, 32, validation_data=(unseen.x, unseen.y))

    w1, w2 = (float(w) for w in trainer.network.parameters()["0.weight"].value.ravel())
    (b,) = (float(b) for b in trainer.network.parameters()["0.bias"].value)
    print("1. One neuron, w1 x1 + w2 x2 + b = 0 is its boundary\n")
    rows = [["drawn by", 2.0, -0.5], ["learnt", -w1 / w2, -b / w2]]
    print(table(["line x2 = slope x1 + offset", "slope", "offset"], rows))
    right = trainer.evaluate(unseen.x, unseen.y)["accuracy"]
    print(f"\nAccuracy on {len(unseen.y)} unseen points: {right:.3f}\n")

    figure, axes = plt.subplots(1, 2, figsize=WIDE, layout="constrained")
    decision_boundary(trainer, points.x, points.y, ax=axes[0], class_names=points.class_names)
    axes[0].set_title("Two classes, one neuron")
    history(record, ax=axes[1])
    pictures.save(figure, "binary_line")


def lesson_arcs(pictures: script_pictures.Pictures) -> None:
    """The same neuron fails where a hidden layer does not."""
    points = datasets.double_arc(400, seed=0)
    unseen = datasets.double_arc(1000, seed=1)
    networks = {"one neuron": layers_of(2), "8 hidden neurons": layers_of(2, 8)}
    figure, axes = plt.subplots(1, 2, figsize=WIDE, layout="constrained")
    rows: list[list[object]] = []
    for ax, (name, layers) in zip(axes, networks.items(), strict=True):
        trainer = trainer_of(layers, mn.Adam(0.03))
        trainer.fit(points.x, points.y, epochs=150, batch_size=32)
        found = [trainer.evaluate(x, y)["accuracy"] for x, y in (points, unseen)]
        rows.append([name, trainer.network.flat_values.size, *found])
        decision_boundary(trainer, points.x, points.y, ax=ax, class_names=points.class_names)
        ax.set_title(f"Two arcs: {name}")
    print("\n2. Two arcs, which no line separates\n")
    print(table(["network", "parameters", "accuracy, training", "accuracy, unseen"], rows), "\n")
    pictures.save(figure, "binary_arcs")


def held_out_accuracy(seed: int) -> tuple[float, Any]:
    """Accuracy and confusion matrix on the held-out 30 % of the tumours."""
    tumours = datasets.breast_cancer()
    x_train, x_test, y_train, y_test = data.train_test_split(
        tumours.x, tumours.y, test_fraction=0.3, seed=seed, stratify=True
    )
    scaler = data.Standardizer().fit(x_train)  # on training data only: the test stays unseen
    # Weight decay keeps the weights small: 30 inputs and 398 tumours invite overfitting.
    trainer = trainer_of(layers_of(30), mn.SGD(0.1, weight_decay=0.01), seed)
    trainer.fit(scaler.transform(x_train), y_train, epochs=50, batch_size=32, progress=False)
    prediction = trainer.predict(scaler.transform(x_test))
    return accuracy(prediction, y_test), mn.metrics.confusion_matrix(prediction, y_test)


def lesson_tumours(pictures: script_pictures.Pictures) -> None:
    """Ten splits, because the accuracy of one split depends on chance."""
    bar = tqdm(SEEDS, desc="breast_cancer", unit="split")
    accuracies, matrices = zip(*(held_out_accuracy(seed) for seed in bar), strict=True)
    values, matrix = np.array(accuracies), np.sum(matrices, axis=0)
    print(f"\n3. breast_cancer: one neuron, 30 inputs, {len(SEEDS)} splits (30 % for the test)\n")
    rows = [[float(values.mean()), float(values.std(ddof=1)), values.min(), values.max()]]
    print(table(["mean accuracy", "standard deviation", "least", "most"], rows))
    missed, ill, alarm, well = matrix[1, 0], matrix[1].sum(), matrix[0, 1], matrix[0].sum()
    print(f"\nOver all splits {missed} of {ill} malignant tumours were taken for benign, and")
    print(f"{alarm} of {well} benign ones for malignant: accuracy adds up two kinds of mistakes.\n")
    ax = confusion_matrix(matrix, datasets.breast_cancer().class_names)
    pictures.save(ax.figure, "binary_breast_cancer")


def main() -> None:
    """The three lessons, one after the other."""
    pictures = script_pictures.start(__doc__)
    lesson_line(pictures)
    lesson_arcs(pictures)
    lesson_tumours(pictures)
    pictures.show()


if __name__ == "__main__":
    main()
