"""Exercise 2, for the teacher: what is graded, and against what."""

import minnet as mn
from minnet.coursework import Assignment, Task

ASSIGNMENT = Assignment(
    "Exercise 2: squared error and cross-entropy",
    [
        Task("SquaredError", like=mn.MeanSquaredError, prediction=(5, 3), target="real", points=6),
        Task(
            "CrossEntropy", like=mn.BinaryCrossEntropy, prediction=(5, 3), target="binary", points=6
        ),
    ],
)
