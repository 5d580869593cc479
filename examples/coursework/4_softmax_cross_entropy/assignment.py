"""Exercise 4, for the teacher: what is graded, and against what."""

import minnet as mn
from minnet.coursework import Assignment, Task


class Reference(mn.CategoricalCrossEntropy):
    """minnet's cross-entropy, computed from logits."""

    def forward(self, prediction, target):
        """The loss of these logits."""
        return self.forward_from_logits(prediction, target)

    def backward(self):
        """Its gradient with respect to the logits."""
        return self.backward_from_logits()


ASSIGNMENT = Assignment(
    "Exercise 4: softmax with cross-entropy",
    [
        Task(
            "SoftmaxCrossEntropy",
            like=Reference,
            prediction=lambda generator: 2 * generator.normal(size=(5, 4)),
            target="one-hot",
            points=6,
        )
    ],
)
